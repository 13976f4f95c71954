// about: ioprio_get and ioprio_set: classes, inheritance, refusals
// calls: ioprio_get ioprio_set
#include "abi.h"

int main(void)
{
    T(sys(ioprio_get, 1, 0));
    T(sys(ioprio_set, 1, 0, 2 << 13 | 5));
    T(sys(ioprio_get, 1, 0));
    RUN("child", T(sys(ioprio_get, 1, 0)));
    T(sys(ioprio_set, 1, 0, 3 << 13));
    T(sys(ioprio_set, 1, 0, 4 << 13));
    T(sys(ioprio_set, 1, 0, 2 << 13 | 9));
    T(sys(ioprio_get, 9, 0));
    T(sys(ioprio_get, 1, 9999999));
    T(sys(ioprio_set, 1, 9999999, 2 << 13));
}
