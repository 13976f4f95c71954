// about: MAP_FIXED replaces, MAP_FIXED_NOREPLACE refuses, hints are taken when
// about: free
// calls: mmap munmap
#include "abi.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
int main(void)
{
    int pf = MAP_PRIVATE | MAP_ANONYMOUS;
    char *m = mmap(NULL, 10 * 4096, PROT_READ | PROT_WRITE, pf, -1, 0);
    memset(m, 'a', 10 * 4096);
    char *r =
        mmap(m + 4096, 4096, PROT_READ | PROT_WRITE, pf | MAP_FIXED, -1, 0);
    Y(r == m + 4096);
    Y(m[0] == 'a' && m[4096] == 0 && m[8191] == 0 && m[8192] == 'a');
    put("f", "file");
    int fd = open("f", O_RDONLY);
    r = mmap(m + 8192, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
    say("%.4s%d", m + 8192, m[8196]);
    T(mmap(m, 4096, PROT_READ, pf | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED
          ? -1
          : 0);
    munmap(m + 5 * 4096, 4096);
    T(mmap(m + 5 * 4096, 8192, PROT_READ, pf | MAP_FIXED_NOREPLACE, -1, 0) ==
              MAP_FAILED
          ? -1
          : 0);
    T(mmap(m + 4 * 4096, 8192, PROT_READ, pf | MAP_FIXED_NOREPLACE, -1, 0) ==
              MAP_FAILED
          ? -1
          : 0);
    Y(m[6 * 4096] == 'a');
    r = mmap(m + 5 * 4096, 4096, PROT_READ, pf | MAP_FIXED_NOREPLACE, -1, 0);
    Y(r == m + 5 * 4096);
    munmap(m + 5 * 4096, 4096);
    r = mmap(m + 5 * 4096, 4096, PROT_READ, pf, -1, 0);
    Y(r == m + 5 * 4096);
    r = mmap(m + 5 * 4096, 4096, PROT_READ, pf, -1, 0);
    Y(r != m + 5 * 4096 && r != MAP_FAILED);
    munmap(m + 5 * 4096, 4096);
    r = mmap(m + 5 * 4096 + 123, 4096, PROT_READ, pf, -1, 0);
    Y(((uintptr_t)r & 4095) == 0);
    say("-- a failing MAP_FIXED leaves the old mapping");
    m[0] = 'z';
    T(mmap(m, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, 99, 0) == MAP_FAILED
          ? -1
          : 0);
    T(mmap(m, 4096, PROT_WRITE | PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) ==
              MAP_FAILED
          ? -1
          : 0);
    Y(m[0] == 'z');
    say("-- over a file mapping: the old pages keep their contents in the "
        "file");
    int w = open("g", O_RDWR | O_CREAT, 0644);
    ftruncate(w, 8192);
    char *s = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, w, 0);
    strcpy(s, "kept");
    mmap(s, 4096, PROT_READ, pf | MAP_FIXED, -1, 0);
    STR(get("g"));
    Y(s[0] == 0);
}
