// about: remap_file_pages: the order of pages, what it refuses
// calls: remap_file_pages mmap mprotect memfd_create
#include "abi.h"
#include <sys/mman.h>
#include <sys/shm.h>

#define P  4096L
#define RW (PROT_READ | PROT_WRITE)

static long remap(void *p, size_t size, int prot, size_t page, int flags)
{
    return sys(remap_file_pages, p, size, prot, page, flags);
}

static void show(const char *what, const volatile char *p, int n)
{
    printf("%s:", what);
    for (int i = 0; i < n; i++)
        printf(" %d", p[i * P]);
    printf("\n");
}

static void mark(char *p, int n)
{
    for (int i = 0; i < n; i++)
        p[i * P] = i;
}

int main(void)
{
    int fd = memfd_create("pages", 0);
    char *p, *q;
    int id;

    ftruncate(fd, 8 * P);
    p = mmap(0, 8 * P, RW, MAP_SHARED, fd, 0);
    q = mmap(0, 8 * P, RW, MAP_SHARED, fd, 0);
    mark(p, 8);
    for (int i = 0; i < 8; i++)
        if (remap(p + i * P, P, 0, 7 - i, 0))
            say("failed %d", i);
    show("reversed", p, 8);
    p[0] = 70;
    show("the other mapping", q, 8);
    T(remap(p, 8 * P, 0, 0, 0));
    show("in order", p, 8);
    T(remap(p + 2 * P + 5, 3 * P + 100, 0, 1, MAP_NONBLOCK));
    show("three", p, 8);
    T(remap(p + P, 5 * P, 0, 2, 0));
    show("over all three", p, 8);

    T(remap(p, P, PROT_READ, 0, 0));
    T(remap(p, 0, 0, 0, 0));
    T(remap(p, 100, 0, 0, 0));
    T(remap(p, -P, 0, 0, 0));
    T(remap(p, P, 0, -1UL, 0));
    T(remap(p, P, 0, -2UL, 0));
    T(remap(p, P, 0, 1UL << 52, 0));
    T(remap(p, P, 0, 1UL << 60, 0));
    munmap(q + 4 * P, P);
    T(remap(q, 8 * P, 0, 0, 0));
    T(remap(q + 4 * P, P, 0, 0, 0));
    mprotect(q + P, P, PROT_READ);
    T(remap(q, 2 * P, 0, 2, 0));
    T(remap(q + P, P, 0, 3, 0));
    show("read only", q, 4);
    RUN("write there", q[P] = 1);
    T(remap(q, P, 0, 100, 0));
    RUN("past the end", q[0] = 1);

    p = mmap(0, 4 * P, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    T(remap(p, P, 0, 0, 0));
    p = mmap(0, 4 * P, RW, MAP_PRIVATE, fd, 0);
    T(remap(p, P, 0, 0, 0));
    p = mmap(0, 4 * P, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mark(p, 4);
    T(remap(p, 2 * P, 0, 2, 0));
    show("shared anonymous", p, 4);

    id = shmget(IPC_PRIVATE, 4 * P, 0600);
    p = shmat(id, 0, 0);
    mark(p, 4);
    T(remap(p, P, 0, 3, 0));
    show("System V", p, 4);
    shmctl(id, IPC_RMID, 0);
    return 0;
}
