// about: execve of broken ELF files: truncated, wrong class, machine, type,
// about: headers
// calls: execve
#include "abi.h"

#include <elf.h>
static char *img;
static size_t len;
static void run(const char *what)
{
    int fd = open("e", O_WRONLY | O_CREAT | O_TRUNC, 0755);
    write(fd, img, len);
    close(fd);
    fflush(stdout);
    pid_t k = fork();
    if (!k) {
        int n = open("/dev/null", O_WRONLY);
        int o = dup(1);
        fcntl(o, F_SETFD, 1);
        dup2(n, 1);
        execl("./e", "true", NULL);
        dup2(o, 1);
        say("%s: %s", what, errname(errno));
        _exit(1);
    }
    wait_show(what, k);
    unlink("e");
}
int main(void)
{
    int fd = open("/bin/busybox", O_RDONLY);
    struct stat st;
    fstat(fd, &st);
    char *orig = malloc(st.st_size);
    img = malloc(st.st_size);
    read(fd, orig, st.st_size);
    close(fd);
    len = st.st_size;
    Elf64_Ehdr *h = (void *)img;
    Elf64_Phdr *ph = (void *)(img + sizeof *h);
#define WITH(what, ...)            \
    memcpy(img, orig, st.st_size); \
    len = st.st_size;              \
    __VA_ARGS__;                   \
    run(what)
    WITH("whole", );
    WITH("magic", img[1] = 'X');
    WITH("class 32", h->e_ident[EI_CLASS] = 1; h->e_machine = 40);
    WITH("machine", h->e_machine = EM_PPC64);
    WITH("type REL", h->e_type = ET_REL);
    WITH("type CORE", h->e_type = ET_CORE);
    WITH("no program headers", h->e_phnum = 0);
    WITH("too many program headers", h->e_phnum = 65535);
    WITH("program header size", h->e_phentsize = 40);
    WITH("program headers beyond the end", h->e_phoff = 1L << 40);
    WITH("program headers at -1", h->e_phoff = -1);
    WITH("3 bytes", len = 3);
    WITH("header cut", len = 40);
    WITH("header only", len = 64);
    WITH("program headers cut", len = 100);
    int load = 0;
    for (int i = 0; i < ((Elf64_Ehdr *)orig)->e_phnum; i++)
        if (((Elf64_Phdr *)(orig + 64))[i].p_type == PT_LOAD) {
            load = i;
            break;
        }
    WITH("file size above memory size",
         ph[load].p_filesz = ph[load].p_memsz + 1);
    WITH("huge memory size", ph[load].p_memsz = 1UL << 60);
    WITH("kernel address", ph[load].p_vaddr = 0xffff888000000000);
    WITH("unaligned address", ph[load].p_vaddr += 8);
    WITH("no loadable segment",
         for (int i = 0; i < h->e_phnum; i++) if (ph[i].p_type == PT_LOAD) ph[i]
             .p_type = PT_NULL);
    WITH("entry at 0", h->e_entry = 0);
    WITH("entry in the kernel", h->e_entry = 0xffff888000000000);
    WITH("interpreter missing", ph[load].p_type == PT_LOAD;
         ph[h->e_phnum - 1].p_type = PT_INTERP;
         ph[h->e_phnum - 1].p_offset = 0x40; ph[h->e_phnum - 1].p_filesz = 1);
    WITH("interpreter beyond the end", ph[h->e_phnum - 1].p_type = PT_INTERP;
         ph[h->e_phnum - 1].p_offset = 1L << 40;
         ph[h->e_phnum - 1].p_filesz = 20);
    WITH("interpreter name too long", ph[h->e_phnum - 1].p_type = PT_INTERP;
         ph[h->e_phnum - 1].p_offset = 0; ph[h->e_phnum - 1].p_filesz = 5000);
}
