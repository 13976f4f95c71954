/*
 * pack LIST OUT: make a cpio archive from a list of lines, as for a root image
 * that no tree on the host has to hold with the right owners:
 *
 *   dir   NAME MODE UID GID
 *   file  NAME MODE UID GID SOURCE
 *   tree  NAME MODE UID GID SOURCE   the files of a directory; their own modes
 *   link  NAME TARGET
 *   chr   NAME MODE UID GID MAJOR MINOR
 *   applets DIRECTORY LIST           a link to BusyBox for each line of a file
 *
 * Times are all zero, so the same input gives the same bytes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher.h"

static const char *list_path;
static unsigned line_number;
static struct cpio archive;

static _Noreturn void stop(const char *format, va_list args)
{
    fprintf(stderr, "%s:%u: ", list_path, line_number);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

void refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    stop(format, args);
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    stop(format, args);
}

static void add_file(struct cpio_entry entry, const char *source)
{
    struct stat st;
    int fd = open(source, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        fail("%s: %s", source, strerror(errno));
    entry.mode |= S_IFREG;
    cpio_add_fd(&archive, &entry, fd, (uint64_t)st.st_size, source);
    close(fd);
}

static void add_link(const char *name, const char *target)
{
    struct cpio_entry entry = {.name = name, .mode = S_IFLNK | 0777};
    cpio_add(&archive, &entry, target, strlen(target));
}

static int visible(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void add_tree(struct cpio_entry top, const char *source)
{
    struct dirent **names;
    struct cpio_entry entry = top;
    entry.mode |= S_IFDIR;
    cpio_add(&archive, &entry, "", 0);
    int n = scandir(source, &names, visible, alphasort);
    if (n < 0)
        fail("%s: %s", source, strerror(errno));
    for (int i = 0; i < n; i++) {
        char from[4096], to[4096];
        struct stat st;
        snprintf(from, sizeof from, "%s/%s", source, names[i]->d_name);
        snprintf(to, sizeof to, "%s/%s", top.name, names[i]->d_name);
        if (lstat(from, &st) < 0)
            fail("%s: %s", from, strerror(errno));
        entry = top;
        entry.name = to;
        /* What git keeps of a mode: whether it can be executed. */
        entry.mode = st.st_mode & 0111 ? 0755 : 0644;
        if (S_ISDIR(st.st_mode))
            add_tree(entry, from);
        else if (S_ISREG(st.st_mode))
            add_file(entry, from);
        else
            fail("%s is neither a file nor a directory", from);
        free(names[i]);
    }
    free(names);
}

/* Lines like "usr/bin/awk": what BusyBox answers to, and where. */
static void add_applets(const char *prefix, const char *source)
{
    char line[128], name[256];
    FILE *f = fopen(source, "re");
    if (!f)
        fail("%s: %s", source, strerror(errno));
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        const char *base = strrchr(line, '/');
        base = base ? base + 1 : line;
        bool system = strstr(line, "sbin/") != NULL;
        if (!strcmp(base, "busybox") || !strcmp(base, "init") ||
            !strcmp(base, "linuxrc"))
            continue;
        snprintf(name, sizeof name, "%s/%s/%s", prefix, system ? "sbin" : "bin",
                 base);
        add_link(name, system ? "../bin/busybox" : "busybox");
    }
    fclose(f);
}

static uint32_t number(const char *text, int base)
{
    char *end;
    unsigned long n = strtoul(text, &end, base);
    if (*end || end == text)
        fail("'%s' is not a number", text);
    return (uint32_t)n;
}

static void add_line(char **w, unsigned count)
{
    struct cpio_entry entry = {.name = w[1][0] == '/' ? w[1] + 1 : w[1]};
    if (!strcmp(w[0], "link") && count == 3) {
        add_link(entry.name, w[2]);
        return;
    }
    if (!strcmp(w[0], "applets") && count == 3) {
        add_applets(entry.name, w[2]);
        return;
    }
    if (count < 5)
        fail("too few words");
    entry.mode = number(w[2], 8);
    entry.uid = number(w[3], 10);
    entry.gid = number(w[4], 10);
    if (!strcmp(w[0], "dir") && count == 5) {
        entry.mode |= S_IFDIR;
        cpio_add(&archive, &entry, "", 0);
    } else if (!strcmp(w[0], "file") && count == 6) {
        add_file(entry, w[5]);
    } else if (!strcmp(w[0], "tree") && count == 6) {
        add_tree(entry, w[5]);
    } else if (!strcmp(w[0], "chr") && count == 7) {
        entry.mode |= S_IFCHR;
        entry.major = number(w[5], 10);
        entry.minor = number(w[6], 10);
        cpio_add(&archive, &entry, "", 0);
    } else {
        fail("what is '%s' with %u words?", w[0], count);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: pack LIST OUT\n");
        return 2;
    }
    list_path = argv[1];
    FILE *list = fopen(list_path, "re"), *out = fopen(argv[2], "we");
    if (!list || !out)
        fail("%s", strerror(errno));
    cpio_open(&archive, out);
    char line[1024];
    while (fgets(line, sizeof line, list)) {
        char *words[8], *rest = line, *word;
        unsigned count = 0;
        line_number++;
        line[strcspn(line, "#\n")] = 0;
        while ((word = strsep(&rest, " \t")))
            if (*word && count < 8)
                words[count++] = word;
        if (count >= 2)
            add_line(words, count);
    }
    cpio_end(&archive);
    if (fclose(out))
        fail("%s: %s", argv[2], strerror(errno));
    fclose(list);
    return 0;
}
