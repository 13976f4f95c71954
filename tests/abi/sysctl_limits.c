// about: What /proc/sys/kernel/randomize_va_space, threads-max, fs/nr_open and
// about: fs/file-max do
// calls: setrlimit dup2 openat clone execve
#include "abi.h"

static void change(const char *name, const char *value)
{
    char path[100];
    int f;

    snprintf(path, sizeof path, "/proc/sys/%s", name);
    f = open(path, O_WRONLY);
    if (write(f, value, strlen(value)) < 0)
        say("%s: %s", name, errname(errno));
    close(f);
}

static char *value_of(const char *name)
{
    static char text[4][64];
    static int turn;
    char path[100], *t = text[turn++ % 4];
    int f, n;

    snprintf(path, sizeof path, "/proc/sys/%s", name);
    f = open(path, O_RDONLY);
    n = read(f, t, 63);
    t[n > 0 ? n : 0] = 0;
    close(f);
    return t;
}

// The places of a new program's stack and heap.
static void places(char *line)
{
    int p[2], n;

    pipe(p);
    if (!fork()) {
        dup2(p[1], 1);
        execl("/proc/self/exe", "x", "places", NULL);
        _exit(1);
    }
    close(p[1]);
    wait(NULL);
    n = read(p[0], line, 99);
    line[n > 0 ? n : 0] = 0;
    close(p[0]);
}

static int differ(void)
{
    char a[100], b[100];
    int n = 0;

    for (int i = 0; i < 4; i++) {
        places(a);
        places(b);
        n += strcmp(a, b) != 0;
    }
    return n > 0;
}

int main(int argc, char **argv)
{
    struct rlimit r = {2000, 1 << 20}, old;
    char *before;

    if (argc > 1) {
        printf("%p %p\n", (void *)&argc, sbrk(0));
        return 0;
    }
    say("-- randomize_va_space");
    before = value_of("kernel/randomize_va_space");
    N(atoi(before));
    N(differ());
    change("kernel/randomize_va_space", "0");
    N(differ());
    change("kernel/randomize_va_space", "1");
    N(differ());
    change("kernel/randomize_va_space", before);

    say("-- nr_open");
    before = value_of("fs/nr_open");
    N(atoi(before));
    getrlimit(RLIMIT_NOFILE, &old);
    change("fs/nr_open", "1024");
    T(setrlimit(RLIMIT_NOFILE, &r));
    r.rlim_max = 2000;
    T(setrlimit(RLIMIT_NOFILE, &r));
    r = (struct rlimit){1024, 1024};
    T(setrlimit(RLIMIT_NOFILE, &r));
    change("fs/nr_open", "512");
    T(dup2(0, 511));
    T(fcntl(0, F_DUPFD, 511));
    change("fs/nr_open", "7");
    N(atoi(value_of("fs/nr_open")));
    change("fs/nr_open", before);

    say("-- file-max");
    before = value_of("fs/file-max");
    change("fs/file-max", "400");
    T(close(open("/", O_RDONLY)));
    RUN("user", {
        int n = 0;

        become_user();
        // Linux counts in strides.
        while (n < 1000 && open("/", O_RDONLY) >= 0)
            n++;
        N(n < 600);
        say("%s", errname(errno));
    });
    change("fs/file-max", before);
    RUN("user", {
        become_user();
        T(open("/", O_RDONLY) > 0);
    });

    say("-- threads-max");
    before = value_of("kernel/threads-max");
    change("kernel/threads-max", "20");
    {
        int n = 0, failed = 0;
        pid_t all[40];

        for (; n < 40; n++) {
            all[n] = fork();
            if (!all[n])
                pause();
            if (all[n] < 0) {
                failed = errno;
                break;
            }
        }
        change("kernel/threads-max", before);
        N(n < 40);
        say("%s", errname(failed));
        while (n--) {
            kill(all[n], SIGKILL);
            wait(NULL);
        }
    }
}
