// about: Copies of one open file: locks, offsets and the last close
// calls: dup close flock lseek
#include "abi.h"

#include <sys/file.h>
int main(void)
{
    put("f", "0123456789");
    int a = open("f", O_RDWR), b = dup(a), c = open("f", O_RDWR);
    T(flock(a, LOCK_EX));
    T(flock(c, LOCK_EX | LOCK_NB));
    T(close(a));
    T(flock(c, LOCK_EX | LOCK_NB));
    T(lseek(b, 3, SEEK_SET));
    T(close(b));
    T(flock(c, LOCK_EX | LOCK_NB));
    T(lseek(c, 0, SEEK_CUR));
}
