// about: pivot_root: its rules, and a new root made of a tmpfs
// calls: pivot_root mount umount2 chdir unshare
#include "abi.h"

int main(void)
{
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    mkdir("new", 0755);
    T(sys(pivot_root, "new", "new"));
    T(sys(pivot_root, "none", "none"));
    MUST(mount("x", "new", "tmpfs", 0, NULL));
    mkdir("new/old", 0755);
    put("new/inside", "the new root");
    T(sys(pivot_root, "new", "/tmp"));
    T(sys(pivot_root, "new", "new/none"));
    T(sys(pivot_root, "/", "/"));
    BAD(p, sys(pivot_root, p, "new"));
    RUN("user", {
        become_user();
        T(sys(pivot_root, "new", "new/old"));
    });
}
