/* What becomes the machine's root: a directory, a tar, or the base image. */
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Hard links met so far: their inode in the archive by that on the host. */
struct link {
    struct link *next;
    dev_t dev;
    ino_t ino;
    uint32_t archive_ino;
};

struct walk {
    struct cpio *cpio;
    bool keep_owners; /* root's trees keep them; others' become root's */
    struct link *links[1024];
};

/* The file's inode in the archive; *known when its contents are there. */
static uint32_t link_find(struct walk *walk, const struct stat *st, bool *known)
{
    struct link **bucket = &walk->links[st->st_ino % 1024];
    for (struct link *l = *bucket; l; l = l->next)
        if (l->dev == st->st_dev && l->ino == st->st_ino) {
            *known = true;
            return l->archive_ino;
        }
    struct link *new = malloc(sizeof *new);
    if (!new)
        fail("out of memory");
    *new = (struct link){*bucket, st->st_dev, st->st_ino, cpio_ino(walk->cpio)};
    *bucket = new;
    return new->archive_ino;
}

static int sort_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void add_regular(struct walk *walk, struct cpio_entry *entry,
                        const struct stat *st, int dir, const char *base)
{
    bool known = false;
    if (st->st_nlink > 1) {
        entry->ino = link_find(walk, st, &known);
        entry->links = (uint32_t)st->st_nlink;
    }
    if (known) {
        cpio_add(walk->cpio, entry, "", 0);
        return;
    }
    int fd = openat(dir, base, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        refuse("--root: %s: %s", entry->name, strerror(errno));
    cpio_add_fd(walk->cpio, entry, fd, (uint64_t)st->st_size, entry->name);
    close(fd);
}

static void add_directory(struct walk *walk, int dir, const char *path);

/* One name of directory `dir`; `path` is the name below the root. */
static void add_name(struct walk *walk, int dir, const char *base,
                     const char *path)
{
    struct stat st;
    if (fstatat(dir, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
        refuse("--root: %s: %s", path, strerror(errno));
    struct cpio_entry entry = {
        .name = path,
        .mode = st.st_mode,
        .uid = walk->keep_owners ? st.st_uid : 0,
        .gid = walk->keep_owners ? st.st_gid : 0,
        .mtime = (uint32_t)st.st_mtime,
    };
    switch (st.st_mode & S_IFMT) {
    case S_IFREG:
        add_regular(walk, &entry, &st, dir, base);
        break;
    case S_IFDIR: {
        cpio_add(walk->cpio, &entry, "", 0);
        int fd =
            openat(dir, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            refuse("--root: %s: %s", path, strerror(errno));
        add_directory(walk, fd, path);
        close(fd);
        break;
    }
    case S_IFLNK: {
        char target[4096];
        ssize_t n = readlinkat(dir, base, target, sizeof target);
        if (n < 0)
            refuse("--root: %s: %s", path, strerror(errno));
        cpio_add(walk->cpio, &entry, target, (size_t)n);
        break;
    }
    case S_IFCHR:
    case S_IFBLK:
        entry.major = major(st.st_rdev);
        entry.minor = minor(st.st_rdev);
        cpio_add(walk->cpio, &entry, "", 0);
        break;
    case S_IFIFO:
        cpio_add(walk->cpio, &entry, "", 0);
        break;
    default:
        break; /* A socket is nothing without its process. */
    }
}

static void add_directory(struct walk *walk, int dir, const char *path)
{
    struct dirent **names;
    int n = scandirat(dir, ".", &names, not_dots, sort_names);
    if (n < 0)
        refuse("--root: %s: %s", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        char full[4096];
        const char *base = names[i]->d_name;
        if (snprintf(full, sizeof full, "%s%s%s", path, *path ? "/" : "",
                     base) >= (int)sizeof full)
            refuse("--root: the path %s/%s is too long", path, base);
        add_name(walk, dir, base, full);
        free(names[i]);
    }
    free(names);
}

void root_add_directory(struct cpio *cpio, const char *path, bool top)
{
    struct walk *walk = calloc(1, sizeof *walk);
    struct stat st;
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!walk || dir < 0 || fstat(dir, &st) < 0)
        refuse("--root: %s: %s", path, strerror(errno));
    walk->cpio = cpio;
    walk->keep_owners = geteuid() == 0;
    struct cpio_entry entry = {.name = "", .mode = st.st_mode};
    if (top)
        cpio_add(cpio, &entry, "", 0);
    add_directory(walk, dir, "");
    close(dir);
    for (size_t i = 0; i < 1024; i++)
        for (struct link *l = walk->links[i], *next; l; l = next) {
            next = l->next;
            free(l);
        }
    free(walk);
}

/* Refuse what is a disk image; anything else is taken for a tar. */
static void refuse_image(const char *path)
{
    unsigned char block[2048] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, block, sizeof block, 0);
    close(fd);
    /* ext2/3/4: the magic number of the superblock at 1024; qcow2; a
     * partition table. */
    bool ext = n >= 1082 && block[1080] == 0x53 && block[1081] == 0xef;
    bool qcow = n >= 4 && !memcmp(block, "QFI\xfb", 4);
    bool table = n >= 512 && block[510] == 0x55 && block[511] == 0xaa;
    if (ext || qcow || table)
        refuse("--root: there are no disks yet, so a disk image like %s "
               "cannot be used: give a directory or a tar",
               path);
}

static const char *const linux_modules[] = {"virtio_pci", "virtio_mmio",
                                            "virtio_console", NULL};

static FILE *anonymous_file(int *fd)
{
    *fd = memfd_create("initramfs", 0);
    FILE *file = *fd < 0 ? NULL : fdopen(dup(*fd), "w");
    if (!file)
        fail("cannot make an anonymous file: %s", strerror(errno));
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    return file;
}

const char *root_make(const struct options *options, uint64_t *size)
{
    char *path, *agent;
    struct stat st;
    /* The user's programs are the same in a debug build of the kernel. */
    if (asprintf(&path, "%s/build/%s/base.cpio", options->top, options->arch) <
            0 ||
        asprintf(&agent, "%s/build/%s/init.cpio", options->top, options->arch) <
            0)
        fail("out of memory");
    if (!options->root && !options->modules && !options->add_count) {
        if (stat(path, &st) < 0)
            fail("%s: %s", path, strerror(errno));
        *size = (uint64_t)st.st_size;
        return path;
    }
    int fd;
    struct cpio cpio;
    cpio_open(&cpio, anonymous_file(&fd));
    if (!options->root) {
        cpio_append_file(&cpio, path);
    } else {
        if (stat(options->root, &st) == 0 && S_ISDIR(st.st_mode)) {
            root_add_directory(&cpio, options->root, true);
        } else {
            refuse_image(options->root);
            root_add_tar(&cpio, options->root);
        }
        cpio_end(&cpio);
        cpio_append_file(&cpio, agent);
    }
    for (unsigned i = 0; i < options->add_count; i++) {
        root_add_directory(&cpio, options->add[i], false);
        cpio_end(&cpio);
    }
    if (options->modules) {
        modules_add(&cpio, options->modules, linux_modules);
        cpio_end(&cpio);
    }
    if (fclose(cpio.file))
        fail("writing the root image: %s", strerror(errno));
    *size = cpio.size;
    if (asprintf(&path, "/proc/self/fd/%d", fd) < 0)
        fail("out of memory");
    return path;
}
