// about: System V shared memory: attachments across fork, exec, exit and
// about: munmap, removal, addresses, maps, locking, limits
// calls: shmget shmat shmdt shmctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#ifndef SHM_HUGETLB
#define SHM_HUGETLB 04000
#endif

static int id;

static void count(const char *what)
{
    struct shmid_ds d;
    errno = 0;
    int r = shmctl(id, IPC_STAT, &d);
    say("%s: %s, attached %d", what, errname(r ? errno : 0),
        r ? -1 : (int)d.shm_nattch);
}

/* Lines of /proc/self/maps that name it: permissions, offset, name. */
static void maps(const char *what)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[256], perm[8], dev[8], name[64];
    unsigned long from, to, offset, inode;
    say("maps %s:", what);
    while (fgets(line, sizeof line, f))
        if (strstr(line, "SYSV") &&
            sscanf(line, "%lx-%lx %s %lx %s %lu %[^\n]", &from, &to, perm,
                   &offset, dev, &inode, name) == 7)
            say("  %lu pages %s %lx dev %s inode %s %s", (to - from) / 4096,
                perm, offset, dev, inode == (unsigned)id ? "is id" : "other",
                name);
    fclose(f);
}

static long at(const void *where, int flags)
{
    void *p = shmat(id, where, flags);
    return p == (void *)-1 ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        id = atoi(argv[1]);
        count("after exec");
        return 0;
    }
    struct shmid_ds d;
    MUST(unshare(CLONE_NEWIPC));
    T(id = shmget(0x1234, 3 * 4096 - 100, IPC_CREAT | 0600));
    T(shmctl(id, IPC_STAT, &d));
    say("key %x mode %o size %d attached %d", d.shm_perm.__key, d.shm_perm.mode,
        (int)d.shm_segsz, (int)d.shm_nattch);
    Y(d.shm_cpid == getpid() && d.shm_lpid == 0);
    Y(d.shm_atime == 0 && d.shm_dtime == 0);
    char *m = shmat(id, NULL, 0);
    strcpy(m, "hello");
    strcpy(m + 8192, "third");
    maps("one");
    T(shmctl(id, IPC_STAT, &d));
    Y(d.shm_lpid == getpid() && labs(d.shm_atime - time(NULL)) < 100);

    say("-- fork, exit, exec");
    pid_t k = CHILD({
        count("forked");
        strcpy(m, "by child");
        T(shmdt(m));
        count("detached");
        m = shmat(id, NULL, SHM_RDONLY);
        maps("child");
        pause();
    });
    wait_asleep(k, k);
    count("child has it");
    STR(m);
    kill(k, SIGKILL);
    wait_show("child", k);
    count("child killed");
    shmctl(id, IPC_STAT, &d);
    Y(d.shm_lpid == k && labs(d.shm_dtime - time(NULL)) < 100);
    RUN("exec", {
        char text[16];
        snprintf(text, sizeof text, "%d", id);
        count("before");
        fflush(stdout);
        execl("/proc/self/exe", "x", text, NULL);
    });
    k = vfork();
    if (k == 0)
        _exit(0);
    waitpid(k, NULL, 0);
    count("vfork");

    say("-- parts");
    T(munmap(m + 4096, 4096));
    maps("a hole");
    count("in two");
    T(mprotect(m, 4096, PROT_READ));
    maps("half read-only");
    T(shmdt(m + 8192));
    T(shmdt(m + 4096));
    T(shmdt(m));
    count("none");
    T(shmdt(m));
    m = shmat(id, NULL, 0);
    STR(m);
    STR(m + 8192);
    T(mprotect(m + 4096, 4096, PROT_READ));
    count("in three");
    T(munmap(m, 4096));
    T(shmdt(m));
    maps("beginning was gone");
    count("none");
    char *r = shmat(id, NULL, SHM_RDONLY);
    T(mprotect(r, 4096, PROT_READ | PROT_WRITE));
    T(mprotect(r, 4096, PROT_READ | PROT_EXEC));
    T(shmdt(r));
    m = shmat(id, NULL, 0);
    char *moved = mremap(m, 3 * 4096, 3 * 4096, MREMAP_MAYMOVE | MREMAP_FIXED,
                         m - (1 << 20));
    Y(moved == m - (1 << 20));
    count("moved");
    T(shmdt(m));
    T(shmdt(moved));
    count("none");

    say("-- where");
    m = mmap(NULL, 8 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    T(at(m + 4096, 0));
    T(at(m + 4096 + 5, 0));
    T(at(m + 4096 + 5, SHM_RND));
    T(at(m + 4096 + 5, SHM_RND | SHM_REMAP));
    T(at(NULL, SHM_REMAP));
    T(at((void *)5, SHM_RND | SHM_REMAP));
    T(at((void *)0xffff888000000000UL, 0));
    T(at((void *)-4096L, 0));
    Y(!strcmp(m + 4096, "by child"));
    T(shmdt(m + 4096));
    T(munmap(m, 8 * 4096));
    T(at(m, 0));
    maps("at an address");
    T(shmdt(m));
    T(at(m, SHM_EXEC));
    maps("executable");
    T(shmdt(m));

    say("-- removal");
    m = shmat(id, NULL, 0);
    T(shmctl(id, IPC_RMID, NULL));
    T(shmctl(id, IPC_STAT, &d));
    say("key %x mode %o", d.shm_perm.__key, d.shm_perm.mode);
    T(shmget(0x1234, 0, 0));
    T(at(NULL, 0));
    count("attached all the same");
    maps("removed");
    RUN("child", count("child"));
    int old = id;
    T(id = shmget(0x1234, 4096, IPC_CREAT | 0600));
    count("another");
    id = old;
    T(shmdt(m));
    count("one left");
    RUN("last use", {
        FILE *f = fopen("/proc/self/maps", "r");
        char line[256];
        while (fgets(line, sizeof line, f))
            if (strstr(line, "SYSV"))
                T(shmdt((void *)strtoul(line, NULL, 16)));
        count("child");
    });
    count("parent");

    say("-- locking and sizes");
    T(id = shmget(IPC_PRIVATE, 4096, 0600));
    T(shmctl(id, SHM_LOCK, NULL));
    T(shmctl(id, IPC_STAT, &d));
    say("mode %o", d.shm_perm.mode);
    T(shmctl(id, SHM_LOCK, NULL));
    T(shmctl(id, SHM_UNLOCK, NULL));
    T(shmctl(id, IPC_STAT, &d));
    say("mode %o", d.shm_perm.mode);
    d.shm_perm.mode = 0666;
    d.shm_perm.uid = 1000;
    T(shmctl(id, IPC_SET, &d));
    RUN("user", {
        become_user();
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_MEMLOCK, &none);
        T(shmctl(id, SHM_LOCK, NULL));
        T(shmctl(id, SHM_UNLOCK, NULL));
        T(shmget(IPC_PRIVATE, 1 << 21, SHM_HUGETLB | 0600));
    });
    T(shmget(IPC_PRIVATE, 1 << 21, SHM_HUGETLB | 0600));
    T(shmget(IPC_PRIVATE, ~0UL, 0600));
    T(shmget(IPC_PRIVATE, ~0UL >> 1, 0600));
    put("/proc/sys/kernel/shmmax", "8192");
    T(shmget(IPC_PRIVATE, 8193, 0600));
    put("/proc/sys/kernel/shmall", "4");
    T(shmget(IPC_PRIVATE, 8192, 0600));
    T(shmget(IPC_PRIVATE, 4097, 0600));
    put("/proc/sys/kernel/shmall", "100");
    put("/proc/sys/kernel/shmmni", "3");
    T(shmget(IPC_PRIVATE, 1, 0600) >= 0 ? 0 : -1);
    struct shminfo si;
    T(shmctl(0, IPC_INFO, (void *)&si) >= 0 ? 0 : -1);
    say("%lu %lu %lu %lu %lu", si.shmmax, si.shmmin, si.shmmni, si.shmseg,
        si.shmall);
    struct shm_info u;
    T(shmctl(0, SHM_INFO, (void *)&u) >= 0 ? 0 : -1);
    say("used %d pages %lu resident %lu", u.used_ids, u.shm_tot, u.shm_rss);

    say("-- with the last user");
    count("before");
    put("/proc/sys/kernel/shmmni", "9");
    k = CHILD({
        id = shmget(0x77, 100, IPC_CREAT | 0600);
        pause();
    });
    wait_asleep(k, k);
    id = shmget(0x77, 0, 0);
    kill(k, SIGKILL);
    waitpid(k, NULL, 0);
    count("maker is gone");
    put("/proc/sys/kernel/shm_rmid_forced", "1");
    count("orphans go");
    T(id = shmget(0x78, 100, IPC_CREAT | 0600) >= 0 ? shmget(0x78, 0, 0) : -1);
    count("maker lives");
    m = shmat(id, NULL, 0);
    T(shmdt(m));
    count("detached");
}
