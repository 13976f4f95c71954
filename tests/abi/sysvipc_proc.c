// about: /proc/sysvipc and the limits in /proc/sys/kernel, in an IPC namespace
// about: of its own
// calls: semget msgget shmget unshare
#include "abi.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

/* Process ids and times become letters. */
static void show(const char *path)
{
    char text[4096], *p = text;
    long now = time(NULL);
    snprintf(text, sizeof text, "%s", get(path));
    say("%s:", path);
    while (*p) {
        size_t n = strspn(p, "0123456789");
        long v = n ? atol(p) : 0;
        if (n && labs(v - now) < 1000)
            printf("%*s", (int)n, "T");
        else if (n && v == getpid())
            printf("%*s", (int)n, "P");
        else if (n)
            printf("%.*s", (int)n, p);
        else
            putchar(*p);
        p += n ? n : 1;
    }
}

static void sysctl(const char *name)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);
    if (stat(path, &st))
        say("%s: %s", name, errname(errno));
    else
        printf("%s %o: %s", name, st.st_mode, get(path));
}

static void write_to(const char *name, const char *value)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/sys/kernel/%s", name);
    int fd = open(path, O_WRONLY);
    errno = 0;
    int r = fd < 0 ? -1 : write(fd, value, strlen(value));
    say("%s <- %s: %d %s", name, value, r, errname(r < 0 ? errno : 0));
    close(fd);
}

int main(void)
{
    static const char *const names[] = {
        "sem",    "msgmax",          "msgmnb",      "msgmni", "shmall",
        "shmmni", "shm_rmid_forced", "auto_msgmni", "shmmax", "none"};
    /* Its number is not to look like another one in the tables. */
    static const pid_t taken[] = {600, 640, 644, 666, 1600, 8192};
    for (int i = 0; i < 6; i++)
        if (getpid() == taken[i]) {
            int st;
            pid_t k = fork();
            if (k) {
                waitpid(k, &st, 0);
                return WEXITSTATUS(st);
            }
        }
    MUST(unshare(CLONE_NEWIPC));
    show("/proc/sysvipc/sem");
    show("/proc/sysvipc/msg");
    show("/proc/sysvipc/shm");
    T(semget(0x7fffffff, 3, IPC_CREAT | 0600));
    int s = T(semget(-5, 31, IPC_CREAT | 0666));
    struct sembuf b = {0, 1, 0};
    T(semop(s, &b, 1));
    int q = T(msgget(17, IPC_CREAT | 0640));
    struct {
        long t;
        char b[8];
    } m = {1, "abc"};
    T(msgsnd(q, &m, 5, 0));
    T(msgsnd(q, &m, 8, 0));
    T(msgrcv(q, &m, 8, 0, 0));
    int h = T(shmget(IPC_PRIVATE, 100000, 0600));
    char *p = shmat(h, NULL, 0);
    p[0] = p[50000] = 1;
    shmat(h, NULL, 0);
    T(shmget(99, 1, IPC_CREAT | 0644));
    T(shmctl(h, IPC_RMID, NULL));
    show("/proc/sysvipc/sem");
    show("/proc/sysvipc/msg");
    show("/proc/sysvipc/shm");
    RUN("user", {
        become_user();
        Y(strstr(get("/proc/sysvipc/sem"), "2147483647") != NULL);
        write_to("msgmax", "5");
    });
    say("-- ids come in a cycle");
    for (int i = 0; i < 130; i++) {
        int n = msgget(IPC_PRIVATE, 0600);
        if (i < 3 || (i > 60 && i < 67) || i > 124)
            say("%d: index %d sequence %d", i, n & 32767, n >> 15);
        msgctl(n, IPC_RMID, NULL);
    }
    say("-- limits");
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        sysctl(names[i]);
    write_to("sem", "10 20 30 2");
    sysctl("sem");
    T(semget(IPC_PRIVATE, 11, 0600));
    T(semget(IPC_PRIVATE, 1, 0600));
    write_to("sem", "100\t100\t30\t5\n");
    T(semget(IPC_PRIVATE, 90, 0600));
    write_to("sem", "7");
    sysctl("sem");
    write_to("sem", "x");
    write_to("sem", "-1");
    sysctl("sem");
    struct sembuf many[31] = {{0, 0, 0}};
    T(semop(s, many, 31));
    write_to("msgmax", "4");
    T(msgsnd(q, &m, 5, 0));
    write_to("msgmax", "-1");
    write_to("msgmnb", "100");
    int q2 = msgget(IPC_PRIVATE, 0600);
    struct msqid_ds d;
    msgctl(q2, IPC_STAT, &d);
    N(d.msg_qbytes);
    write_to("msgmni", "2");
    T(msgget(IPC_PRIVATE, 0600));
    write_to("msgmni", "32769");
    write_to("shmmni", "40000");
    write_to("shm_rmid_forced", "2");
    sysctl("shm_rmid_forced");
    RUN("another namespace", {
        MUST(unshare(CLONE_NEWIPC));
        sysctl("sem");
        sysctl("msgmax");
        show("/proc/sysvipc/sem");
        write_to("msgmax", "77");
    });
    sysctl("msgmax");
}
