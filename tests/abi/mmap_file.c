// about: File mappings and read and write see the same bytes; ends, growth,
// about: unlink, private copies
// calls: mmap msync munmap pread64 pwrite64 ftruncate
#include "abi.h"

int main(void)
{
    char b[16] = "";
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    write(fd, "0123456789", 10);
    char *s = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
         *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0),
         *t = mmap(NULL, 4096, PROT_READ, MAP_SHARED, open("f", O_RDONLY), 0);
    s[0] = 'S';
    pread(fd, b, 10, 0);
    STR(b);
    pwrite(fd, "W", 1, 1);
    say("%.10s %.10s %.10s", s, p, t);
    p[2] = 'P';
    s[3] = 'T';
    say("%.10s %.10s", s, p);
    pread(fd, b, 10, 0);
    STR(b);
    say("-- beyond the end, in the page");
    Y(s[10] == 0 && s[4095] == 0);
    s[20] = 'X';
    struct stat st;
    fstat(fd, &st);
    N(st.st_size);
    N(pread(fd, b, 10, 15));
    ftruncate(fd, 30);
    say("%d", s[20]);
    pread(fd, b, 10, 20);
    say("%d", b[0]);
    say("-- growing makes the next page valid");
    RUN("before", s[4096] = 1);
    ftruncate(fd, 5000);
    RUN("after", s[4096] = 1);
    say("%d", s[4096]);
    ftruncate(fd, 4096);
    RUN("shrunk", s[4096] = 1);
    ftruncate(fd, 8192);
    say("%d", s[4096]);
    say("-- unlinked and closed");
    unlink("f");
    close(fd);
    s[100] = 'u';
    Y(t[100] == 'u');
    T(msync(s, 8192, MS_SYNC));
    T(munmap(s, 8192));
    Y(t[100] == 'u');
    say("-- shared with a child, private after a write");
    RUN("child", {
        p[5] = 'C';
        say("%.10s", p);
    });
    say("%.10s", p);
    say("-- a shared anonymous mapping");
    int *a = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    RUN("child", *a = 77);
    N(*a);
    say("-- writing through one process and reading in another");
    int g = open("g", O_RDWR | O_CREAT, 0644);
    ftruncate(g, 4096);
    char *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, g, 0);
    RUN("child", {
        int h = open("g", O_RDWR);
        char *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, h, 0);
        strcpy(q, "from the child");
    });
    say("%s", m);
}
