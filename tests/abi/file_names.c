// about: Names with every byte, UTF-8, newlines, dots, 255 bytes; what is
// about: refused
// calls: openat getdents64 unlinkat
#include "abi.h"

int main(void)
{
    char n[300];
    int made = 0, refused = 0;
    mkdir("d", 0755);
    chdir("d");
    for (int c = 1; c < 256; c++) {
        n[0] = 'x';
        n[1] = c;
        n[2] = 0;
        int fd = open(n, O_CREAT | O_EXCL | O_WRONLY, 0600);
        if (fd >= 0)
            made++, close(fd);
        else
            refused++, say("%d: %s", c, errname(errno));
    }
    say("%d made, %d refused", made, refused);
    int seen = 0, wrong = 0;
    DIR *d = opendir(".");
    struct dirent *e;
    while ((e = readdir(d)))
        if (e->d_name[0] == 'x') {
            seen++;
            wrong += strlen(e->d_name) != 2;
            unlink(e->d_name);
        }
    say("%d seen, %d wrong", seen, wrong);
    static const char *const t[] = {
        "...",      "..x", ".hidden", " ", "a\nb", "-", "\303\244\303\266",
        "\xff\xfe", "~",   "*"};
    for (int i = 0; i < 10; i++) {
        int fd = open(t[i], O_CREAT | O_EXCL | O_WRONLY, 0600);
        printf("%d: %s", i, fd < 0 ? errname(errno) : "made");
        printf(", %s", access(t[i], F_OK) ? "gone" : "there");
        printf(", %s\n", unlink(t[i]) ? errname(errno) : "removed");
        close(fd);
    }
    memset(n, 0, sizeof n);
    for (int i = 0; i < 127; i++)
        memcpy(n + i * 2, "\303\244", 2);
    T(mkdir(n, 0755));
    T(rmdir(n));
    chdir("..");
    T(rmdir("d"));
}
