// about: MAP_GROWSDOWN: grows on touch, keeps a gap to the mapping below
// calls: mmap
#include "abi.h"

int main(void)
{
    int rw = PROT_READ | PROT_WRITE;
    /* A hole of 64 MiB, with a growing mapping of one page at its top. */
    char *area = mmap(NULL, 64 << 20, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    munmap(area, 64 << 20);
    char *top = area + (64 << 20) - 4096;
    char *g =
        mmap(top, 4096, rw,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    Y(g == top);
    top[0] = 1;
    top[-1] = 2;
    top[-4096 * 10] = 3;
    Y(top[-1] == 2 && top[-4096 * 10] == 3 && top[-4096 * 5] == 0);
    RUN("the limit of the stack holds for it", {
        setrlimit(RLIMIT_STACK, &(struct rlimit){256 << 10, 256 << 10});
        top[-(200 << 10)] = 1;
        say("200 KiB is fine");
        top[-(300 << 10)] = 1;
        say("300 KiB is fine");
    });
    RUN("a neighbour below keeps a distance", {
        mmap(top - (2 << 20), 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
             -1, 0);
        top[-(900 << 10)] = 1;
        say("900 KiB is fine");
        top[-(2 << 20) + 8192] = 1;
        say("next to it is fine");
    });
    RUN("a neighbour without access does not count", {
        mmap(top - (2 << 20), 4096, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        top[-(2 << 20) + 8192] = 1;
        say("next to it is fine");
    });
    RUN("mprotect with PROT_GROWSDOWN", {
        T(mprotect(top, 4096, PROT_READ | 0x01000000));
        top[-1] = 1;
    });
}
