// about: Renames in a loop against look-ups: a name that always exists is
// about: always found
// calls: renameat2 newfstatat openat clone
#include "abi.h"

int main(void)
{
    mkdir("a", 0755);
    mkdir("b", 0755);
    put("a/f", "1");
    put("a/g", "2");
    put("x", "0");
    pid_t k[3];
    k[0] = CHILD(for (int i = 0; i < 1500; i++) {
        put("x.new", "1");
        rename("x.new", "x");
    });
    k[1] = CHILD(for (int i = 0; i < 1500; i++) {
        rename("a/f", "b/f");
        rename("b/f", "a/f");
    });
    k[2] = CHILD(for (int i = 0; i < 1500; i++)
                     sys(renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 2));
    int missing = 0, both = 0;
    for (int i = 0; i < 1500; i++) {
        struct stat st;
        if (stat("x", &st))
            missing++;
        else if (st.st_size != 1)
            both += st.st_size != 0;
        if (stat("a", &st) || stat("b", &st))
            missing++;
    }
    for (int i = 0; i < 3; i++)
        wait_show("renamer", k[i]);
    N(missing);
    N(both);
    int n = !access("a/f", F_OK) + !access("b/f", F_OK);
    N(n);
}
