// about: core files: their notes, threads, memory and place; limits, patterns
// calls: prlimit64 wait4 rt_sigaction
// timeout: 60
#include "abi.h"

#include <elf.h>

static volatile unsigned long magic = 0x1122334455667788;
static char readonly[4096] __attribute__((aligned(4096))) = "kept";
static atomic_int up;

static void *sleeper(void *p)
{
    up++;
    for (;;)
        pause();
}

static void crash(int threads, rlim_t limit)
{
    struct rlimit l = {limit, limit};
    pthread_t t;
    setrlimit(RLIMIT_CORE, &l);
    for (int i = 0; i < threads; i++)
        pthread_create(&t, NULL, sleeper, NULL);
    while (up < threads)
        sched_yield();
    magic++;
    *(volatile int *)8 = 1;
}

static char *file;
static size_t size;

static bool load(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st))
        return false;
    size = st.st_size;
    file = mmap(NULL, size + 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    return true;
}

/* The bytes of an address in the core, or NULL. */
static void *at(const void *address)
{
    Elf64_Ehdr *e = (void *)file;
    Elf64_Phdr *p = (void *)(file + e->e_phoff);
    for (int i = 0; i < e->e_phnum; i++) {
        unsigned long off = (unsigned long)address - p[i].p_vaddr;
        if (p[i].p_type == PT_LOAD && off < p[i].p_filesz)
            return file + p[i].p_offset + off;
    }
    return NULL;
}

static const char *type(unsigned t)
{
    switch (t) {
    case NT_PRSTATUS:
        return "PRSTATUS";
    case NT_PRFPREG:
        return "PRFPREG";
    case NT_PRPSINFO:
        return "PRPSINFO";
    case NT_AUXV:
        return "AUXV";
    case 0x53494749:
        return "SIGINFO";
    case 0x46494c45:
        return "FILE";
    case NT_X86_XSTATE:
        return "XSTATE";
    case NT_ARM_TLS:
        return "TLS";
    }
    return NULL;
}

static void one_note(unsigned t, unsigned char *d, unsigned n, pid_t pid)
{
    int *w = (int *)d;
    if (t == NT_PRSTATUS)
        say("  signal %d %d, pid is the child's %d, ppid ours %d, size %u",
            w[0], *(short *)(d + 12), w[8] == pid, w[9] == getpid(), n);
    if (t == NT_PRPSINFO)
        say("  name %s, arguments \"%s\", state %c, pid %d", d + 40, d + 56,
            d[1], ((int *)(d + 24))[0] == pid);
    if (t == 0x53494749)
        say("  signo %d code %d address %ld size %u", w[0], w[2],
            *(long *)(d + 16), n);
    if (t == 0x46494c45) {
        unsigned long *l = (unsigned long *)d;
        char *name = (char *)(l + 2 + 3 * l[0]);
        say("  page %lu, some %d, first is the program: %d", l[1], l[0] > 0,
            strstr(name, "core_file") != NULL);
    }
    if (t == NT_AUXV) {
        unsigned long *l = (unsigned long *)d, entry = 0;
        for (; l[0]; l += 2)
            if (l[0] == AT_ENTRY)
                entry = l[1];
        say("  an entry in the program: %d", at((void *)entry) || entry);
    }
}

static void show(pid_t pid)
{
    Elf64_Ehdr *e = (void *)file;
    Elf64_Phdr *p = (void *)(file + e->e_phoff);
    int status = 0, fp = 0, loads = 0;
    say("ELF %d class %d type %d phentsize %d", !memcmp(file, ELFMAG, 4),
        file[4], e->e_type, e->e_phentsize);
    for (int i = 0; i < e->e_phnum; i++) {
        loads += p[i].p_type == PT_LOAD;
        if (p[i].p_type != PT_NOTE)
            continue;
        unsigned char *n = (void *)(file + p[i].p_offset),
                      *end = n + p[i].p_filesz;
        while (n < end) {
            unsigned *h = (unsigned *)n;
            unsigned char *d = n + 12 + (h[0] + 3) / 4 * 4;
            if (h[2] == NT_PRSTATUS)
                status++;
            if (h[2] == NT_PRFPREG)
                fp++;
            if (status < 2 && type(h[2])) {
                say("note %s %s", n + 12, type(h[2]));
                one_note(h[2], d, h[1], pid);
            }
            n = d + (h[1] + 3) / 4 * 4;
        }
    }
    say("threads %d, fp states %d, some mappings %d", status, fp, loads > 3);
    unsigned long *m = at((void *)&magic);
    say("magic %lx", m ? *m : 0);
}

