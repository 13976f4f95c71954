/*
 * The initramfs becomes the root: entries of the archive are made with the
 * same operations that system calls use; its memory is given back on the way.
 */
#include "arch/arch.h"
#include "core/init.h"
#include "core/log.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/vfs.h"
#include "lib/hash.h"
#include "lib/initramfs.h"
#include "lib/string.h"

#define LINK_BUCKETS 64

/* A file of the archive that has several names. */
struct seen {
    struct seen *next;
    u32 ino, dev_major, dev_minor, type;
    char name[];
};

struct unpacking {
    struct initramfs state;
    struct caller who;
    struct file *file; /* being written; owned */
    s64 pos;
    struct seen *seen[LINK_BUCKETS];
    u64 files;
    size_t freed; /* bytes of the archive given back */
};

static const char *relative(const char *name)
{
    while (*name == '/' || (name[0] == '.' && name[1] == '/'))
        name += *name == '/' ? 1 : 2;
    return *name ? name : ".";
}

static bool has_dotdot(const char *name)
{
    const char *at = name;

    while ((at = strstr(at, ".."))) {
        if ((at == name || at[-1] == '/') && (!at[2] || at[2] == '/'))
            return true;
        at += 2;
    }
    return false;
}

/* Give back what the archive's reader has passed. */
static void free_passed(struct unpacking *u)
{
    const struct boot_info *info = boot_info();
    paddr_t first = round_up(info->initrd_start, PAGE_SIZE);
    paddr_t passed =
        round_down(info->initrd_start + u->state.consumed, PAGE_SIZE);

    if (passed <= first + u->freed || passed - (first + u->freed) < 65536)
        return;
    boot_memory_free(first + u->freed, passed - (first + u->freed));
    u->freed = passed - first;
}

/* The first name of the same file, or NULL and it is remembered. */
static const char *find_link(struct unpacking *u, const struct cpio_entry *e,
                             const char *name)
{
    u64 key = (u64)e->ino << 32 | (e->dev_major << 16 ^ e->dev_minor);
    struct seen **bucket = &u->seen[hash_64(key, 6)], *s;

    if (e->nlink < 2 || S_ISDIR(e->mode))
        return NULL;
    for (s = *bucket; s; s = s->next)
        if (s->ino == e->ino && s->dev_major == e->dev_major &&
            s->dev_minor == e->dev_minor && s->type == (e->mode & S_IFMT))
            return s->name;
    s = kmalloc(sizeof(*s) + strlen(name) + 1, ALLOC_KERNEL);
    if (s) {
        s->ino = e->ino;
        s->dev_major = e->dev_major;
        s->dev_minor = e->dev_minor;
        s->type = e->mode & S_IFMT;
        memcpy(s->name, name, strlen(name) + 1);
        s->next = *bucket;
        *bucket = s;
    }
    return NULL;
}

static int forget_links(void *ctx)
{
    struct unpacking *u = ctx;

    for (u32 i = 0; i < LINK_BUCKETS; i++)
        while (u->seen[i]) {
            struct seen *s = u->seen[i];

            u->seen[i] = s->next;
            kfree(s);
        }
    return 0;
}

static void set_attributes(struct unpacking *u, const struct cpio_entry *e,
                           const char *name)
{
    struct set_attributes set = {
        .valid = SET_UID | SET_GID | SET_ATIME | SET_MTIME,
        .uid = {e->uid},
        .gid = {e->gid},
        .atime = {e->mtime, 0},
        .mtime = {e->mtime, 0},
    };
    struct path path;

    if (path_lookup(&u->who, AT_FDCWD, name, 0, &path))
        return;
    vfs_set_attributes(&u->who, &path, &set);
    if (!S_ISLNK(e->mode)) {
        set = (struct set_attributes){.valid = SET_MODE,
                                      .mode = e->mode & S_IALLUGO};
        vfs_set_attributes(&u->who, &path, &set);
    }
    path_put(&path);
}

/* Something of another type in the way goes, as Linux does it. */
static void clear_place(struct unpacking *u, const char *name, u32 mode)
{
    struct path path;
    u32 have;

    if (path_lookup(&u->who, AT_FDCWD, name, 0, &path))
        return;
    have = path.dentry->inode->mode;
    path_put(&path);
    if ((have & S_IFMT) == (mode & S_IFMT) && !S_ISLNK(mode))
        return;
    if (S_ISDIR(have))
        vfs_rmdir(&u->who, AT_FDCWD, name);
    else
        vfs_unlink(&u->who, AT_FDCWD, name);
}

