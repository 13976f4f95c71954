// about: thousands of damaged ELF files are run: an errno or a signal each time
// timeout: 300
// needs: root
#include <elf.h>
#include <grp.h>

#include "check.h"

#define FILES 3000
#define HEAD  1024 /* headers and what follows them */

static unsigned long state = 88172645463325252ul;

static unsigned long rnd(unsigned long n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % n;
}

static unsigned char *image;
static size_t image_size;

static unsigned long interesting(void)
{
    static const unsigned long v[] = {0,
                                      1,
                                      7,
                                      0xfff,
                                      0x1000,
                                      0x1001,
                                      0x10000,
                                      0x400000,
                                      0x7fffffff,
                                      0xffffffff,
                                      1ul << 32,
                                      1ul << 47,
                                      (1ul << 47) - 4096,
                                      1ul << 48,
                                      1ul << 63,
                                      ~0ul,
                                      ~0ul - 4095,
                                      0xffffffff80000000,
                                      0xffff800000000000};

    return rnd(3) ? v[rnd(sizeof v / sizeof *v)] : rnd(1ul << 40);
}

/* A field of a program header. */
static void damage_segment(Elf64_Ehdr *e, unsigned char *file)
{
    unsigned n = e->e_phnum && e->e_phnum < 20 ? e->e_phnum : 1;
    Elf64_Phdr *p = (Elf64_Phdr *)(file + sizeof *e) + rnd(n);

    switch (rnd(8)) {
    case 0:
        p->p_type = rnd(2) ? rnd(8) : PT_GNU_STACK - 2 + rnd(5);
        break;
    case 1:
        p->p_flags = rnd(8);
        break;
    case 2:
        p->p_offset = interesting();
        break;
    case 3:
        p->p_vaddr = interesting();
        break;
    case 4:
        p->p_filesz = interesting();
        break;
    case 5:
        p->p_memsz = interesting();
        break;
    case 6:
        p->p_align = interesting();
        break;
    default: /* an interpreter out of nowhere */
        p->p_type = PT_INTERP;
        p->p_offset = HEAD - 64;
        p->p_filesz = p->p_memsz = rnd(4) ? 9 : rnd(64);
        break;
    }
}

static void damage_header(Elf64_Ehdr *e)
{
    switch (rnd(7)) {
    case 0:
        e->e_type = rnd(6);
        break;
    case 1:
        e->e_entry = interesting();
        break;
    case 2:
        e->e_phoff = interesting();
        break;
    case 3:
        e->e_phnum = rnd(2) ? rnd(80) : rnd(65536);
        break;
    case 4:
        e->e_phentsize = rnd(128);
        break;
    case 5:
        e->e_ident[rnd(16)] = rnd(256);
        break;
    default:
        e->e_machine = rnd(300);
        break;
    }
}

static void write_damaged(const char *name)
{
    static unsigned char file[4 << 20];
    size_t size = image_size;
    int fd;

    memcpy(file, image, image_size);
    strcpy((char *)file + HEAD - 64, "./interp");
    for (unsigned long i = rnd(4); i-- > 0;)
        damage_segment((Elf64_Ehdr *)file, file);
    if (rnd(4) == 0)
        damage_header((Elf64_Ehdr *)file);
    for (unsigned long i = rnd(3) ? 0 : rnd(8); i-- > 0;)
        file[rnd(rnd(2) ? HEAD : size)] = rnd(256);
    if (rnd(10) == 0)
        size = rnd(rnd(2) ? HEAD : size);
    unlink(name);
    fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    write(fd, file, size);
    close(fd);
}

/* The damaged program does what it likes, but not for long and not to others.
 */
static void run_it(void)
{
    struct rlimit one = {1, 1}, little = {1 << 20, 1 << 20},
                  space = {64 << 20, 64 << 20}, few = {8, 8};
    char *argv[] = {"./damaged", "child", NULL}, *none[] = {NULL};

    setsid();
    setgroups(0, NULL);
    setgid(65534);
    setuid(65534);
    setrlimit(RLIMIT_CPU, &one);
    setrlimit(RLIMIT_FSIZE, &little);
    setrlimit(RLIMIT_AS, &space);
    setrlimit(RLIMIT_NPROC, &few);
    alarm(2);
    execve("./damaged", argv, none);
    _exit(100);
}

int main(int argc, char **argv)
{
    int fd, ran = 0, refused = 0, killed = 0;

    if (argc > 1)
        _exit(0);
    fd = open("/proc/self/exe", O_RDONLY);
    image = malloc(4 << 20);
    image_size = read(fd, image, 4 << 20);
    close(fd);
    CHECK(image_size > HEAD && image_size < 4 << 20);
    chmod(".", 0755);
    for (int i = 0; i < FILES && !failed; i++) {
        pid_t pid;
        int how;

        if (i % 8 == 0)
            write_damaged("interp");
        write_damaged("damaged");
        pid = fork();
        if (pid == 0)
            run_it();
        CHECK(pid > 0);
        how = ended(pid);
        if (how == 100)
            refused++;
        else if (how >= 128)
            killed++;
        else
            ran++;
    }
    say("%d ran, %d refused, %d killed", ran, refused, killed);
    /* All of the three happened. */
    CHECK(ran > FILES / 50 && refused > FILES / 50 && killed > FILES / 50);
    return failed;
}
