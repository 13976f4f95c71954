// about: The vDSO: an ELF image with versioned symbols and the right functions
// calls: clock_gettime
#include "abi.h"

#include <elf.h>
#include <sys/auxv.h>
int main(void)
{
    char *b = (void *)getauxval(33);
    if (!Y(b != NULL))
        return 0;
    Elf64_Ehdr *h = (void *)b;
    Y(!memcmp(h->e_ident, "\177ELF\2\1\1", 7));
    Y(h->e_type == ET_DYN);
    Elf64_Phdr *ph = (void *)(b + h->e_phoff);
    char *base = NULL;
    Elf64_Dyn *d = NULL;
    for (int i = 0; i < h->e_phnum; i++) {
        if (ph[i].p_type == PT_LOAD && !base)
            base = b + ph[i].p_offset - ph[i].p_vaddr;
        if (ph[i].p_type == PT_DYNAMIC)
            d = (void *)(b + ph[i].p_offset);
    }
    Y(base && d);
    char *str = NULL;
    Elf64_Sym *sym = NULL;
    uint32_t *hash = NULL, *gnu = NULL;
    uint16_t *vs = NULL;
    Elf64_Verdef *vd = NULL;
    for (; d->d_tag; d++) {
        void *p = base + d->d_un.d_ptr;
        if (d->d_tag == DT_STRTAB)
            str = p;
        if (d->d_tag == DT_SYMTAB)
            sym = p;
        if (d->d_tag == DT_HASH)
            hash = p;
        if (d->d_tag == DT_GNU_HASH)
            gnu = p;
        if (d->d_tag == DT_VERSYM)
            vs = p;
        if (d->d_tag == DT_VERDEF)
            vd = p;
    }
    Y(str && sym && (hash || gnu) && vs && vd);
#ifdef __x86_64__
    static const char *const want[] = {
        "__vdso_clock_gettime", "__vdso_gettimeofday", "__vdso_time",
        "__vdso_clock_getres",  "__vdso_getcpu",       "clock_gettime"};
    const char *ver = "LINUX_2.6";
#else
    static const char *const want[] = {
        "__kernel_clock_gettime", "__kernel_gettimeofday",
        "__kernel_clock_getres", "__kernel_rt_sigreturn"};
    const char *ver = "LINUX_2.6.39";
#endif
    int n = hash ? (int)hash[1] : 40;
    for (unsigned i = 0; i < sizeof want / sizeof *want; i++) {
        int f = 0;
        for (int j = 0; j < n; j++)
            if (!strcmp(str + sym[j].st_name, want[i]) && sym[j].st_shndx) {
                f = 1;
                const char *name = "?";
                for (Elf64_Verdef *v = vd;;
                     v = (void *)((char *)v + v->vd_next)) {
                    if (v->vd_ndx == (vs[j] & 0x7fff))
                        name = str + ((Elf64_Verdaux *)((char *)v + v->vd_aux))
                                         ->vda_name;
                    if (!v->vd_next)
                        break;
                }
                if (strcmp(name, ver))
                    f = 2;
                if (strstr(want[i], "clock_gettime")) {
                    int (*fn)(int, struct timespec *) =
                        (void *)(base + sym[j].st_value);
                    struct timespec a, c, k;
                    for (int clk = 0; clk < 8; clk++) {
                        if (clk == 2 || clk == 3)
                            continue;
                        sys(clock_gettime, clk, &a);
                        int r = fn(clk, &c);
                        sys(clock_gettime, clk, &k);
                        bool in =
                            (a.tv_sec < c.tv_sec || (a.tv_sec == c.tv_sec &&
                                                     a.tv_nsec <= c.tv_nsec)) &&
                            (c.tv_sec < k.tv_sec ||
                             (c.tv_sec == k.tv_sec && c.tv_nsec <= k.tv_nsec));
                        say("clock %d: %d %s", clk, r,
                            in ? "between two system calls" : "off");
                    }
                    say("clock 99: %d", fn(99, &c));
                }
            }
        say("%s: %s", want[i],
            f == 1 ? "there"
            : f    ? "other version"
                   : "missing");
    }
}
