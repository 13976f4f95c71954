// about: /proc/self/stat, status, statm, limits, io, sched fields and
// about: /proc/stat: shapes and a few truths
// calls: openat read
#include "abi.h"

static int fields(const char *s)
{
    int n = 0, in = 0;
    for (; *s; s++) {
        if (*s == ' ' || *s == '\n')
            in = 0;
        else if (!in)
            in = 1, n++;
    }
    return n;
}
int main(void)
{
    char b[4096], comm[64], st;
    int pid, ppid, pgrp, ses, tty, tpgid;
    prctl(PR_SET_NAME, "a (b) c");
    strcpy(b, get("/proc/self/stat"));
    char *end = strrchr(b, ')');
    sscanf(b, "%d (%63[^\n]", &pid, comm);
    Y(pid == getpid());
    Y(end && !strncmp(strchr(b, '(') + 1, "a (b) c)", 8));
    sscanf(end + 2, "%c %d %d %d %d %d", &st, &ppid, &pgrp, &ses, &tty, &tpgid);
    say("%c tty %d tpgid %d", st, tty, tpgid);
    Y(ppid == getppid() && pgrp == getpgrp() && ses == getsid(0));
    N(fields(end + 2));
    N(fields(get("/proc/self/statm")));
    strcpy(b, get("/proc/self/status"));
    static const char *const keys[] = {"Name",
                                       "Umask",
                                       "State",
                                       "Tgid",
                                       "Ngid",
                                       "Pid",
                                       "PPid",
                                       "TracerPid",
                                       "Uid",
                                       "Gid",
                                       "FDSize",
                                       "Groups",
                                       "NStgid",
                                       "NSpid",
                                       "NSpgid",
                                       "NSsid",
                                       "VmPeak",
                                       "VmSize",
                                       "VmLck",
                                       "VmPin",
                                       "VmHWM",
                                       "VmRSS",
                                       "RssAnon",
                                       "RssFile",
                                       "RssShmem",
                                       "VmData",
                                       "VmStk",
                                       "VmExe",
                                       "VmLib",
                                       "VmPTE",
                                       "VmSwap",
                                       "Threads",
                                       "SigQ",
                                       "SigPnd",
                                       "ShdPnd",
                                       "SigBlk",
                                       "SigIgn",
                                       "SigCgt",
                                       "CapInh",
                                       "CapPrm",
                                       "CapEff",
                                       "CapBnd",
                                       "CapAmb",
                                       "NoNewPrivs",
                                       "Seccomp",
                                       "Cpus_allowed",
                                       "Cpus_allowed_list",
                                       "Mems_allowed_list",
                                       "voluntary_ctxt_switches",
                                       "nonvoluntary_ctxt_switches"};
    int missing = 0;
    for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++) {
        char k[64];
        snprintf(k, 64, "\n%s:\t", keys[i]);
        if (!strstr(b, k) && strncmp(b, k + 1, strlen(k) - 1)) {
            say("no %s", keys[i]);
            missing++;
        }
    }
    N(missing);
    static const char *const show[] = {
        "Name",    "Umask",     "Uid",    "Gid",    "Threads",
        "ShdPnd",  "SigBlk",    "SigIgn", "SigCgt", "NoNewPrivs",
        "Seccomp", "TracerPid", "CapInh", "CapAmb", "VmSwap"};
    sigprocmask(SIG_BLOCK, SIGS(SIGUSR1, SIGTERM), NULL);
    raise(SIGUSR1);
    signal(SIGHUP, SIG_IGN);
    set_handler(SIGUSR2, no_handler, 0);
    strcpy(b, get("/proc/self/status"));
    for (unsigned i = 0; i < sizeof show / sizeof *show; i++) {
        char k[64];
        snprintf(k, 64, "%s:", show[i]);
        char *p = strstr(b, k);
        if (p)
            say("%.*s", (int)strcspn(p, "\n"), p);
    }
    char k2[64];
    snprintf(k2, 64, "SigPnd:\t%016llx", 1ULL << (SIGUSR1 - 1));
    Y(strstr(b, k2) != NULL);
    pid_t k = CHILD(raise(SIGSTOP));
    int s;
    waitpid(k, &s, WUNTRACED);
    snprintf(comm, 64, "/proc/%d/status", k);
    char *p = strstr(strcpy(b, get(comm)), "State:");
    say("%.*s", (int)strcspn(p, "\n"), p);
    kill(k, SIGKILL);
    siginfo_t si;
    waitid(P_PID, k, &si, WEXITED | WNOWAIT);
    p = strstr(strcpy(b, get(comm)), "State:");
    say("%.*s", (int)strcspn(p, "\n"), p);
    wait(NULL);
    say("-- limits");
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){55, 66});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, RLIM_INFINITY});
    strcpy(b, get("/proc/self/limits"));
    for (p = strtok(b, "\n"); p; p = strtok(NULL, "\n"))
        if (!strstr(p, "processes") && !strstr(p, "pending"))
            say("%s|", p);
    say("-- the system's");
    strcpy(b, get("/proc/stat"));
    Y(!strncmp(b, "cpu  ", 5));
    Y(strstr(b, "\ncpu0 ") && strstr(b, "\nintr ") && strstr(b, "\nctxt ") &&
      strstr(b, "\nbtime ") && strstr(b, "\nprocesses ") &&
      strstr(b, "\nprocs_running ") && strstr(b, "\nprocs_blocked "));
    *strchr(b, '\n') = 0;
    N(fields(b));
    N(fields(get("/proc/uptime")));
    N(fields(get("/proc/loadavg")));
    Y(strchr(get("/proc/loadavg"), '/') != NULL);
    Y(!strncmp(get("/proc/version"), "Linux version 6.1.0", 19));
    Y(strstr(get("/proc/filesystems"), "nodev\ttmpfs\n") &&
      strstr(get("/proc/filesystems"), "nodev\tproc\n"));
    strcpy(b, get("/proc/meminfo"));
    static const char *const mem[] = {
        "MemTotal",        "MemFree",      "MemAvailable",
        "Buffers",         "Cached",       "SwapCached",
        "Active",          "Inactive",     "Mlocked",
        "SwapTotal",       "SwapFree",     "Dirty",
        "Writeback",       "AnonPages",    "Mapped",
        "Shmem",           "Slab",         "SReclaimable",
        "SUnreclaim",      "KernelStack",  "PageTables",
        "CommitLimit",     "Committed_AS", "VmallocTotal",
        "HugePages_Total", "Hugepagesize"};
    for (unsigned i = 0; i < sizeof mem / sizeof *mem; i++) {
        char q[64];
        snprintf(q, 64, "%s:", mem[i]);
        if (!strstr(b, q))
            say("no %s", mem[i]);
    }
    Y(strstr(b, "MemTotal:       ") == b);
    Y(strstr(get("/proc/cpuinfo"), "processor\t: 0\n") != NULL);
    T(access("/proc/interrupts", R_OK));
    T(access("/proc/partitions", R_OK));
    T(access("/proc/diskstats", R_OK));
    T(access("/proc/devices", R_OK));
    T(access("/proc/swaps", R_OK));
    T(access("/proc/cgroups", R_OK));
    T(access("/proc/vmstat", R_OK));
    T(access("/proc/zoneinfo", R_OK));
    T(access("/proc/buddyinfo", R_OK));
    T(access("/proc/cmdline", R_OK));
    T(access("/proc/consoles", R_OK));
    T(access("/proc/tty/drivers", R_OK));
    T(access("/proc/locks", R_OK));
    T(access("/proc/misc", R_OK));
    T(access("/proc/key-users", R_OK));
    T(access("/proc/kmsg", R_OK));
}
