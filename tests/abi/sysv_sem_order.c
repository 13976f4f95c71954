// about: System V semaphores: all or nothing, who waits for what, who goes
// about: first, interruption, status and limits
// calls: semget semop semtimedop semctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/sem.h>

static int id;

static void values(const char *what)
{
    unsigned short v[3];
    semctl(id, 0, GETALL, v);
    say("%s: %d %d %d", what, v[0], v[1], v[2]);
}

static void set(int a, int b, int c)
{
    unsigned short v[3] = {a, b, c};
    semctl(id, 0, SETALL, v);
}

static void waiting(const char *what)
{
    printf("%s: more", what);
    for (int i = 0; i < 3; i++)
        printf(" %d", semctl(id, i, GETNCNT));
    printf(", zero");
    for (int i = 0; i < 3; i++)
        printf(" %d", semctl(id, i, GETZCNT));
    printf("\n");
}

static int done[2];

/* A child that does the operations and then tells its name. */
static pid_t doer(char name, struct sembuf *b, int n)
{
    pid_t k = CHILD({
        int r = semop(id, b, n) ? errno : 0;
        write(done[1], &name, 1);
        _exit(r);
    });
    wait_asleep(k, k);
    return k;
}

static void who(const char *what, int n)
{
    char b[8] = "";
    struct pollfd p = {done[0], POLLIN, 0};
    for (int i = 0; i < n; i++)
        if (poll(&p, 1, 60000) == 1)
            read(done[0], b + i, 1);
    for (int i = 0; i < n; i++) /* they run at the same time */
        for (int j = i + 1; j < n; j++)
            if (b[j] < b[i]) {
                char c = b[i];
                b[i] = b[j];
                b[j] = c;
            }
    say("%s: %s%s", what, b, poll(&p, 1, 50) ? " and more" : "");
}

static void handler(int s)
{
}

