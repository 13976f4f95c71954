// about: Directories with 5000 entries: all listed once, by several readers,
// about: while others add and remove
// calls: getdents64 openat unlinkat lseek
#include "abi.h"

int main(void)
{
    char n[32];
    mkdir("d", 0755);
    chdir("d");
    for (int i = 0; i < 5000; i++) {
        snprintf(n, 32, "file%05d", i);
        close(open(n, O_CREAT | O_WRONLY, 0644));
    }
    static char seen[5000];
    DIR *d = opendir(".");
    struct dirent *e;
    int cnt = 0, twice = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] == 'f') {
            int i = atoi(e->d_name + 4);
            twice += seen[i];
            seen[i] = 1;
            cnt++;
        }
    say("%d entries, %d twice", cnt, twice);
    rewinddir(d);
    cnt = 0;
    while ((e = readdir(d)))
        cnt++;
    N(cnt);
    say("-- while a child removes the odd ones and adds others");
    pid_t k = CHILD(for (int i = 0; i < 5000; i++) {
        snprintf(n, 32, "file%05d", i);
        if (i % 2)
            unlink(n);
        else if (i % 100 == 0) {
            snprintf(n, 32, "new%05d", i);
            close(open(n, O_CREAT | O_WRONLY, 0644));
        }
    });
    memset(seen, 0, sizeof seen);
    rewinddir(d);
    int even = 0;
    twice = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] == 'f') {
            int i = atoi(e->d_name + 4);
            twice += seen[i];
            seen[i] = 1;
            even += i % 2 == 0;
        }
    wait_show("child", k);
    say("%d of those that stayed, %d twice", even, twice);
    say("-- seeking to a remembered place");
    rewinddir(d);
    for (int i = 0; i < 100; i++)
        e = readdir(d);
    long pos = telldir(d);
    e = readdir(d);
    char name[64];
    strcpy(name, e->d_name);
    for (int i = 0; i < 1000; i++)
        readdir(d);
    seekdir(d, pos);
    e = readdir(d);
    Y(e && !strcmp(e->d_name, name));
    for (int i = 0; i < 5000; i++) {
        snprintf(n, 32, "file%05d", i);
        unlink(n);
        snprintf(n, 32, "new%05d", i);
        unlink(n);
    }
    T(rmdir("../d"));
}
