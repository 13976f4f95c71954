// about: A thousand links to one file: counts, data, removal in another order
// calls: linkat unlinkat newfstatat
#include "abi.h"

int main(void)
{
    char n[32];
    struct stat st;
    put("base", "linked");
    mkdir("d", 0755);
    for (int i = 0; i < 1000; i++) {
        snprintf(n, 32, "d/l%d", i);
        if (link("base", n)) {
            say("%d: %s", i, errname(errno));
            break;
        }
    }
    stat("base", &st);
    N(st.st_nlink);
    STR(get("d/l999"));
    put("d/l500", "changed");
    STR(get("base"));
    unlink("base");
    for (int i = 999; i > 0; i -= 2) {
        snprintf(n, 32, "d/l%d", i);
        unlink(n);
    }
    stat("d/l0", &st);
    N(st.st_nlink);
    for (int i = 0; i < 1000; i += 2) {
        snprintf(n, 32, "d/l%d", i);
        unlink(n);
    }
    T(rmdir("d"));
}
