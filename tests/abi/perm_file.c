// about: File permission classes: owner, group, supplementary group and
// about: others, for read, write and execute
// calls: openat faccessat execve setgroups
#include "abi.h"
int main(void)
{
    static const int modes[] = {0777, 0700, 0070, 0007, 0600, 0060,
                                0006, 0444, 0222, 0111, 0477, 0000};
    umask(0);
    put("s", "#!/bin/true-not-there\n");
    for (int who = 0; who < 5; who++) {
        static const char *const w[] = {"owner", "group", "supplementary",
                                        "other", "root"};
        say("-- %s", w[who]);
        for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
            chown("s", who == 0 ? 1000 : 5,
                  who == 1   ? 1000
                  : who == 2 ? 77
                             : 6);
            chmod("s", modes[i]);
            RUN("-", {
                if (who != 4) {
                    setgroups(1, (gid_t[]){77});
                    sys(setresgid, 1000, 1000, 1000);
                    sys(setresuid, 1000, 1000, 1000);
                }
                int r = open("s", O_RDONLY) >= 0 ? 0 : errno;
                int wr = open("s", O_WRONLY) >= 0 ? 0 : errno;
                printf("%03o read %s ", modes[i], errname(r));
                printf("write %s ", errname(wr));
                printf("access %s%s%s ", access("s", R_OK) ? "-" : "r",
                       access("s", W_OK) ? "-" : "w",
                       access("s", X_OK) ? "-" : "x");
                execl("./s", "s", NULL);
                printf("exec %s\n", errname(errno));
            });
        }
    }
}
