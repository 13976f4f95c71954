// about: Many threads map, unmap, protect and touch at once: contents stay
// about: right
// calls: mmap munmap mprotect madvise futex
#include "abi.h"

static atomic_int bad;
static char *shared;
static void *worker(void *a)
{
    long id = (long)a;
    unsigned seed = id;
    for (int i = 0; i < 150; i++) {
        size_t n = (rand_r(&seed) % 8 + 1) * 4096;
        char *m = mmap(NULL, n, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (size_t o = 0; o < n; o += 4096) {
            if (m[o] != 0)
                bad++;
            m[o] = id;
        }
        if (i % 3 == 0)
            mprotect(m, n, PROT_READ);
        for (size_t o = 0; o < n; o += 4096)
            if (m[o] != id)
                bad++;
        if (i % 5 == 0) {
            madvise(m, n, MADV_DONTNEED);
            if (m[0] != 0)
                bad++;
        }
        munmap(m, n);
        shared[id * 4096 + i]++;
    }
    return NULL;
}
int main(void)
{
    pthread_t t[8];
    shared = mmap(NULL, 8 * 4096, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (long i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, worker, (void *)i);
    for (int i = 0; i < 20; i++)
        RUN("fork in between", );
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], NULL);
    N(bad);
    int sum = 0;
    for (int i = 0; i < 8 * 4096; i++)
        sum += shared[i];
    N(sum);
}
