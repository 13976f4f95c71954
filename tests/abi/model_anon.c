// about: Random mmap, munmap, mprotect, mremap and fork over one area against
// about: a model of its pages
// calls: mmap munmap mprotect mremap
#include "abi.h"

#define PG 64
static unsigned char val[PG];
static signed char prot[PG];
static char *a;
static int readable(int i)
{
    int p[2], r;
    pipe(p);
    r = write(p[1], a + i * 4096, 1);
    close(p[0]);
    close(p[1]);
    return r == 1;
}
int main(void)
{
    unsigned s = 3;
    int bad = 0;
    a = mmap(NULL, PG * 4096, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(prot, 3, PG);
    for (int i = 0; i < 3000; i++) {
        int f = rand_r(&s) % PG, n = rand_r(&s) % (PG - f) / 4 + 1, j;
        switch (rand_r(&s) % 6) {
        case 0:
            munmap(a + f * 4096, n * 4096);
            memset(prot + f, -1, n);
            break;
        case 1:
        case 2:
            mmap(a + f * 4096, n * 4096, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            memset(prot + f, 3, n);
            memset(val + f, 0, n);
            break;
        case 3: {
            int pr = rand_r(&s) % 2 ? 1 : 3;
            for (j = f; j < f + n && prot[j] >= 0; j++)
                prot[j] = pr;
            int r = mprotect(a + f * 4096, n * 4096, pr);
            bad += (r == 0) != (j == f + n);
            break;
        }
        case 4:
            if (prot[f] == 3)
                a[f * 4096 + 17] = val[f] = i;
            break;
        default:
            if (prot[f] >= 0)
                bad += (unsigned char)a[f * 4096 + 17] != val[f];
            else
                bad += readable(f);
        }
    }
    N(bad);
    RUN("child", {
        for (int i = 0; i < PG; i++)
            bad += (prot[i] >= 0) != readable(i) ||
                   (prot[i] >= 0 && (unsigned char)a[i * 4096 + 17] != val[i]);
        N(bad);
    });
}
