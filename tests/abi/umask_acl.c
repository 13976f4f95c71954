// about: Files made by a shell under different umasks; install-like modes;
// about: copying modes
// calls: openat fchmod umask execve
#include "abi.h"

static void m(const char *p)
{
    struct stat st;
    if (stat(p, &st))
        say("%s: %s", p, errname(errno));
    else
        say("%s: %o", p, st.st_mode & 07777);
}
int main(void)
{
    setenv("PATH", "/bin", 1);
    system(
        "umask 077; echo x > a; mkdir b; mkfifo c; umask 002; echo x > d; "
        "mkdir e; umask 0; echo x > f; mkdir -m 1750 g; cp a h; chmod 4711 h; "
        "cp a i; cp -p h j; chmod u=rwx,g=rx,o= k 2>/dev/null; touch k; "
        "chmod u+s,g=u,o-r k; chmod +t e; ln -s a l; chmod 600 l");
    static const char *const n[] = {"a", "b", "c", "d", "e", "f",
                                    "g", "h", "i", "j", "k", "l"};
    for (int i = 0; i < 12; i++)
        m(n[i]);
}
