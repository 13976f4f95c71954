/*
 * Modules for a Linux that has its virtio drivers as modules. The package has
 * no modules.dep (a script of its makes that), so what a module needs is read
 * from the module itself: the string "depends=a,b" of its .modinfo section.
 */
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 64

static struct cpio *archive;
static const char *looking_for;
static char *found;
static const char *added[MOST];
static unsigned added_count;

/* A module's file may have - where its name has _. */
static bool names_match(const char *file, const char *name)
{
    for (; *name; file++, name++)
        if (*file != *name && !(*file == '-' && *name == '_'))
            return false;
    return !strcmp(file, ".ko");
}

static int visit(const char *path, const struct stat *st, int type,
                 struct FTW *at)
{
    (void)st;
    if (type != FTW_F || !names_match(path + at->base, looking_for))
        return 0;
    found = strdup(path);
    return 1;
}

static void add(const char *directory, const char *name, bool optional);

static void add_depends(const char *directory, const char *data, size_t size)
{
    static const char key[] = "\0depends=";
    const char *at = memmem(data, size, key, sizeof key - 1);
    if (!at)
        return;
    char *list = strndup(at + sizeof key - 1,
                         size - (size_t)(at + sizeof key - 1 - data));
    char *rest = list, *name;
    while (list && (name = strsep(&rest, ",")))
        if (*name)
            add(directory, name, false);
    free(list);
}

static void add(const char *directory, const char *name, bool optional)
{
    for (unsigned i = 0; i < added_count; i++)
        if (!strcmp(added[i], name))
            return;
    if (added_count == MOST)
        refuse("--modules: %s needs too many others", name);
    added[added_count++] = strdup(name);

    found = NULL;
    looking_for = name;
    nftw(directory, visit, 16, FTW_PHYS);
    if (!found) {
        if (optional)
            return; /* It is part of the kernel, or not for this machine. */
        refuse("--modules: no %s.ko below %s", name, directory);
    }
    char *path = found;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        refuse("--modules: %s: %s", path, strerror(errno));
    size_t size = (size_t)st.st_size;
    char *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        refuse("--modules: %s: %s", path, strerror(errno));
    add_depends(directory, data, size);

    static unsigned order;
    char inside[300];
    snprintf(inside, sizeof inside, ".hako/modules/%02u-%s.ko", order++, name);
    struct cpio_entry entry = {.name = inside, .mode = S_IFREG | 0644};
    cpio_add(archive, &entry, data, size);
    munmap(data, size);
    close(fd);
    free(path);
}

void modules_add(struct cpio *cpio, const char *directory,
                 const char *const *names)
{
    archive = cpio;
    struct cpio_entry top = {.name = ".hako", .mode = S_IFDIR | 0755};
    cpio_add(cpio, &top, "", 0);
    top.name = ".hako/modules";
    cpio_add(cpio, &top, "", 0);
    for (; *names; names++)
        add(directory, *names, true);
}
