// about: /proc/self/maps, smaps, pagemap, mem: lines, merging, names, reading
// about: memory
// calls: openat read mmap pread64 pwrite64
#include "abi.h"

static char b[65536];
static int line(const char *f, void *at, char *out)
{
    FILE *fp = fopen(f, "r");
    char l[512];
    while (fgets(l, sizeof l, fp)) {
        unsigned long s, e;
        if (sscanf(l, "%lx-%lx", &s, &e) == 2 && s <= (unsigned long)at &&
            (unsigned long)at < e && strchr(l, '-') < strchr(l, ' ')) {
            unsigned long off;
            char pr[8];
            unsigned maj, min, ino;
            char name[256] = "";
            sscanf(l, "%lx-%lx %7s %lx %x:%x %u %255[^\n]", &s, &e, pr, &off,
                   &maj, &min, &ino, name);
            char *nm = name;
            while (*nm == ' ')
                nm++;
            sprintf(out, "%s pages %d offset %lx inode %s name '%s'", pr,
                    (int)((e - s) / 4096), off, ino ? "some" : "0",
                    strrchr(nm, '/') ? strrchr(nm, '/') : nm);
            fclose(fp);
            return 1;
        }
    }
    fclose(fp);
    strcpy(out, "none");
    return 0;
}
int main(void)
{
    char o[512];
    int rw = PROT_READ | PROT_WRITE;
    char *m = mmap(NULL, 8 * 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(m, 4096, PROT_NONE);
    mprotect(m + 7 * 4096, 4096, PROT_NONE);
    m += 4096;
#define SHOW(what, a) (line("/proc/self/maps", a, o), say("%s: %s", what, o))
    SHOW("anonymous", m);
    mprotect(m + 4096, 4096, PROT_READ);
    SHOW("split, first", m);
    SHOW("split, middle", m + 4096);
    SHOW("split, last", m + 2 * 4096);
    mprotect(m + 4096, 4096, rw);
    SHOW("merged", m);
    mprotect(m, 4096, PROT_NONE);
    SHOW("none", m);
    int f = open("file", O_RDWR | O_CREAT, 0644);
    ftruncate(f, 16384);
    char *s = mmap(NULL, 8192, rw, MAP_SHARED, f, 4096);
    SHOW("shared file", s);
    s = mmap(NULL, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE, f, 0);
    SHOW("private file", s);
    unlink("file");
    SHOW("unlinked", s);
    char *a = mmap(NULL, 4096, rw, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    SHOW("shared anonymous", a);
    int v;
    line("/proc/self/maps", &v, o);
    Y(strstr(o, "[stack]") != NULL && !strncmp(o, "rw-p", 4));
    long brk = sys(brk, 0);
    sys(brk, brk + 8192);
    Y(line("/proc/self/maps", (void *)(brk + 8191), o) && strstr(o, "[heap]"));
    Y(strstr(get("/proc/self/maps"), "[vdso]") != NULL);
    line("/proc/self/maps", (void *)main, o);
    Y(!strncmp(o, "r-xp", 4));
    say("-- sorted and without overlap");
    FILE *fp = fopen("/proc/self/maps", "r");
    unsigned long last = 0, x, y;
    int ok = 1;
    while (fgets(b, 512, fp)) {
        sscanf(b, "%lx-%lx", &x, &y);
        ok &= x >= last && y > x && x % 4096 == 0 && y % 4096 == 0;
        last = y;
    }
    fclose(fp);
    N(ok);
    say("-- smaps");
    char *guard =
        mmap(NULL, 6 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *t = mmap(guard + 4096, 4 * 4096, rw,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    madvise(t, 4 * 4096, MADV_NOHUGEPAGE);
    t[0] = t[4096] = 1;
    fp = fopen("/proc/self/smaps", "r");
    int in = 0;
    while (fgets(b, 512, fp)) {
        if (sscanf(b, "%lx-%lx ", &x, &y) == 2)
            in = x <= (unsigned long)t && (unsigned long)t < y;
        else if (in && (!strncmp(b, "Anonymous:", 10) ||
                        !strncmp(b, "KernelPageSize", 14) ||
                        !strncmp(b, "Swap:", 5) || !strncmp(b, "Locked", 6)))
            say("%.*s", (int)strcspn(b, "\n"), b);
    }
    fclose(fp);
    Y(strstr(get("/proc/self/smaps_rollup"), "Rss:") != NULL);
    say("-- mem");
    int mem = open("/proc/self/mem", O_RDWR);
    strcpy(t, "readable");
    memset(b, 0, 16);
    T(pread(mem, b, 8, (off_t)t));
    STR(b);
    T(pwrite(mem, "written!", 8, (off_t)t));
    STR(t);
    char *ro = page(PROT_READ);
    T(pwrite(mem, "x", 1, (off_t)ro));
    T(pread(mem, b, 1, (off_t)badptr(2)));
    T(pread(mem, b, 1, 8));
    T(pread(mem, b, 8192, (off_t)(t + 3 * 4096)) > 0 ? 0 : -1);
    T(lseek(mem, 0, SEEK_END));
    RUN("user", {
        int parent = getppid();
        become_user();
        char p[64];
        snprintf(p, 64, "/proc/%d/mem", parent);
        T(open(p, O_RDONLY));
        snprintf(p, 64, "/proc/%d/maps", parent);
        int fd = open(p, O_RDONLY);
        say("maps: %s", fd < 0 ? errname(errno) : "opened");
        snprintf(p, 64, "/proc/%d/environ", parent);
        T(open(p, O_RDONLY));
        snprintf(p, 64, "/proc/%d/fd", parent);
        T(open(p, O_RDONLY));
        snprintf(p, 64, "/proc/%d/exe", parent);
        T(readlink(p, b, 64));
        snprintf(p, 64, "/proc/%d/stat", parent);
        T(open(p, O_RDONLY) >= 0 ? 0 : -1);
    });
}
