// about: The kernel log through syslog(2): sizes, levels, refusals
// calls: syslog
#include "abi.h"

int main(void)
{
    static char b[200000];
    T(sys(syslog, 10, NULL, 0) > 0);
    T(sys(syslog, 3, b, sizeof b) >= 0);
    T(sys(syslog, 3, b, -1));
    T(sys(syslog, 3, NULL, 10));
    T(sys(syslog, 3, b, 0));
    T(sys(syslog, 8, NULL, 0));
    T(sys(syslog, 8, NULL, 9));
    T(sys(syslog, 99, NULL, 0));
    T(sys(syslog, -1, NULL, 0));
    T(sys(syslog, 9, NULL, 0) >= 0);
}
