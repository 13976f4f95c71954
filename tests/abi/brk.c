// about: brk: growing, shrinking, refusing, contents, RLIMIT_DATA, over a
// about: mapping
// calls: brk prlimit64
#include "abi.h"

int main(void)
{
    char *b = (char *)sys(brk, 0);
    Y(b != NULL && b != (char *)-1);
    Y((char *)sys(brk, 1) == b);
    Y((char *)sys(brk, -1L) == b);
    char *e = (char *)sys(brk, b + 100000);
    Y(e == b + 100000);
    memset(b, 'x', 100000);
    Y((char *)sys(brk, 0) == e);
    Y((char *)sys(brk, b + 50000) == b + 50000);
    Y((char *)sys(brk, b + 100000) == b + 100000);
    Y(b[0] == 'x' && b[49999] == 'x');
    Y(b[(50000 + 8191) / 4096 * 4096 - (uintptr_t)b % 4096] == 0);
    Y((char *)sys(brk, b) == b);
    RUN("gone", {
        volatile char *p = (char *)(((uintptr_t)b + 8191) & ~4095UL);
        *p = 1;
    });
    RUN("a mapping in the way", {
        char *page0 = (char *)(((uintptr_t)b + 4095) & ~4095UL);
        mmap(page0 + 40960, 4096, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        Y((char *)sys(brk, page0 + 50000) == b);
        Y((char *)sys(brk, page0 + 4096) == page0 + 4096);
    });
    RUN("RLIMIT_DATA", {
        setrlimit(RLIMIT_DATA, &(struct rlimit){1 << 20, 1 << 20});
        Y((char *)sys(brk, b + (4 << 20)) == b);
        Y((char *)sys(brk, b + 8192) == b + 8192);
        T(mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
              ? -1
              : 0);
        T(mmap(NULL, 4 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                  MAP_FAILED
              ? -1
              : 0);
        T(mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
              ? -1
              : 0);
    });
    RUN("child has its own", sys(brk, b + 4096));
    Y((char *)sys(brk, 0) == b);
    Y((char *)sys(brk, b + 1) == b + 1);
    b[0] = 1;
}
