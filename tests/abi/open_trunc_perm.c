// about: O_TRUNC and permissions: read-only files, foreign files, what a
// about: failing open leaves
// calls: openat fchmod
#include "abi.h"

int main(void)
{
    umask(0);
    put("ro", "keep");
    chmod("ro", 0444);
    put("other", "keep");
    chmod("other", 0644);
    put("all", "keep");
    chmod("all", 0666);
    put("wonly", "keep");
    chmod("wonly", 0222);
    mkdir("d", 0777);
    RUN("user", {
        become_user();
        T(open("ro", O_WRONLY | O_TRUNC));
        T(open("ro", O_RDONLY | O_TRUNC));
        T(open("other", O_WRONLY | O_TRUNC));
        T(open("other", O_RDONLY | O_TRUNC));
        T(open("all", O_RDONLY | O_TRUNC) >= 0 ? 0 : -1);
        T(open("wonly", O_RDWR | O_TRUNC));
        T(open("wonly", O_WRONLY) >= 0 ? 0 : -1);
        T(open("ro", O_CREAT | O_WRONLY, 0666));
        T(open("ro", O_CREAT | O_EXCL | O_WRONLY, 0666));
        T(open("d/new", O_CREAT | O_RDWR | O_TRUNC, 0000) >= 0 ? 0 : -1);
        T(open("d/new", O_RDONLY));
        T(open("d", O_WRONLY));
        T(open("d", O_CREAT | O_RDONLY, 0600));
    });
    STR(get("ro"));
    STR(get("other"));
    STR(get("all"));
    STR(get("wonly"));
}
