// about: Names that end in slashes and dots for every call that makes, removes
// about: or moves
// calls: openat mkdirat rmdir unlinkat renameat2 linkat symlinkat mknodat
// calls: newfstatat truncate chdir
#include "abi.h"

static void fresh(void)
{
    unlink("f");
    unlink("n");
    rmdir("d/e");
    rmdir("d");
    rmdir("n");
    put("f", "x");
    mkdir("d", 0755);
}
#define TRY(e)                       \
    ({                               \
        fresh();                     \
        errno = 0;                   \
        long r_ = (long)(e);         \
        show_(#e, r_, errno, false); \
    })
int main(void)
{
    struct stat st;
    TRY(open("f/", O_RDONLY));
    TRY(open("f//", O_WRONLY));
    TRY(open("n/", O_RDONLY));
    TRY(open("n/", O_CREAT | O_WRONLY, 0600));
    TRY(open("f/", O_CREAT | O_WRONLY, 0600));
    TRY(open("d/", O_CREAT | O_WRONLY, 0600));
    TRY(open("d/.", O_CREAT | O_WRONLY, 0600));
    TRY(open("n/.", O_CREAT | O_WRONLY, 0600));
    TRY(open("d/", O_RDONLY) >= 0 ? 0 : -1);
    TRY(open("d/.", O_RDONLY) >= 0 ? 0 : -1);
    TRY(mkdir("n/", 0755));
    TRY(mkdir("n//", 0755));
    TRY(mkdir("n/.", 0755));
    TRY(mkdir("d/", 0755));
    TRY(mkdir("d/e/", 0755));
    TRY(mkdir("f/", 0755));
    TRY(rmdir("d/"));
    TRY(rmdir("d//"));
    TRY(rmdir("d/."));
    TRY(rmdir("d/.."));
    TRY(rmdir("f/"));
    TRY(rmdir("n/"));
    TRY(unlink("f/"));
    TRY(unlink("d/"));
    TRY(unlink("d/."));
    TRY(unlink("n/"));
    TRY(rename("f", "n/"));
    TRY(rename("f/", "n"));
    TRY(rename("f/", "n/"));
    TRY(rename("d", "n/"));
    TRY(rename("d/", "n"));
    TRY(rename("d/", "n/"));
    TRY(rename("d/.", "n"));
    TRY(rename("d", "n/."));
    TRY(rename("d", "."));
    TRY(rename("f", "f/"));
    TRY(rename("d", "d/"));
    TRY(rename("d", "d/."));
    TRY(link("f", "n/"));
    TRY(link("f/", "n"));
    TRY(link("d/", "n"));
    TRY(symlink("x", "n/"));
    TRY(symlink("x", "d/"));
    TRY(mknod("n/", S_IFREG | 0600, 0));
    TRY(mknod("f/", S_IFREG | 0600, 0));
    TRY(stat("f/", &st));
    TRY(stat("f/.", &st));
    TRY(stat("d/", &st));
    TRY(stat("d/./.", &st));
    TRY(stat("n/", &st));
    TRY(truncate("f/", 0));
    TRY(truncate("d/", 0));
    TRY(chdir("f/"));
    TRY(access("f/", F_OK));
    TRY(access("d/", F_OK));
}
