// about: Code that is written, made executable, changed and run again; other
// about: mappings of the same page
// calls: mprotect mmap memfd_create
#include "abi.h"

/* int f(void) { return N; } */
static size_t emit(void *p, int n)
{
#ifdef __x86_64__
    unsigned char c[] = {0xb8, n, n >> 8, 0, 0, 0xc3};
#else
    uint32_t c[] = {0x52800000 | n << 5, 0xd65f03c0};
#endif
    memcpy(p, c, sizeof c);
    return sizeof c;
}
int main(void)
{
    char *m = page(PROT_READ | PROT_WRITE);
    for (int i = 1; i <= 5; i++) {
        mprotect(m, 4096, PROT_READ | PROT_WRITE);
        size_t n = emit(m, i * 100);
        __builtin___clear_cache(m, m + n);
        mprotect(m, 4096, PROT_READ | PROT_EXEC);
        N(((int (*)(void))m)());
    }
    RUN("a write to executable code", *(volatile char *)m = 0);
    mprotect(m, 4096, PROT_READ);
    RUN("a call into readable data", ((int (*)(void))m)());
    mprotect(m, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
    size_t n = emit(m, 777);
    __builtin___clear_cache(m, m + n);
    N(((int (*)(void))m)());
    say("-- two mappings of one object, one to write and one to run");
    int fd = sys(memfd_create, "jit", 0);
    ftruncate(fd, 8192);
    char *w = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0),
         *x = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    for (int i = 1; i < 4; i++) {
        n = emit(w + 4096, i);
        __builtin___clear_cache(w + 4096, w + 4096 + n);
        __builtin___clear_cache(x + 4096, x + 4096 + n);
        N(((int (*)(void))(x + 4096))());
    }
    say("-- code read from a file, private");
    int g = open("g", O_RDWR | O_CREAT, 0644);
    char b[16];
    n = emit(b, 4242);
    write(g, b, n);
    char *c = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, g, 0);
    N(((int (*)(void))c)());
    RUN("child", N(((int (*)(void))c)()));
}
