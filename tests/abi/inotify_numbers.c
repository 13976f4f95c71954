// about: numbers of watches: given, taken back, not given again at once
// calls: inotify_init1 inotify_add_watch inotify_rm_watch
#include <sys/inotify.h>

#include "abi.h"

int main(void)
{
    int in = inotify_init(), again = inotify_init(), wrong = 0;
    char name[16];

    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "f%d", i);
        close(open(name, O_CREAT | O_RDWR, 0600));
        wrong += inotify_add_watch(in, name, IN_MODIFY) != i + 1;
    }
    say("in order: %d", !wrong);
    T(inotify_add_watch(in, "f7", IN_ATTRIB));
    T(inotify_add_watch(in, "f7", IN_ATTRIB | IN_MASK_CREATE));
    T(inotify_add_watch(again, "f7", IN_ATTRIB));
    T(inotify_rm_watch(in, 8));
    T(inotify_rm_watch(in, 8));
    T(inotify_rm_watch(in, 0));
    T(inotify_rm_watch(in, -1));
    T(inotify_rm_watch(in, 100000));
    T(inotify_add_watch(in, "f7", IN_ATTRIB));
    T(inotify_rm_watch(again, 1));
    T(inotify_rm_watch(again, 2));
    return 0;
}