static int make_regular(struct unpacking *u, const struct cpio_entry *e,
                        const char *name, const char *linked)
{
    struct open_args args = {
        .flags = OPEN_WRITE | OPEN_CREATE | OPEN_NOFOLLOW,
        .mode = e->mode & 0777,
    };
    u32 rights;
    int error;

    if (linked)
        vfs_link(&u->who, AT_FDCWD, linked, AT_FDCWD, name, 0);
    if (linked && !e->size)
        return 0;
    if (e->size)
        args.flags |= OPEN_TRUNCATE;
    u->pos = 0;
    error = vfs_open(&u->who, AT_FDCWD, name, &args, &u->file, &rights);
    if (error)
        u->file = NULL;
    return error;
}

static int make_entry(struct unpacking *u, const struct cpio_entry *e,
                      const char *name)
{
    const char *linked = find_link(u, e, name);
    int error;

    switch (e->mode & S_IFMT) {
    case S_IFREG:
        return make_regular(u, e, name, linked);
    case S_IFDIR:
        if (strcmp(name, ".") == 0)
            return 0;
        error = vfs_mkdir(&u->who, AT_FDCWD, name, e->mode & 0777);
        return error == -EEXIST ? 0 : error;
    case S_IFLNK:
        return vfs_symlink(&u->who, e->target, AT_FDCWD, name);
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
        if (linked)
            return vfs_link(&u->who, AT_FDCWD, linked, AT_FDCWD, name, 0);
        error =
            vfs_mknod(&u->who, AT_FDCWD, name, e->mode,
                      DEVNUM(e->rdev_major & 0xfff, e->rdev_minor & 0xfffff));
        return error == -EEXIST ? 0 : error;
    default:
        return 0;
    }
}

static int unpack_entry(void *ctx, const struct cpio_entry *e)
{
    struct unpacking *u = ctx;
    const char *name = relative(e->name);
    int error;

    free_passed(u);
    if (has_dotdot(name)) {
        log_warning("initramfs: \"%s\" leads out of the root: left out\n",
                    e->name);
        return 0;
    }
    clear_place(u, name, e->mode);
    error = make_entry(u, e, name);
    if (error == -ENOSPC || error == -ENOMEM)
        return error;
    if (error)
        log_warning("initramfs: \"%s\": %s\n", name, errno_name(error));
    else
        u->files++;
    return 0;
}

static int unpack_data(void *ctx, const void *data, size_t n)
{
    struct unpacking *u = ctx;
    ssize_t done;

    if (!u->file)
        return 0;
    done = file_write_kernel(u->file, data, n, u->pos);
    if (done != (ssize_t)n)
        return done < 0 ? (int)done : -ENOSPC;
    u->pos += done;
    return 0;
}

static int unpack_end(void *ctx, const struct cpio_entry *e)
{
    struct unpacking *u = ctx;
    const char *name = relative(e->name);

    if (u->file) {
        object_put(file_object(u->file));
        u->file = NULL;
    }
    if (!has_dotdot(name))
        set_attributes(u, e, name);
    return 0;
}

static const struct cpio_ops ops = {
    .entry = unpack_entry,
    .data = unpack_data,
    .end = unpack_end,
    .trailer = forget_links,
};

static void unpack(struct unpacking *u)
{
    const struct boot_info *info = boot_info();
    paddr_t end = round_up(info->initrd_start + info->initrd_size, PAGE_SIZE);
    paddr_t first = round_up(info->initrd_start, PAGE_SIZE);
    int error =
        initramfs_unpack(&u->state, arch_phys_to_virt(info->initrd_start),
                         info->initrd_size, &ops, u);

    if (u->file)
        object_put(file_object(u->file));
    forget_links(u);
    if (error == -EINVAL && u->state.error)
        log_err("initramfs: broken archive: %s (after %lu entries)\n",
                u->state.error, u->files);
    else if (error)
        log_err("initramfs: stopped after %lu entries: %s\n", u->files,
                errno_name(error));
    if (end > first + u->freed)
        boot_memory_free(first + u->freed, end - (first + u->freed));
}

/* What is there without an archive, as in Linux's built-in one. */
static void make_defaults(struct caller *who)
{
    vfs_mkdir(who, AT_FDCWD, "dev", 0755);
    vfs_mknod(who, AT_FDCWD, "dev/console", S_IFCHR | 0600, DEVNUM(5, 1));
    vfs_mkdir(who, AT_FDCWD, "root", 0700);
}

static int initramfs_init(void)
{
    struct unpacking *u = kvzalloc(sizeof(*u), ALLOC_KERNEL);
    struct path root = {mount_ns_first->root, mount_ns_first->root->root};

    if (!u)
        return -ENOMEM;
    u->who = (struct caller){.flags = CALLER_KERNEL,
                             .cred = &cred_root,
                             .limit_fsize = ~0UL,
                             .fs = fs_context_create(&root)};
    if (IS_ERR(u->who.fs)) {
        kvfree(u);
        return -ENOMEM;
    }
    u->who.fs->umask = 0;
    make_defaults(&u->who);
    if (boot_info()->initrd_size)
        unpack(u);
    fs_context_put(u->who.fs);
    kvfree(u);
    return 0;
}
INITCALL(late, initramfs_init);