static void gone(void)
{
    unlink("core");
    up = 0;
}

int main(void)
{
    char cwd[256], old[256], pattern[400];
    int st;
    pid_t k;

    strcpy(old, get("/proc/sys/kernel/core_pattern"));
    STR(old);
    say("core_uses_pid %s", get("/proc/sys/kernel/core_uses_pid"));
    say("filter %s", get("/proc/self/coredump_filter"));
    say("-- a core of four threads");
    k = CHILD(crash(3, RLIM_INFINITY));
    waitpid(k, &st, 0);
    show_status("child", st);
    Y(WCOREDUMP(st));
    struct stat s;
    if (stat("core", &s) == 0)
        say("mode %o uid %d", s.st_mode, s.st_uid);
    if (load("core"))
        show(k);
    gone();
    say("-- limit 0, and one page");
    k = CHILD(crash(0, 0));
    waitpid(k, &st, 0);
    say("%d %d %d", WTERMSIG(st), !!WCOREDUMP(st), access("core", F_OK));
    k = CHILD(crash(0, 4096));
    waitpid(k, &st, 0);
    say("%d %d %d", WTERMSIG(st), !!WCOREDUMP(st), access("core", F_OK));
    gone();
    say("-- signals");
    static const int sigs[] = {SIGQUIT, SIGABRT, SIGTERM, SIGXCPU,
                               SIGSYS,  SIGTRAP, SIGKILL, SIGUSR1};
    for (int i = 0; i < 8; i++) {
        k = CHILD({
            struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};
            setrlimit(RLIMIT_CORE, &l);
            raise(sigs[i]);
        });
        waitpid(k, &st, 0);
        say("%s: %d core %d", signame(sigs[i]), WTERMSIG(st), !!WCOREDUMP(st));
        gone();
    }
    say("-- not dumpable; waitid");
    k = CHILD(prctl(PR_SET_DUMPABLE, 0); crash(0, RLIM_INFINITY));
    waitpid(k, &st, 0);
    say("%d %d", WTERMSIG(st), !!WCOREDUMP(st));
    k = CHILD(crash(0, RLIM_INFINITY));
    siginfo_t si;
    waitid(P_PID, k, &si, WEXITED);
    say("code %d status %d", si.si_code == CLD_DUMPED, si.si_status);
    gone();
    say("-- the filter");
    k = CHILD({
        put("/proc/self/coredump_filter", "0");
        STR(get("/proc/self/coredump_filter"));
        fflush(stdout);
        crash(0, RLIM_INFINITY);
    });
    waitpid(k, &st, 0);
    Y(WCOREDUMP(st));
    if (load("core"))
        say("magic is there: %d", at((void *)&magic) != NULL);
    gone();
    say("-- patterns");
    put("/proc/sys/kernel/core_pattern", "c-%e-%s-%u%%%z.x\n");
    k = CHILD(crash(0, RLIM_INFINITY));
    waitpid(k, &st, 0);
    say("%d %d", !!WCOREDUMP(st), access("c-core_file-11-0%.x", F_OK));
    unlink("c-core_file-11-0%.x");
    getcwd(cwd, sizeof cwd);
    put("take", "cd ${0%/*}; dd of=part bs=4k; mv part p-$1\n");
    snprintf(pattern, sizeof pattern, "|/bin/busybox sh %s/take %%s", cwd);
    put("/proc/sys/kernel/core_pattern", pattern);
    k = CHILD(crash(1, 0));
    waitpid(k, &st, 0);
    show_status("to a pipe", st);
    Y(WCOREDUMP(st));
    for (int i = 0; i < 6000 && access("p-11", F_OK); i++)
        ms(10);
    if (load("p-11"))
        say("%d magic %lx", !memcmp(file, ELFMAG, 4),
            at((void *)&magic) ? *(unsigned long *)at((void *)&magic) : 0);
    unlink("p-11");
    put("/proc/sys/kernel/core_pattern", "|/no/such/program");
    k = CHILD(crash(0, RLIM_INFINITY));
    waitpid(k, &st, 0);
    say("no program: %d %d", WTERMSIG(st), !!WCOREDUMP(st));
    put("/proc/sys/kernel/core_pattern", old);
}
