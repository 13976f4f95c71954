// about: mincore and msync: what is resident; refusals
// calls: mincore msync
#include "abi.h"

int main(void)
{
    unsigned char v[16];
    char *m = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(m, 8 * 4096, MADV_NOHUGEPAGE);
    memset(v, 0xff, 16);
    T(mincore(m, 8 * 4096, v));
    for (int i = 0; i < 9; i++)
        printf("%d ", v[i]);
    printf("\n");
    m[4096] = 1;
    m[3 * 4096] = 1;
    T(mincore(m, 8 * 4096, v));
    for (int i = 0; i < 8; i++)
        printf("%d ", v[i] & 1);
    printf("\n");
    madvise(m + 4096, 4096, MADV_DONTNEED);
    T(mincore(m + 4096, 4096, v));
    N(v[0] & 1);
    T(mincore(m, 1, v));
    T(mincore(m, 0, v));
    T(mincore(m + 1, 4096, v));
    T(mincore(m, -1L, v));
    munmap(m + 5 * 4096, 4096);
    T(mincore(m, 8 * 4096, v));
    T(sys(mincore, 0xffff888000000000, 4096, v));
    BAD(p, sys(mincore, m, 4096, p));
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 3 * 4096);
    pwrite(fd, "x", 1, 4096);
    char *s = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    T(mincore(s, 3 * 4096, v));
    say("%d %d %d", v[0] & 1, v[1] & 1, v[2] & 1);
    s[8192] = 1;
    T(mincore(s, 3 * 4096, v));
    say("%d %d %d", v[0] & 1, v[1] & 1, v[2] & 1);
    say("-- msync");
    T(msync(s, 3 * 4096, MS_SYNC));
    T(msync(s, 3 * 4096, MS_ASYNC));
    T(msync(s, 3 * 4096, MS_INVALIDATE));
    T(msync(s, 3 * 4096, 0));
    T(msync(s, 3 * 4096, MS_SYNC | MS_ASYNC));
    T(msync(s, 3 * 4096, 8));
    T(msync(s + 1, 4096, MS_SYNC));
    T(msync(s, 0, MS_SYNC));
    T(msync(s, -1L, MS_SYNC));
    T(msync(m, 8 * 4096, MS_SYNC));
    T(msync(m, 4096, MS_SYNC));
    munmap(s + 4096, 4096);
    T(msync(s, 3 * 4096, MS_SYNC));
}
