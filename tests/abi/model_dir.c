// about: Random creates, links, renames and removals in three directories
// about: against a model
// calls: openat linkat unlinkat renameat2 mkdirat newfstatat getdents64
#include "abi.h"

static int ino[3][10];
static char nm[64];
static char *name(int d, int i)
{
    static char b[4][32];
    static int k;
    k = (k + 1) % 4;
    sprintf(b[k], "d%d/n%d", d, i);
    return b[k];
}
int main(void)
{
    unsigned s = 11;
    int bad = 0, next = 1;
    for (int d = 0; d < 3; d++) {
        sprintf(nm, "d%d", d);
        mkdir(nm, 0755);
    }
    for (int i = 0; i < 4000; i++) {
        int d = rand_r(&s) % 3, n = rand_r(&s) % 10, e = rand_r(&s) % 3,
            m = rand_r(&s) % 10, r;
        switch (rand_r(&s) % 6) {
        case 0:
            r = open(name(d, n), O_CREAT | O_EXCL | O_WRONLY, 0600);
            bad += (r < 0) != (ino[d][n] != 0);
            if (r >= 0) {
                sprintf(nm, "%d", next);
                write(r, nm, strlen(nm));
                close(r);
                ino[d][n] = next++;
            }
            break;
        case 1:
            r = unlink(name(d, n));
            bad += (r < 0) != (ino[d][n] == 0);
            ino[d][n] = 0;
            break;
        case 2:
            r = link(name(d, n), name(e, m));
            bad += (r == 0) != (ino[d][n] && !ino[e][m]);
            if (r == 0)
                ino[e][m] = ino[d][n];
            break;
        case 3:
            r = rename(name(d, n), name(e, m));
            bad += (r == 0) != (ino[d][n] != 0);
            if (r == 0 && ino[d][n] != ino[e][m]) {
                ino[e][m] = ino[d][n];
                ino[d][n] = 0;
            }
            break;
        case 4:
            r = sys(renameat2, AT_FDCWD, name(d, n), AT_FDCWD, name(e, m), 2);
            bad += (r == 0) != (ino[d][n] && ino[e][m]);
            if (r == 0) {
                int t = ino[d][n];
                ino[d][n] = ino[e][m];
                ino[e][m] = t;
            }
            break;
        default: {
            const char *c = get(name(d, n));
            bad += ino[d][n] ? atoi(c) != ino[d][n] : strcmp(c, "(ENOENT)");
            if (ino[d][n]) {
                struct stat st;
                stat(name(d, n), &st);
                int links = 0;
                for (int x = 0; x < 3; x++)
                    for (int y = 0; y < 10; y++)
                        links += ino[x][y] == ino[d][n];
                bad += (int)st.st_nlink != links;
            }
        }
        }
    }
    N(bad);
    for (int d = 0; d < 3; d++) {
        sprintf(nm, "d%d", d);
        DIR *p = opendir(nm);
        int have = 0, want = 0;
        while (readdir(p))
            have++;
        for (int n = 0; n < 10; n++)
            want += ino[d][n] != 0;
        Y(have == want + 2);
    }
}
