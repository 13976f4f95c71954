// about: rename and unlink as an ordinary user: sticky directories, write
// about: permission, foreign directories
// calls: renameat2 unlinkat linkat
#include "abi.h"
int main(void)
{
    umask(0);
    mkdir("sticky", 0777);
    chmod("sticky", 01777);
    mkdir("open", 0777);
    mkdir("closed", 0755);
    mkdir("rootdir", 0755);
    put("sticky/root", "r");
    put("open/root", "r");
    put("closed/root", "r");
    mkdir("sticky/rd", 0755);
    mkdir("open/rd", 0755);
    mkdir("mine", 0700);
    chown("mine", 1000, 1000);
    RUN("user", {
        become_user();
        T(unlink("sticky/root"));
        T(rename("sticky/root", "mine/x"));
        T(rename("sticky/root", "sticky/x"));
        put("sticky/own", "u");
        T(rename("sticky/own", "sticky/root"));
        T(rename("sticky/own", "sticky/own2"));
        T(unlink("sticky/own2"));
        T(rmdir("sticky/rd"));
        T(rename("open/root", "open/x"));
        T(unlink("open/x"));
        T(rename("open/rd", "open/rd2"));
        T(rename("open/rd2", "mine/rd2"));
        T(rmdir("open/rd2"));
        T(unlink("closed/root"));
        T(unlink("closed/none"));
        T(mkdir("closed/new", 0755));
        T(mkdir("closed/root", 0755));
        T(rmdir("closed/none"));
        T(rename("closed/root", "mine/z"));
        T(open("closed/new", O_CREAT | O_WRONLY, 0644));
        T(symlink("x", "closed/l"));
        T(link("closed/root", "mine/l"));
        T(mkfifo("closed/p", 0600));
        T(mkdir("mine/a", 0755));
        T(rename("mine/a", "open/a"));
        T(rename("mine", "open/mine"));
    });
    T(access("open/a", F_OK));
}
