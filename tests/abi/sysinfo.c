// about: sysinfo and getrandom's neighbours: plausible figures
// calls: sysinfo
#include "abi.h"

#include <sys/sysinfo.h>
int main(void)
{
    struct sysinfo s;
    memset(&s, 0xff, sizeof s);
    struct timespec before, ts;
    clock_gettime(CLOCK_BOOTTIME, &before);
    T(sysinfo(&s));
    clock_gettime(CLOCK_BOOTTIME, &ts);
    Y(s.mem_unit == 1);
    Y(s.totalram > 4 << 20);
    Y(s.freeram > 0 && s.freeram < s.totalram);
    Y(s.bufferram < s.totalram && s.sharedram < s.totalram);
    N(s.totalswap);
    N(s.freeswap);
    N(s.totalhigh);
    Y(s.procs >= 2 && s.procs < 10000);
    Y(s.uptime >= before.tv_sec && s.uptime <= ts.tv_sec + 1);
    Y(s.loads[0] < 100UL << 16);
    BAD(p, sys(sysinfo, p));
    char *e = edge(112);
    T(sys(sysinfo, e));
    T(sys(sysinfo, e + 8));
}
