// about: membarrier: query, registration, commands
// calls: membarrier
#include "abi.h"

int main(void)
{
    long q = sys(membarrier, 0, 0, 0);
    Y(q > 0);
    static const struct {
        int c;
        const char *n;
    } cmd[] = {{1, "GLOBAL"},
               {2, "GLOBAL_EXPEDITED"},
               {4, "REGISTER_GLOBAL_EXPEDITED"},
               {8, "PRIVATE_EXPEDITED"},
               {16, "REGISTER_PRIVATE_EXPEDITED"},
               {32, "PRIVATE_EXPEDITED_SYNC_CORE"}};
    for (int i = 0; i < 5; i++)
        say("%s %s", cmd[i].n, q & cmd[i].c ? "offered" : "not offered");
    T(sys(membarrier, 8, 0, 0));
    T(sys(membarrier, 32, 0, 0));
    T(sys(membarrier, 16, 0, 0));
    T(sys(membarrier, 8, 0, 0));
    T(sys(membarrier, 2, 0, 0));
    T(sys(membarrier, 4, 0, 0));
    T(sys(membarrier, 2, 0, 0));
    T(sys(membarrier, 64, 0, 0));
    T(sys(membarrier, 32, 0, 0));
    T(sys(membarrier, 3, 0, 0));
    T(sys(membarrier, 1 << 20, 0, 0));
    T(sys(membarrier, -1, 0, 0));
    T(sys(membarrier, 0, 1, 0));
    T(sys(membarrier, 8, 2, 0));
    T(sys(membarrier, 1, 0, 0));
    RUN("fork keeps the registration", T(sys(membarrier, 8, 0, 0)));
}