int main(void)
{
    pipe(done);
    id = semget(IPC_PRIVATE, 3, 0600);
    set(1, 2, 3);
    say("-- all or nothing");
    struct sembuf a[3] = {{0, -1, IPC_NOWAIT}, {1, 5, 0}, {2, -4, IPC_NOWAIT}};
    T(semop(id, a, 3));
    values("nothing");
    a[2].sem_op = -3;
    T(semop(id, a, 3));
    values("all");
    struct sembuf same[3] = {{1, -7, 0}, {1, 0, IPC_NOWAIT}, {1, 4, 0}};
    T(semop(id, same, 3));
    values("one after the other");
    struct sembuf far[2] = {{0, 1, 0}, {3, 1, 0}};
    T(semop(id, far, 2));
    struct sembuf over[2] = {{0, 32767, 0}, {0, 1, 0}};
    T(semop(id, over, 2));
    values("neither");
    T(semop(-1, a, 1));
    T(semop(id + 1, a, 1));
    T(semop(id, a, 501));
    T(sys(semop, id, NULL, 1));
    struct timespec bad = {0, 1000000000}, neg = {-1, 0}, none = {0, 0};
    T(semtimedop(id, a, 1, &bad));
    T(semtimedop(id, a, 1, &neg));
    struct sembuf down = {0, -1, 0};
    T(semtimedop(id, &down, 1, &none));
    T(sys(semtimedop, id, &down, 1, 8));
    T(sys(semtimedop, id, &down, 0, &bad));

    say("-- who waits");
    set(0, 1, 0);
    pid_t k[4];
    k[0] = doer('a', (struct sembuf[]){{0, -1, 0}}, 1);
    k[1] = doer('b', (struct sembuf[]){{1, -1, 0}, {2, -2, 0}}, 2);
    k[2] = doer('c', (struct sembuf[]){{1, 0, 0}}, 1);
    k[3] = doer('d', (struct sembuf[]){{0, 0, 0}, {1, 0, 0}, {2, 5, 0}}, 3);
    waiting("four");
    semctl(id, 2, SETVAL, 1);
    waiting("not enough");
    semctl(id, 2, SETVAL, 2);
    who("b, then whom that lets go", 3);
    values("now");
    waiting("one");
    semctl(id, 0, SETVAL, 1);
    who("the last", 1);
    for (int i = 0; i < 4; i++)
        wait_show("child", k[i]);

    say("-- in order");
    set(0, 0, 0);
    k[0] = doer('a', (struct sembuf[]){{0, -2, 0}}, 1);
    k[1] = doer('b', (struct sembuf[]){{0, -1, 0}}, 1);
    k[2] = doer('c', (struct sembuf[]){{0, -1, 0}}, 1);
    struct sembuf up = {0, 1, 0};
    T(semop(id, &up, 1));
    who("what fits", 1);
    T(semop(id, &up, 1));
    who("the next", 1);
    up.sem_op = 2;
    T(semop(id, &up, 1));
    who("the first", 1);
    for (int i = 0; i < 3; i++)
        wait_show("child", k[i]);

    say("-- ends of waiting");
    k[0] = CHILD({
        set_handler(SIGUSR1, handler, SA_RESTART);
        T(semop(id, &down, 1));
    });
    wait_asleep(k[0], k[0]);
    kill(k[0], SIGUSR1);
    wait_show("signal", k[0]);
    waiting("nobody");
    k[0] = doer('a', &down, 1);
    kill(k[0], SIGKILL);
    wait_show("killed", k[0]);
    waiting("nobody");
    k[0] = doer('a', &down, 1);
    k[1] = doer('b', (struct sembuf[]){{1, -1, 0}, {2, 1, 0}}, 2);
    T(semctl(id, 0, IPC_RMID));
    for (int i = 0; i < 2; i++)
        wait_show("removed", k[i]);
    char both[2] = "";
    read(done[0], both, 2);
    Y(both[0] + both[1] == 'a' + 'b');

    say("-- status");
    MUST(unshare(CLONE_NEWIPC));
    struct seminfo si;
    union {
        struct seminfo *i;
        struct semid_ds *d;
    } u = {&si};
    T(semctl(0, 0, IPC_INFO, u));
    say("%d %d %d %d %d %d %d %d %d %d", si.semmap, si.semmni, si.semmns,
        si.semmnu, si.semmsl, si.semopm, si.semume, si.semusz, si.semvmx,
        si.semaem);
    T(semget(77, 5, IPC_CREAT | 0640));
    T(id = semget(78, 2, IPC_CREAT | 0604));
    T(semctl(0, 0, SEM_INFO, u));
    say("used %d semaphores %d", si.semusz, si.semaem);
    struct semid_ds d;
    u.d = &d;
    T(semctl(id, 0, IPC_STAT, u));
    say("key %d mode %o count %d otime %d", d.sem_perm.__key, d.sem_perm.mode,
        (int)d.sem_nsems, (int)d.sem_otime);
    Y(labs(d.sem_ctime - time(NULL)) < 100);
    up = (struct sembuf){0, 1, 0};
    semop(id, &up, 1);
    T(semctl(1, 0, SEM_STAT, u));
    Y(labs(d.sem_otime - time(NULL)) < 100);
    T(semctl(5, 0, SEM_STAT, u));
    d.sem_perm.mode = 01755;
    d.sem_perm.uid = 7;
    d.sem_perm.gid = 8;
    T(semctl(id, 0, IPC_SET, u));
    T(semctl(id, 0, IPC_STAT, u));
    say("mode %o uid %d gid %d cuid %d", d.sem_perm.mode, d.sem_perm.uid,
        d.sem_perm.gid, d.sem_perm.cuid);
    d.sem_perm.uid = -1;
    T(semctl(id, 0, IPC_SET, u));
    BAD(p, sys(semctl, id, 0, IPC_STAT, p));
    BAD(p, sys(semctl, id, 0, IPC_SET, p));
    BAD(p, sys(semctl, id, 0, GETALL, p));
    BAD(p, sys(semctl, id, 0, SETALL, p));
    T(semctl(id, 0, 99));
    T(semctl(id, 2, GETVAL));
    T(semctl(id, -1, GETNCNT));
    T(semctl(id, 2, SETVAL, 1));
    unsigned short much[2] = {1, 40000};
    T(semctl(id, 0, SETALL, much));
    T(semctl(id, 0, GETVAL));
    T(semctl(id, 0, IPC_RMID));
    T(semctl(id, 0, IPC_RMID));
    int again = semget(78, 2, IPC_CREAT | 0600);
    Y(again != id);
    T(again);
    T(semctl(id, 0, GETVAL));
}
