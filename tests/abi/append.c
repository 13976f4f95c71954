// about: O_APPEND: every write goes to the end, also from several handles and
// about: processes
// calls: openat write fcntl lseek
#include "abi.h"
int main(void)
{
    put("f", "start-");
    int a = open("f", O_WRONLY | O_APPEND), b = open("f", O_WRONLY | O_APPEND);
    T(lseek(a, 0, SEEK_CUR));
    T(write(a, "a", 1));
    T(write(b, "b", 1));
    T(lseek(a, 0, SEEK_SET));
    T(write(a, "c", 1));
    T(lseek(a, 0, SEEK_CUR));
    STR(get("f"));
    T(fcntl(a, F_SETFL, 0));
    T(lseek(a, 0, SEEK_SET));
    T(write(a, "S", 1));
    STR(get("f"));
    T(fcntl(a, F_SETFL, O_APPEND));
    T(write(a, "d", 1));
    STR(get("f"));
    pid_t k[4];
    for (int i = 0; i < 4; i++)
        k[i] = CHILD(for (int j = 0; j < 100; j++) write(b, "0123456789", 10));
    for (int i = 0; i < 4; i++)
        wait_show("writer", k[i]);
    const char *t = get("f");
    N(strlen(t));
    bool whole = true;
    for (int i = 0; i < 400; i++)
        whole &= !memcmp(t + 10 + i * 10, "0123456789", 10);
    Y(whole);
    T(lseek(b, 0, SEEK_CUR));
}
