// about: execve of set-user-id and set-group-id programs; what stops them
// calls: execve setresuid prctl
#include "abi.h"

static void copy(const char *to, int uid, int gid, int mode)
{
    static char b[65536];
    int i = open("/proc/self/exe", O_RDONLY),
        o = open(to, O_WRONLY | O_CREAT, 0755), n;
    while ((n = read(i, b, sizeof b)) > 0)
        write(o, b, n);
    fchown(o, uid, gid);
    fchmod(o, mode);
    close(i);
    close(o);
}
#include <sys/auxv.h>
int main(int argc, char **argv)
{
    if (!strcmp(argv[0], "show")) {
        uid_t r, e, s;
        getresuid(&r, &e, &s);
        gid_t rg, eg, sg;
        getresgid(&rg, &eg, &sg);
        say("uid %d %d %d gid %d %d %d secure %ld dumpable %d", r, e, s, rg, eg,
            sg, (long)getauxval(AT_SECURE), prctl(PR_GET_DUMPABLE));
        Y(getauxval(AT_EUID) == e && getauxval(AT_UID) == r &&
          getauxval(AT_EGID) == eg);
        return 0;
    }
    copy("plain", 5, 6, 0755);
    copy("suid", 5, 6, 04755);
    copy("sgid", 5, 6, 02755);
    copy("both", 5, 6, 06755);
    copy("sroot", 0, 0, 04755);
    copy("sgidnox", 5, 6, 02745);
    static const char *const n[] = {"plain", "suid",  "sgid",
                                    "both",  "sroot", "sgidnox"};
    for (int u = 0; u < 3; u++)
        for (int i = 0; i < 6; i++) {
            say("-- %s%s", n[i],
                u == 0   ? " as root"
                : u == 1 ? " as user"
                         : " as user with NO_NEW_PRIVS");
            RUN(n[i], {
                if (u)
                    become_user();
                if (u == 2)
                    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                execl(n[i], "show", NULL);
                say("%s", errname(errno));
            });
        }
    say("-- on a nosuid mount");
    mkdir("m", 0755);
    MUST(mount("x", "m", "tmpfs", MS_NOSUID, NULL));
    copy("m/both", 5, 6, 06755);
    RUN("both", {
        become_user();
        execl("m/both", "show", NULL);
    });
    umount("m");
    say("-- saved ids let it switch back and forth");
    RUN("root", {
        setresuid(1000, 1001, 1002);
        execl("plain", "show", NULL);
    });
}
