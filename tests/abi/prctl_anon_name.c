// about: prctl PR_SET_VMA names and PR_SET_MM refusals
// calls: prctl
#include "abi.h"

int main(void)
{
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int r = prctl(0x53564d41, 0, m, 8192, "name");
    say("named: %s",
        r == 0 || errno == EINVAL ? "ok or refused" : errname(errno));
    T(prctl(0x53564d41, 1, m, 8192, "name"));
    T(prctl(PR_SET_MM, 0, 0, 0, 0));
    T(prctl(PR_SET_MM, PR_SET_MM_BRK, 0, 0, 0));
    T(prctl(PR_SET_MM, 99, 0, 0, 0));
    RUN("user", {
        become_user();
        T(prctl(PR_SET_MM, PR_SET_MM_BRK, 0, 0, 0));
    });
}
