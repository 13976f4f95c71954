// about: A dynamic program: its interpreter, its libraries in /proc/self/maps,
// about: AT_BASE, dlopen refused cleanly
// calls: execve mmap mprotect
// link: dynamic
#include "abi.h"

#include <dlfcn.h>
#include <elf.h>
#include <sys/auxv.h>
static __thread int tls = 7;
int main(int argc, char **argv)
{
    Y(getauxval(AT_BASE) != 0);
    Y(getauxval(AT_ENTRY) != 0);
    Y(strstr(get("/proc/self/maps"), "ld-musl") != NULL);
    N(tls);
    void *h = dlopen(NULL, RTLD_NOW);
    Y(h != NULL);
    Y(dlsym(h, "strlen") != NULL);
    Y(dlsym(h, "no_such_symbol") == NULL);
    Y(dlopen("/nosuch.so", RTLD_NOW) == NULL);
    put("bad.so", "not a library");
    Y(dlopen("./bad.so", RTLD_NOW) == NULL);
    Elf64_Phdr *ph = (void *)getauxval(AT_PHDR);
    int interp = 0;
    for (unsigned i = 0; i < getauxval(AT_PHNUM); i++)
        interp += ph[i].p_type == PT_INTERP;
    N(interp);
    if (argc == 1)
        RUN("again", execl("/proc/self/exe", "dyn", "x", NULL));
}
