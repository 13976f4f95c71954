// about: Calls with enormous and negative sizes and counts
// calls: read write readv getdents64 poll select mmap brk setgroups listen
// calls: sched_setaffinity
#include "abi.h"

int main(void)
{
    char b[64];
    put("f", "data");
    int f = open("f", O_RDWR);
    static const long big[] = {-1L, 0x7fffffffffffffffL, 0x80000000L,
                               0xffffffffL};
    for (int i = 0; i < 4; i++) {
        printf("-- %lx\n", (unsigned long)big[i]);
        lseek(f, 0, SEEK_SET);
        T(sys(readv, f, b, big[i]));
        T(sys(writev, f, b, big[i]));
        T(sys(ppoll, NULL, big[i], NULL, NULL, 8));
        T(sys(setgroups, big[i], NULL));
        T(sys(getgroups, big[i], NULL));
        T(sys(getcwd, b, 0));
        T(sys(mmap, 0,
              big[i] == 0x80000000L || big[i] == 0xffffffffL ? -1L : big[i], 1,
              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        T(sys(munmap, 0x10000000, big[i] | 1L << 60));
        T(sys(mprotect, 0x10000000, big[i] | 1L << 60, 1));
        T(sys(pread64, f, b, 1, big[i] < 0 ? big[i] : -1L));
        T(sys(ftruncate, f, big[i] < 0 ? big[i] : -1L));
        T(sys(fallocate, f, 0, -1L, big[i]));
        T(sys(splice, 0, NULL, f, NULL, big[i], 0));
        T(sys(sched_getaffinity, 0, big[i] & 0xffffffff & ~7L ? 0 : 0, b));
        T(sys(epoll_create1, big[i]));
        T(sys(eventfd2, 0, big[i]));
        T(sys(inotify_init1, big[i]));
        T(sys(pipe2, b, big[i]));
        T(sys(dup3, f, 5, big[i]));
        T(sys(close_range, 5, 4, big[i]));
    }
}
