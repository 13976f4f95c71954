/*
 * A tar as a root (POSIX.1-2001 pax and ustar, and GNU's long names), possibly
 * compressed. It is read twice: hard links must be known before the file that
 * they link to is written.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 512

/* The header block, POSIX.1-2001 pax, "ustar Interchange Format". */
struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8];
    char type;
    char linkname[100], magic[6], version[2], uname[32], gname[32];
    char major[8], minor[8], prefix[155], unused[12];
};
_Static_assert(sizeof(struct tar_header) == BLOCK, "a tar header is a block");

/* A file that hard links name, or a directory that is there already. */
struct name {
    struct name *next;
    uint32_t ino; /* 0 until the file was written */
    char text[];
};

struct tar {
    struct cpio *cpio;
    const char *path;
    int fd;
    uint64_t at; /* offset of the next header */
    bool writing;
    struct name *linked[1024], *directories[1024];
    /* what extended headers said of the next entry; NULL or -1: nothing */
    char *name, *linkname;
    int64_t size, uid, gid, mtime;
};

static struct name **bucket_of(struct name **table, const char *text)
{
    uint32_t hash = 2166136261u;
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return &table[hash % 1024];
}

static struct name *find(struct name **table, const char *text)
{
    for (struct name *n = *bucket_of(table, text); n; n = n->next)
        if (!strcmp(n->text, text))
            return n;
    return NULL;
}

static struct name *remember(struct name **table, const char *text)
{
    struct name *n = find(table, text);
    if (n)
        return n;
    struct name **bucket = bucket_of(table, text);
    n = malloc(sizeof *n + strlen(text) + 1);
    if (!n)
        fail("out of memory");
    n->next = *bucket;
    n->ino = 0;
    strcpy(n->text, text);
    return *bucket = n;
}

static _Noreturn void broken(const struct tar *tar, const char *what)
{
    refuse("--root: %s at byte %llu: %s", tar->path,
           (unsigned long long)tar->at, what);
}

/* A numeric field: octal, or GNU's base 256 with the top bit set. */
static int64_t field(const struct tar *tar, const char *text, size_t size)
{
    uint64_t value = 0;
    size_t i = 0;
    if ((unsigned char)text[0] & 0x80) {
        value = (unsigned char)text[0] & 0x3f;
        for (i = 1; i < size; i++)
            value = value << 8 | (unsigned char)text[i];
        return (int64_t)value;
    }
    while (i < size && text[i] == ' ')
        i++;
    for (; i < size && text[i] && text[i] != ' '; i++) {
        if (text[i] < '0' || text[i] > '7')
            broken(tar, "this is not a tar");
        value = value << 3 | (uint64_t)(text[i] - '0');
    }
    return (int64_t)value;
}

static char *contents(struct tar *tar, uint64_t size)
{
    if (size > 1 << 20)
        broken(tar, "an extended header of more than 1 MiB");
    char *data = malloc(size + 1);
    if (!data ||
        pread(tar->fd, data, size, (off_t)(tar->at + BLOCK)) != (ssize_t)size)
        broken(tar, "it ends early");
    data[size] = 0;
    return data;
}

static void replace(char **where, char *with)
{
    free(*where);
    *where = with;
}

/* Records "LENGTH KEY=VALUE\n" of a pax header. */
static void read_pax(struct tar *tar, char *data, size_t size)
{
    char *end = data + size;
    while (data < end) {
        char *key, *equals;
        unsigned long length = strtoul(data, &key, 10);
        if (length < 5 || length > (size_t)(end - data) || *key++ != ' ' ||
            data[length - 1] != '\n' ||
            !(equals = memchr(key, '=', (size_t)(data + length - key))))
            broken(tar, "a broken extended header");
        data[length - 1] = *equals = 0;
        char *value = equals + 1;
        if (!strcmp(key, "path"))
            replace(&tar->name, strdup(value));
        else if (!strcmp(key, "linkpath"))
            replace(&tar->linkname, strdup(value));
        else if (!strcmp(key, "size"))
            tar->size = strtoll(value, NULL, 10);
        else if (!strcmp(key, "uid"))
            tar->uid = strtoll(value, NULL, 10);
        else if (!strcmp(key, "gid"))
            tar->gid = strtoll(value, NULL, 10);
        else if (!strcmp(key, "mtime"))
            tar->mtime = strtoll(value, NULL, 10);
        data += length;
    }
}

