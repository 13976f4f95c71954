// about: A write barrier by SIGSEGV: pages are protected, the handler opens
// about: them and the store goes on
// calls: mprotect rt_sigaction rt_sigreturn
#include "abi.h"

static char *heap;
static volatile int faults, wrong;
static unsigned char dirty[256];
static void h(int s, siginfo_t *si, void *c)
{
    size_t i = ((char *)si->si_addr - heap) / 4096;
    if (i >= 256 || si->si_code != SEGV_ACCERR)
        _exit(1);
    wrong += dirty[i];
    dirty[i] = 1;
    faults++;
    mprotect(heap + i * 4096, 4096, PROT_READ | PROT_WRITE);
}
int main(void)
{
    heap = mmap(NULL, 256 * 4096, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    set_siginfo(SIGSEGV, h, 0);
    unsigned s = 5;
    for (int round = 0; round < 8; round++) {
        memset(dirty, 0, 256);
        mprotect(heap, 256 * 4096, PROT_READ);
        faults = 0;
        int distinct = 0;
        static unsigned char mine[256];
        memset(mine, 0, 256);
        for (int i = 0; i < 100; i++) {
            int p = rand_r(&s) % 256;
            heap[p * 4096 + i] = i;
            distinct += !mine[p];
            mine[p] = 1;
        }
        say("round %d: %s", round,
            faults == distinct && !memcmp(mine, dirty, 256) ? "right"
                                                            : "wrong");
    }
    N(wrong);
}
