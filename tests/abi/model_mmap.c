// about: Random stores through shared and private mappings, writes and
// about: truncations against a copy in memory
// calls: mmap mremap msync madvise pwrite64 pread64
#include "abi.h"

#define SZ (32 * 4096)
static unsigned char want[SZ], b[SZ];
int main(void)
{
    unsigned s = 7;
    int fd = open("f", O_RDWR | O_CREAT, 0644), bad = 0;
    ftruncate(fd, SZ);
    unsigned char *m =
        mmap(NULL, SZ, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *n =
        mmap(NULL, SZ, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    unsigned char *p = mmap(NULL, SZ, PROT_READ, MAP_PRIVATE, fd, 0);
    for (int i = 0; i < 3000; i++) {
        int o = rand_r(&s) % (SZ - 200), v = rand_r(&s), l = rand_r(&s) % 200;
        switch (rand_r(&s) % 7) {
        case 0:
            memset(m + o, v, l);
            memset(want + o, v, l);
            break;
        case 1:
            n[o] = want[o] = v;
            break;
        case 2:
            memset(b, v, l);
            pwrite(fd, b, l, o);
            memset(want + o, v, l);
            break;
        case 3:
            pread(fd, b, l, o);
            bad += !!memcmp(b, want + o, l);
            break;
        case 4:
            bad += !!memcmp(m + o, want + o, l) + !!memcmp(p + o, want + o, l);
            break;
        case 5:
            madvise(m + o / 4096 * 4096, 4096, MADV_DONTNEED);
            bad += m[o] != want[o];
            break;
        default:
            if (i % 20 == 0) {
                munmap(n, SZ);
                n = mmap(NULL, SZ, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
                msync(m, SZ, MS_ASYNC);
            }
            bad += n[o] != want[o];
        }
    }
    N(bad);
    Y(!memcmp(m, want, SZ) && !memcmp(n, want, SZ) && !memcmp(p, want, SZ));
}