/* A name as the archive has it: no ./, no leading or trailing slash. */
static char *clean(struct tar *tar, const char *name)
{
    char *out = malloc(strlen(name) + 1), *o = out;
    if (!out)
        fail("out of memory");
    while (*name) {
        size_t n = strcspn(name, "/");
        if (n == 2 && name[0] == '.' && name[1] == '.')
            broken(tar, "a name with ..");
        if (n && !(n == 1 && name[0] == '.')) {
            if (o > out)
                *o++ = '/';
            memcpy(o, name, n);
            o += n;
        }
        name += n;
        while (*name == '/')
            name++;
    }
    *o = 0;
    return out;
}

/* Directories above `name` that the tar has not mentioned. */
static void add_parents(struct tar *tar, const char *name)
{
    char *path = strdup(name);
    for (char *slash = path; path && (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        if (!find(tar->directories, path)) {
            remember(tar->directories, path);
            struct cpio_entry entry = {.name = path, .mode = S_IFDIR | 0755};
            cpio_add(tar->cpio, &entry, "", 0);
        }
        *slash = '/';
    }
    free(path);
}

static void write_entry(struct tar *tar, const struct tar_header *h,
                        struct cpio_entry *entry, const char *link,
                        uint64_t size)
{
    static const mode_t types[] = {
        [2] = S_IFLNK, S_IFCHR, S_IFBLK, S_IFDIR, S_IFIFO};
    struct name *shared = NULL;
    switch (h->type) {
    case '0':
    case '7':
    case 0:
        entry->mode |= S_IFREG;
        if ((shared = find(tar->linked, entry->name))) {
            entry->ino = shared->ino = cpio_ino(tar->cpio);
            entry->links = 2;
        }
        if (lseek(tar->fd, (off_t)(tar->at + BLOCK), SEEK_SET) < 0)
            broken(tar, strerror(errno));
        cpio_add_fd(tar->cpio, entry, tar->fd, size, tar->path);
        break;
    case '1':
        shared = find(tar->linked, link);
        if (!shared || !shared->ino)
            broken(tar, "a hard link to a file that it does not hold");
        entry->mode |= S_IFREG;
        entry->ino = shared->ino;
        entry->links = 2;
        cpio_add(tar->cpio, entry, "", 0);
        break;
    case '2':
        entry->mode = S_IFLNK | 0777;
        cpio_add(tar->cpio, entry, link, strlen(link));
        break;
    default:
        entry->mode |= types[h->type - '0'];
        if (h->type == '5')
            remember(tar->directories, entry->name);
        if (h->type == '3' || h->type == '4') {
            entry->major = (uint32_t)field(tar, h->major, sizeof h->major);
            entry->minor = (uint32_t)field(tar, h->minor, sizeof h->minor);
        }
        cpio_add(tar->cpio, entry, "", 0);
    }
}

static void read_entry(struct tar *tar, const struct tar_header *h,
                       uint64_t size)
{
    char text[260];
    snprintf(text, sizeof text, "%.*s%s%.100s",
             memcmp(h->magic, "ustar\0", 6) ? 0 : 155, h->prefix,
             memcmp(h->magic, "ustar\0", 6) || !h->prefix[0] ? "" : "/",
             h->name);
    char *name = clean(tar, tar->name ? tar->name : text);
    snprintf(text, sizeof text, "%.100s", h->linkname);
    const char *link = tar->linkname ? tar->linkname : text;
    char *target = h->type == '1' ? clean(tar, link) : NULL;
    struct cpio_entry entry = {
        .name = name,
        .mode = (uint32_t)field(tar, h->mode, sizeof h->mode) & 07777,
        .uid = (uint32_t)(tar->uid >= 0 ? tar->uid
                                        : field(tar, h->uid, sizeof h->uid)),
        .gid = (uint32_t)(tar->gid >= 0 ? tar->gid
                                        : field(tar, h->gid, sizeof h->gid)),
        .mtime =
            (uint32_t)(tar->mtime >= 0 ? tar->mtime
                                       : field(tar, h->mtime, sizeof h->mtime)),
    };
    if (!tar->writing) {
        if (target)
            remember(tar->linked, target);
    } else {
        add_parents(tar, name);
        write_entry(tar, h, &entry, target ? target : link, size);
    }
    free(target);
    free(name);
}

static void forget_extended(struct tar *tar)
{
    replace(&tar->name, NULL);
    replace(&tar->linkname, NULL);
    tar->size = tar->uid = tar->gid = tar->mtime = -1;
}

/* One header and what belongs to it. False at the end. */
static bool step(struct tar *tar)
{
    struct tar_header h;
    ssize_t n = pread(tar->fd, &h, sizeof h, (off_t)tar->at);
    if (n == 0 || (n == BLOCK && !h.name[0] && !h.checksum[0]))
        return false;
    if (n != BLOCK)
        broken(tar, "it ends early");
    int64_t sum = 8 * ' ';
    for (size_t i = 0; i < BLOCK; i++)
        if (i < offsetof(struct tar_header, checksum) ||
            i >= offsetof(struct tar_header, type))
            sum += ((unsigned char *)&h)[i];
    if (sum != field(tar, h.checksum, sizeof h.checksum))
        broken(tar, tar->at ? "a wrong checksum" : "this is not a tar");
    bool plain = strchr("0123456 7", h.type ? h.type : '0') && h.type != ' ';
    int64_t size = field(tar, h.size, sizeof h.size);
    if (plain && tar->size >= 0)
        size = tar->size;
    if (h.type >= '1' && h.type <= '6')
        size = 0;
    if (size < 0)
        broken(tar, "a negative size");
    if (plain) {
        read_entry(tar, &h, (uint64_t)size);
        forget_extended(tar);
    } else if (h.type == 'x') {
        char *data = contents(tar, (uint64_t)size);
        read_pax(tar, data, (size_t)size);
        free(data);
    } else if (h.type == 'L') {
        replace(&tar->name, contents(tar, (uint64_t)size));
    } else if (h.type == 'K') {
        replace(&tar->linkname, contents(tar, (uint64_t)size));
    } else if (h.type != 'g') {
        broken(tar, "an entry of a kind that cannot be used (sparse?)");
    }
    tar->at += BLOCK + (((uint64_t)size + BLOCK - 1) & ~(uint64_t)(BLOCK - 1));
    return true;
}

/* An anonymous file with what `program -dc` makes of fd. */
static int decompress(const char *program, int fd, const char *path)
{
    int out = memfd_create("root.tar", MFD_CLOEXEC), status;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fd, 0);
        dup2(out, 1);
        execlp(program, program, "-dc", NULL);
        _exit(127);
    }
    if (out < 0 || pid < 0 || waitpid(pid, &status, 0) < 0)
        fail("cannot start %s: %s", program, strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        refuse("--root: %s cannot unpack %s", program, path);
    close(fd);
    return out;
}

static int open_tar(const char *path)
{
    static const struct {
        const char *program, *magic;
        size_t size;
    } formats[] = {
        {"gzip", "\x1f\x8b", 2},
        {"xz",
         "\xfd"
         "7zXZ",
         5},
        {"bzip2", "BZh", 3},
        {"zstd", "\x28\xb5\x2f\xfd", 4},
    };
    char start[6] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || pread(fd, start, sizeof start, 0) < 0)
        refuse("--root: %s: %s", path, strerror(errno));
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!memcmp(start, formats[i].magic, formats[i].size))
            return decompress(formats[i].program, fd, path);
    return fd;
}

void root_add_tar(struct cpio *cpio, const char *path)
{
    struct tar *tar = calloc(1, sizeof *tar);
    if (!tar)
        fail("out of memory");
    tar->cpio = cpio;
    tar->path = path;
    tar->fd = open_tar(path);
    for (int pass = 0; pass < 2; pass++) {
        tar->at = 0;
        tar->writing = pass == 1;
        forget_extended(tar);
        while (step(tar))
            ;
        if (!tar->at)
            refuse("--root: %s is empty", path);
    }
    close(tar->fd);
    free(tar);
}
