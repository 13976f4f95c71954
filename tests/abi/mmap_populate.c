// about: MAP_POPULATE, reading a zero page, many small mappings, mapping the
// about: same file a hundred times
// calls: mmap mincore munmap
#include "abi.h"

int main(void)
{
    unsigned char v[64];
    int rw = PROT_READ | PROT_WRITE;
    char *m = mmap(NULL, 16 * 4096, rw,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    int in = 0;
    mincore(m, 16 * 4096, v);
    for (int i = 0; i < 16; i++)
        in += v[i] & 1;
    N(in);
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 16 * 4096);
    m = mmap(NULL, 16 * 4096, rw, MAP_SHARED | MAP_POPULATE, fd, 0);
    m[5 * 4096] = 1;
    char c;
    pread(fd, &c, 1, 5 * 4096);
    N(c);
    char *z = mmap(NULL, 64 * 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int sum = 0;
    for (int i = 0; i < 64; i++)
        sum += z[i * 4096];
    N(sum);
    z[4096] = 1;
    Y(z[0] == 0 && z[8192] == 0 && z[4097] == 0);
    char *t[100];
    for (int i = 0; i < 100; i++)
        t[i] = mmap(NULL, 4096, rw, MAP_SHARED, fd, 4096 * (i % 16));
    for (int i = 0; i < 100; i++)
        t[i][i] = i;
    int ok = 0;
    for (int i = 0; i < 100; i++)
        ok += t[i % 16][i] == i;
    N(ok);
    for (int i = 0; i < 100; i++)
        munmap(t[i], 4096);
    pread(fd, &c, 1, 4096 * (99 % 16) + 99);
    N(c);
    static char *many[3000];
    int n = 0;
    for (; n < 3000; n++) {
        many[n] = mmap(NULL, 4096, n % 2 ? PROT_READ : rw,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (many[n] == MAP_FAILED)
            break;
        if (n % 2 == 0)
            many[n][0] = n;
    }
    N(n);
    int good = 0;
    for (int i = 0; i < n; i++)
        good += i % 2 ? many[i][0] == 0 : many[i][0] == (char)i;
    N(good);
    for (int i = 0; i < n; i += 3)
        munmap(many[i], 4096);
    good = 0;
    for (int i = 1; i < n; i += 3)
        good += i % 2 ? many[i][0] == 0 : many[i][0] == (char)i;
    N(good);
}
