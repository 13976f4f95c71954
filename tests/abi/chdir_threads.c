// about: The working directory and umask are shared by threads, and are a
// about: child's own
// calls: chdir umask getcwd clone
#include "abi.h"

static char got[512];
static void *mover(void *a)
{
    chdir(a);
    umask(0123);
    return NULL;
}
int main(void)
{
    pthread_t t;
    mkdir("sub", 0755);
    pthread_create(&t, NULL, mover, "sub");
    pthread_join(t, NULL);
    getcwd(got, sizeof got);
    STR(strrchr(got, '/'));
    say("%o", umask(022));
    RUN("child", {
        chdir("..");
        umask(0);
    });
    getcwd(got, sizeof got);
    STR(strrchr(got, '/'));
    say("%o", umask(022));
}
