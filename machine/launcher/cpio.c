/*
 * Writing cpio archives in the "newc" format, as the kernel reads an initramfs
 * (Linux: Documentation/driver-api/early-userspace/buffer-format.rst): 110
 * bytes of hexadecimal fields, the name, the contents, each padded to 4 bytes.
 */
#include "launcher.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

static void put(struct cpio *cpio, const void *data, size_t size)
{
    if (size && fwrite(data, 1, size, cpio->file) != size)
        fail("writing the root image: %s", strerror(errno));
    cpio->size += size;
}

static void pad(struct cpio *cpio, unsigned to)
{
    static const char zeros[512];
    put(cpio, zeros, -cpio->size & (to - 1));
}

void cpio_open(struct cpio *cpio, FILE *file)
{
    *cpio = (struct cpio){.file = file, .next_ino = 1};
}

uint32_t cpio_ino(struct cpio *cpio)
{
    return cpio->next_ino++;
}

static void put_header(struct cpio *cpio, const struct cpio_entry *e,
                       uint64_t size)
{
    const char *name = e->name[0] ? e->name : ".";
    char header[111];
    if (size > UINT32_MAX)
        refuse("--root: %s has more than 4 GiB", name);
    snprintf(header, sizeof header,
             "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
             e->ino ? e->ino : cpio_ino(cpio), e->mode, e->uid, e->gid,
             e->links ? e->links : 1u, e->mtime, (uint32_t)size, 0u, 0u,
             e->major, e->minor, (uint32_t)strlen(name) + 1, 0u);
    put(cpio, header, 110);
    put(cpio, name, strlen(name) + 1);
    pad(cpio, 4);
}

void cpio_add(struct cpio *cpio, const struct cpio_entry *entry,
              const void *data, size_t size)
{
    put_header(cpio, entry, size);
    put(cpio, data, size);
    pad(cpio, 4);
}

void cpio_add_fd(struct cpio *cpio, const struct cpio_entry *entry, int fd,
                 uint64_t size, const char *path)
{
    static char buffer[1 << 18];
    put_header(cpio, entry, size);
    while (size) {
        size_t want = size < sizeof buffer ? (size_t)size : sizeof buffer;
        ssize_t n = read(fd, buffer, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            refuse("--root: %s: %s", path,
                   n < 0 ? strerror(errno) : "it ended early");
        put(cpio, buffer, (size_t)n);
        size -= (uint64_t)n;
    }
    pad(cpio, 4);
}

void cpio_end(struct cpio *cpio)
{
    struct cpio_entry last = {.name = "TRAILER!!!", .ino = 0};
    cpio_add(cpio, &last, "", 0);
    pad(cpio, 512);
}

void cpio_append_file(struct cpio *cpio, const char *path)
{
    static char buffer[1 << 18];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = -1;
    while (fd >= 0 && (n = read(fd, buffer, sizeof buffer)) > 0)
        put(cpio, buffer, (size_t)n);
    if (n < 0)
        fail("%s: %s", path, strerror(errno));
    close(fd);
    pad(cpio, 512);
}
