// about: Random reads, writes and truncations of a file against a copy in
// about: memory
// calls: pread64 pwrite64 ftruncate lseek read write
#include "abi.h"

static unsigned char want[200000], got[200000];
static size_t len;
int main(void)
{
    unsigned s = 1;
    int fd = open("f", O_RDWR | O_CREAT, 0644), bad = 0;
    for (int i = 0; i < 2000; i++) {
        size_t o = rand_r(&s) % 150000, n = rand_r(&s) % 9000;
        switch (rand_r(&s) % 6) {
        case 0:
        case 1:
            for (size_t j = 0; j < n; j++)
                got[j] = rand_r(&s);
            pwrite(fd, got, n, o);
            if (n) {
                memcpy(want + o, got, n);
                if (o + n > len)
                    len = o + n;
            }
            break;
        case 2: {
            ssize_t r = pread(fd, got, n, o), w = o >= len      ? 0
                                                  : o + n > len ? len - o
                                                                : n;
            bad += r != w || memcmp(got, want + o, r < 0 ? 0 : r);
            break;
        }
        case 3:
            if (i % 10 == 0) {
                ftruncate(fd, o);
                if (o < len)
                    memset(want + o, 0, len - o);
                len = o;
            }
            break;
        case 4:
            if (fallocate(fd, 3, o, n + 1) == 0 && o < len)
                memset(want + o, 0, o + n + 1 > len ? len - o : n + 1);
            break;
        default: {
            struct stat st;
            fstat(fd, &st);
            bad += st.st_size != (off_t)len;
            bad += lseek(fd, 0, SEEK_END) != (off_t)len;
        }
        }
    }
    N(bad);
    ssize_t r = pread(fd, got, sizeof got, 0);
    Y(r == (ssize_t)len && !memcmp(got, want, len));
    N(len);
}
