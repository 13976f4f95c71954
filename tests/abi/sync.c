// about: sync, fsync, fdatasync, sync_file_range, syncfs, fadvise64, readahead
// calls: sync fsync fdatasync sync_file_range syncfs fadvise64 readahead
#include "abi.h"

int main(void)
{
    int p[2];
    put("f", "x");
    int f = open("f", O_RDWR), ro = open("f", O_RDONLY),
        d = open(".", O_RDONLY), o = open("f", O_PATH),
        n = open("/dev/null", O_RDWR);
    pipe(p);
    T(sys(sync));
    int h[] = {f, ro, d, o, n, p[0], 99};
    static const char *const names[] = {
        "file", "read-only file", "directory", "path", "null", "pipe", "99"};
    for (int i = 0; i < 7; i++) {
        note = names[i];
        T(sys(fsync, h[i]));
        T(sys(fdatasync, h[i]));
        T(sys(syncfs, h[i]));
        T(sys(sync_file_range, h[i], 0, 0, 7));
        T(sys(fadvise64, h[i], 0, 0, 4));
        T(sys(readahead, h[i], 0, 4096));
    }
    note = NULL;
    T(sys(fadvise64, f, 0, 0, 6));
    T(sys(fadvise64, f, 0, 0, -1));
    T(sys(fadvise64, f, 0, -1L, 0));
    T(sys(fadvise64, f, -1L, 10, 3));
    T(sys(sync_file_range, f, 0, 0, 8));
    T(sys(sync_file_range, f, -1L, 0, 0));
    T(sys(sync_file_range, f, 0, -1L, 0));
    T(sys(sync_file_range, f, 0x7fffffffffffffffL, 2, 0));
}
