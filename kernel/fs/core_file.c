/* Where core files go: what proc/core_dump.h wants of the layers above. */
#include "core/caller.h"
#include "core/init.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/sysctl.h"
#include "fs/pseudo.h"
#include "fs/vfs.h"
#include "ipc/pipe.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/core_dump.h"

static struct grant *create(struct caller *who, const char *name)
{
    struct open_args args = {
        .flags = OPEN_WRITE | OPEN_CREATE | OPEN_EXCLUSIVE | OPEN_NOFOLLOW,
        .mode = 0600,
    };
    struct grant *g;

    (void)vfs_unlink(who, AT_FDCWD, name);
    g = vfs_open_grant(who, AT_FDCWD, name, &args);
    if (!IS_ERR(g)) {
        struct inode *inode = file_from_object(g->object)->inode;

        if (!S_ISREG(inode->mode) || inode->nlink != 1) {
            grant_put(g);
            return ERR_PTR(-EACCES);
        }
    }
    return g;
}

static int make_pipe(struct caller *who, struct grant **read,
                     struct grant **write)
{
    return pipe_create(who, 0, read, write);
}

static size_t path_of(struct caller *who, struct grant *g, char *out,
                      size_t size)
{
    struct file *f = file_from_object(g->object);
    struct path root;
    bool have_root;
    char *text;
    size_t n = 0;

    if (!f)
        return 0;
    have_root = who->fs && !fs_context_root(who->fs, &root);
    text =
        path_text(&f->path, have_root ? &root : NULL, out, size, NULL, false);
    if (!IS_ERR(text)) {
        n = strlen(text);
        memmove(out, text, n + 1);
    }
    if (have_root)
        path_put(&root);
    return n;
}

static bool is_unlinked(struct grant *g)
{
    struct file *f = file_from_object(g->object);

    return !f || !f->inode->nlink;
}

static const struct core_dump_ops ops = {
    .create = create,
    .pipe = make_pipe,
    .path = path_of,
    .is_unlinked = is_unlinked,
};

static int show_pattern(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%s\n", core_pattern);
    return 0;
}

static int store_pattern(struct caller *who, char *value, size_t n)
{
    size_t length = strlen(value);

    (void)who;
    (void)n;
    if (length && value[length - 1] == '\n')
        value[--length] = 0;
    /* A longer one is cut, as Linux cuts it. */
    strscpy(core_pattern, value, sizeof(core_pattern));
    return 0;
}

static const struct sysctl entries[] = {
    SYSCTL_CALL("kernel/core_pattern", 0644, show_pattern, store_pattern),
    SYSCTL_INT("kernel/core_uses_pid", 0644, &core_uses_pid, S32_MIN, S32_MAX),
    SYSCTL_INT("kernel/core_pipe_limit", 0644, &core_pipe_limit, S32_MIN,
               S32_MAX),
};

static int core_file_init(void)
{
    core_dump_ops = &ops;
    return sysctl_add(entries, ARRAY_SIZE(entries));
}
INITCALL(fs, core_file_init);
