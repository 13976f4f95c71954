// about: prctl: names, dumpable, timer slack, THP, unknown options, bad
// about: pointers
// calls: prctl
#include "abi.h"

int main(void)
{
    char b[32];
    int v;
    memset(b, '#', sizeof b);
    T(prctl(PR_SET_NAME, "short"));
    T(prctl(PR_GET_NAME, b));
    STR(b);
    say("%c %c", b[15] ? b[15] : '0', b[16]);
    T(prctl(PR_SET_NAME, "a-name-that-is-far-too-long"));
    T(prctl(PR_GET_NAME, b));
    STR(b);
    STR(get("/proc/self/comm"));
    T(prctl(PR_SET_NAME, ""));
    T(prctl(PR_GET_NAME, b));
    STR(b);
    char *e = edge(4);
    memcpy(e, "abc", 4);
    T(prctl(PR_SET_NAME, e));
    e = edge(3);
    memcpy(e, "abc", 3);
    T(prctl(PR_SET_NAME, e));
    BAD(p, prctl(PR_SET_NAME, p));
    BAD(p, prctl(PR_GET_NAME, p));
    put("c", "");
    int fd = open("/proc/self/comm", O_WRONLY);
    T(write(fd, "by-proc\n", 8));
    prctl(PR_GET_NAME, b);
    STR(b);
    N(prctl(PR_GET_DUMPABLE));
    T(prctl(PR_SET_DUMPABLE, 0));
    N(prctl(PR_GET_DUMPABLE));
    T(prctl(PR_SET_DUMPABLE, 2));
    T(prctl(PR_SET_DUMPABLE, 3));
    T(prctl(PR_SET_DUMPABLE, 1));
    N(prctl(PR_GET_TIMERSLACK));
    T(prctl(PR_SET_TIMERSLACK, 1000));
    N(prctl(PR_GET_TIMERSLACK));
    RUN("inherited", N(prctl(PR_GET_TIMERSLACK)));
    T(prctl(PR_SET_TIMERSLACK, 0));
    N(prctl(PR_GET_TIMERSLACK));
    T(prctl(PR_GET_KEEPCAPS));
    T(prctl(PR_SET_KEEPCAPS, 2));
    T(prctl(41 /* SET_THP_DISABLE */, 1, 0, 0, 0));
    T(prctl(42, 0, 0, 0, 0));
    T(prctl(41, 0, 0, 0, 0));
    T(prctl(41, 0, 1, 0, 0));
    T(prctl(42, 1, 0, 0, 0));
    T(prctl(PR_GET_TID_ADDRESS, &b) >= -1 ? 0 : 0);
    T(prctl(PR_GET_TIMING));
    T(prctl(PR_SET_TIMING, 0));
    T(prctl(PR_SET_TIMING, 1));
    T(prctl(PR_GET_SECCOMP));
    T(prctl(PR_GET_FPEMU, &v));
    T(prctl(PR_GET_ENDIAN, &v));
    T(prctl(PR_GET_UNALIGN, &v));
    T(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0));
    T(prctl(PR_MCE_KILL, 0, 0, 0, 0));
    T(prctl(0));
    T(prctl(9999));
    T(prctl(-1));
}
