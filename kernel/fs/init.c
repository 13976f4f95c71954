/*
 * Start of the file layer: caches, types, the root of the first namespace.
 */
#include "core/init.h"
#include "fs/dentry.h"
#include "fs/devtmpfs.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/pseudo.h"
#include "fs/tmpfs.h"

void fs_init(void)
{
    dentry_cache_init();
    file_init();
    tmpfs_init();
    mount_init();
    devtmpfs_init();
    fs_context_init();
    sysfs_init();
}

/* Before the level "fs", in which ipc/, net/ and tty/ may use files. */
static int fs_start(void)
{
    fs_init();
    return 0;
}
INITCALL(proc, fs_start);
