// about: copy_file_range: offsets, overlaps, ends, refusals
// calls: copy_file_range
#include "abi.h"

int main(void)
{
    put("a", "0123456789");
    int a = open("a", O_RDWR), b = open("b", O_RDWR | O_CREAT, 0644);
    T(sys(copy_file_range, a, NULL, b, NULL, 4, 0));
    STR(get("b"));
    T(lseek(a, 0, SEEK_CUR));
    T(lseek(b, 0, SEEK_CUR));
    off_t i = 8, o = 1;
    T(sys(copy_file_range, a, &i, b, &o, 100, 0));
    N(i);
    N(o);
    STR(get("b"));
    T(sys(copy_file_range, a, &i, b, &o, 100, 0));
    i = 0, o = 20;
    T(sys(copy_file_range, a, &i, b, &o, 3, 0));
    T(lseek(b, 0, SEEK_END));
    i = 0, o = 5;
    T(sys(copy_file_range, a, &i, a, &o, 5, 0));
    i = 0, o = 2;
    T(sys(copy_file_range, a, &i, a, &o, 5, 0));
    STR(get("a"));
    T(sys(copy_file_range, a, NULL, b, NULL, 0, 0));
    T(sys(copy_file_range, a, NULL, b, NULL, 5, 1));
    i = -1;
    T(sys(copy_file_range, a, &i, b, NULL, 5, 0));
    i = 0;
    T(sys(copy_file_range, a, &i, b, NULL, -1L, 0));
    int ap = open("b", O_WRONLY | O_APPEND), ro = open("b", O_RDONLY),
        wo = open("a", O_WRONLY), d = open(".", O_RDONLY), p[2];
    pipe(p);
    T(sys(copy_file_range, a, &i, ap, NULL, 5, 0));
    T(sys(copy_file_range, a, &i, ro, NULL, 5, 0));
    T(sys(copy_file_range, wo, NULL, b, NULL, 5, 0));
    T(sys(copy_file_range, d, NULL, b, NULL, 5, 0));
    T(sys(copy_file_range, a, NULL, d, NULL, 5, 0));
    T(sys(copy_file_range, p[0], NULL, b, NULL, 5, 0));
    T(sys(copy_file_range, a, NULL, p[1], NULL, 5, 0));
    T(sys(copy_file_range, 99, NULL, b, NULL, 5, 0));
    T(sys(copy_file_range, a, NULL, 99, NULL, 5, 0));
    for (int k = 1; k < NBAD; k++)
        T(sys(copy_file_range, a, badptr(k), b, NULL, 5, 0));
    int s = open("/dev/shm/abi-copy", O_RDWR | O_CREAT, 0600),
        v = open("/proc/version", O_RDONLY);
    i = 0;
    T(sys(copy_file_range, a, &i, s, NULL, 5, 0));
    T(sys(copy_file_range, v, NULL, b, NULL, 5, 0));
    unlink("/dev/shm/abi-copy");
}
