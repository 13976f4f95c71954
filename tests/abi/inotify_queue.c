// about: inotify: a full queue overflows once, moves are paired, watches on
// about: many directories
// calls: inotify_init1 inotify_add_watch read renameat2
#include "abi.h"

#include <sys/inotify.h>
int main(void)
{
    static char b[1 << 20];
    int in = inotify_init1(IN_NONBLOCK), n;
    mkdir("d", 0755);
    mkdir("e", 0755);
    int a = inotify_add_watch(in, "d", IN_CREATE | IN_DELETE | IN_MOVE),
        c = inotify_add_watch(in, "e", IN_MOVE);
    for (int i = 0; i < 9000; i++) {
        close(open("d/x", O_CREAT | O_WRONLY, 0600));
        unlink("d/x");
    }
    int events = 0, overflow = 0, total = 0;
    while ((n = read(in, b, sizeof b)) > 0)
        for (int o = 0; o < n;) {
            struct inotify_event *e = (void *)(b + o);
            total++;
            if (e->mask & IN_Q_OVERFLOW) {
                overflow++;
                Y(e->wd == -1 && e->len == 0);
            } else
                events++;
            o += sizeof *e + e->len;
        }
    say("%d events, %d overflow", events, overflow);
    put("d/m", "");
    read(in, b, sizeof b);
    rename("d/m", "e/n");
    n = read(in, b, sizeof b);
    struct inotify_event *f = (void *)b, *t = (void *)(b + sizeof *f + f->len);
    Y(f->mask == IN_MOVED_FROM && f->wd == a && !strcmp(f->name, "m"));
    Y(t->mask == IN_MOVED_TO && t->wd == c && !strcmp(t->name, "n"));
    Y(f->cookie == t->cookie && f->cookie != 0);
    int w[200];
    char p[32];
    for (int i = 0; i < 200; i++) {
        snprintf(p, 32, "w%d", i);
        mkdir(p, 0755);
        w[i] = inotify_add_watch(in, p, IN_CREATE);
    }
    put("w57/file", "");
    n = read(in, b, sizeof b);
    Y(((struct inotify_event *)b)->wd == w[57]);
    for (int i = 0; i < 200; i += 2)
        inotify_rm_watch(in, w[i]);
    read(in, b, sizeof b);
    put("w58/file", "");
    T(read(in, b, sizeof b));
    put("w59/file", "");
    Y(read(in, b, sizeof b) > 0);
}
