// about: inotify: what each change of a file and a directory reports
// calls: inotify_init1 inotify_add_watch inotify_rm_watch read
#include "abi.h"

#include <sys/inotify.h>
static int in;
static void drain(const char *what)
{
    char b[4096];
    int n = read(in, b, sizeof b);
    uint32_t ck = 0;
    printf("%s:", what);
    for (int o = 0; o < n;) {
        struct inotify_event *e = (void *)(b + o);
        static const char *const nm[] = {
            "ACCESS",      "MODIFY",        "ATTRIB",
            "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN",
            "MOVED_FROM",  "MOVED_TO",      "CREATE",
            "DELETE",      "DELETE_SELF",   "MOVE_SELF",
            "12",          "UNMOUNT",       "Q_OVERFLOW",
            "IGNORED"};
        printf(" wd%d", e->wd);
        for (int i = 0; i < 16; i++)
            if (e->mask & 1u << i)
                printf("+%s", nm[i]);
        if (e->mask & IN_ISDIR)
            printf("+ISDIR");
        if (e->len)
            printf("(%s,%d)", e->name, (int)e->len);
        if (e->cookie) {
            printf("%s", ck == 0 ? "#" : ck == e->cookie ? "#same" : "#other");
            ck = e->cookie;
        }
        o += sizeof *e + e->len;
    }
    printf(n < 0 ? " %s\n" : "\n", errname(errno));
}
int main(void)
{
    mkdir("d", 0755);
    put("f", "x");
    in = T(inotify_init1(IN_NONBLOCK));
    drain("nothing");
    T(inotify_add_watch(in, "d", IN_ALL_EVENTS));
    T(inotify_add_watch(in, "f", IN_ALL_EVENTS));
    int fd = open("d/a", O_CREAT | O_RDWR, 0644);
    drain("create");
    write(fd, "123", 3);
    drain("write");
    char b[4];
    pread(fd, b, 1, 0);
    drain("read");
    ftruncate(fd, 0);
    drain("ftruncate");
    fchmod(fd, 0600);
    drain("fchmod");
    close(fd);
    drain("close");
    close(open("d/a", O_RDONLY));
    drain("open and close");
    rename("d/a", "d/b");
    drain("rename in");
    rename("d/b", "b");
    drain("rename out");
    rename("b", "d/longer-name-here");
    drain("rename into");
    link("d/longer-name-here", "d/h");
    drain("link");
    unlink("d/h");
    drain("unlink");
    mkdir("d/s", 0755);
    drain("mkdir");
    closedir(opendir("d/s"));
    drain("opendir below");
    closedir(opendir("d"));
    drain("opendir");
    rmdir("d/s");
    drain("rmdir");
    utimensat(AT_FDCWD, "d/longer-name-here", NULL, 0);
    drain("utimensat");
    fd = open("f", O_WRONLY | O_TRUNC);
    close(fd);
    drain("open O_TRUNC");
    rename("f", "f2");
    drain("rename the file");
    link("f2", "f3");
    drain("link the file");
    unlink("f3");
    drain("unlink a name of the file");
    fd = open("f2", O_RDONLY);
    unlink("f2");
    drain("unlink the last name");
    close(fd);
    drain("close the last handle");
    unlink("d/longer-name-here");
    rename("d", "d2");
    drain("rename the directory");
    rmdir("d2");
    drain("rmdir the directory");
}
