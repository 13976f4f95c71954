// about: More of /proc/PID: io, cgroup, ns, uid_map, loginuid, personality,
// about: timers, setproctitle by writing argv
// calls: openat readlinkat read write
#include "abi.h"

int main(int argc, char **argv)
{
    char b[256];
    static const char *const f[] = {
        "io",          "cgroup",          "uid_map",
        "gid_map",     "setgroups",       "personality",
        "oom_adj",     "coredump_filter", "wchan",
        "stack",       "syscall",         "schedstat",
        "sched",       "autogroup",       "clear_refs",
        "pagemap",     "attr/current",    "net/unix",
        "sessionid",   "loginuid",        "timerslack_ns",
        "mountinfo",   "numa_maps",       "map_files",
        "fdinfo",      "projid_map",      "patch_state",
        "arch_status", "nosuchfile"};
    for (unsigned i = 0; i < sizeof f / sizeof *f; i++) {
        struct stat st;
        snprintf(b, 256, "/proc/self/%s", f[i]);
        static const char *const must[] = {
            "io",         "cgroup",      "uid_map",   "gid_map",
            "setgroups",  "personality", "mountinfo", "fdinfo",
            "clear_refs", "nosuchfile",  "net/unix"};
        for (unsigned j = 0; j < sizeof must / sizeof *must; j++)
            if (!strcmp(must[j], f[i]))
                say("%s: %s", f[i],
                    lstat(b, &st) ? errname(errno) : ftype(st.st_mode));
    }
    STR(get("/proc/self/uid_map"));
    STR(get("/proc/self/setgroups"));
    STR(get("/proc/self/personality"));
    const char *io = get("/proc/self/io");
    Y(!strncmp(io, "rchar: ", 7) && strstr(io, "\nwchar: ") &&
      strstr(io, "\nsyscr: ") && strstr(io, "\nsyscw: ") &&
      strstr(io, "\nread_bytes: ") && strstr(io, "\nwrite_bytes: ") &&
      strstr(io, "\ncancelled_write_bytes: "));
    long before = atol(io + 7), after;
    int z = open("/dev/zero", O_RDONLY);
    read(z, b, 200);
    after = atol(get("/proc/self/io") + 7);
    Y(after - before >= 200);
    static const char *const ns[] = {"mnt", "uts",  "ipc",    "pid",
                                     "net", "user", "cgroup", "time"};
    for (int i = 0; i < 8; i++) {
        char p[64], want[64];
        snprintf(p, 64, "/proc/self/ns/%s", ns[i]);
        int n = readlink(p, b, 255);
        b[n > 0 ? n : 0] = 0;
        snprintf(want, 64, "%s:[", ns[i]);
        say("%s: %s", ns[i], !strncmp(b, want, strlen(want)) ? "right" : b);
    }
    RUN("child has the same", {
        char x[64];
        int n = readlink("/proc/self/ns/uts", b, 63), m;
        b[n] = 0;
        snprintf(x, 64, "/proc/%d/ns/uts", getppid());
        char c[64];
        m = readlink(x, c, 63);
        c[m] = 0;
        Y(!strcmp(b, c));
    });
    say("-- a program that changes its own title");
    size_t len = strlen(argv[0]);
    memset(argv[0], 'T', len);
    const char *cl = get("/proc/self/cmdline");
    Y(strspn(cl, "T") == len);
    setenv("LATER", "1", 1);
    int fd = open("/proc/self/environ", O_RDONLY), n = read(fd, b, 255);
    b[n > 0 ? n : 0] = 0;
    Y(memmem(b, n, "LATER", 5) == NULL);
}
