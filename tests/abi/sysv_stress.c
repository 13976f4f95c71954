// about: System V IPC and message queues: many processes and threads, killed at
// about: any moment, objects removed under them
// calls: semop semctl msgsnd msgrcv msgctl shmat shmdt shmctl mq_timedsend
// calls: mq_timedreceive
// timeout: 300
#include "abi.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define WORKERS 8

static int s, q, h, m;

static int op(int n, int by, int flags)
{
    struct sembuf b = {n, by, flags};
    return semop(s, &b, 1);
}

/* Everything that a worker holds is undone when it is killed. */
static void worker(int n)
{
    volatile int *p = shmat(h, NULL, 0);
    struct {
        long t;
        char b[64];
    } g;
    for (int i = 0;; i++) {
        if (op(0, -1, SEM_UNDO))
            _exit(1);
        p[0]++;
        if (op(0, 1, SEM_UNDO))
            _exit(1);
        g.t = n + 1;
        if (i % 3 == 0)
            msgsnd(q, &g, i % 60, IPC_NOWAIT);
        else
            msgrcv(q, &g, 64, i % 2 ? 0 : -(n + 1), IPC_NOWAIT);
        if (i % 16 == 0) {
            char *again = shmat(h, NULL, n & 1 ? SHM_RDONLY : 0);
            if (again != (void *)-1)
                shmdt(again);
        }
        if (i % 5 == 0)
            sys(mq_timedsend, m, &g, i % 32, n, NULL);
        else
            sys(mq_timedreceive, m, &g, 64, NULL, NULL);
    }
}

static void *shover(void *arg)
{
    struct sembuf both[2] = {{1, -1, 0}, {2, 1, 0}},
                  back[2] = {{2, -1, 0}, {1, 1, 0}};
    for (int i = 0; i < 500; i++)
        if (semop(s, arg ? both : back, 2))
            return (void *)1;
    return NULL;
}

int main(void)
{
    MUST(unshare(CLONE_NEWIPC));
    struct {
        long flags, maxmsg, msgsize, cur, res[4];
    } a = {0, 8, 64};
    s = semget(IPC_PRIVATE, 3, 0600);
    q = msgget(IPC_PRIVATE, 0600);
    h = shmget(IPC_PRIVATE, 4096, 0600);
    m = sys(mq_open, "m", O_RDWR | O_CREAT | O_NONBLOCK, 0600, &a);
    volatile int *p = shmat(h, NULL, 0);
    semctl(s, 0, SETVAL, 1);
    pid_t k[WORKERS];
    srand(1);
    for (int i = 0; i < WORKERS; i++)
        k[i] = CHILD(worker(i));
    for (int i = 0; i < 60; i++) {
        int n = rand() % WORKERS, st;
        ms(rand() % 5);
        kill(k[n], SIGKILL);
        waitpid(k[n], &st, 0);
        if (!WIFSIGNALED(st))
            say("worker ended with %x", st);
        k[n] = CHILD(worker(n));
    }
    int last = p[0];
    for (int i = 0; i < 10000 && p[0] == last; i++)
        ms(10);
    Y(p[0] > last);
    for (int i = 0; i < WORKERS; i++)
        kill(k[i], SIGKILL);
    for (int i = 0; i < WORKERS; i++)
        waitpid(k[i], NULL, 0);
    N(semctl(s, 0, GETVAL));
    N(semctl(s, 0, GETNCNT));
    struct shmid_ds d;
    shmctl(h, IPC_STAT, &d);
    N(d.shm_nattch);

    say("-- two by two");
    unsigned short v[3] = {0, 4, 0};
    semctl(s, 0, SETALL, v);
    pthread_t t[WORKERS];
    void *failed;
    for (int i = 0; i < WORKERS; i++)
        pthread_create(t + i, NULL, shover, (void *)(long)(i % 2));
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(t[i], &failed);
        if (failed)
            say("failed");
    }
    semctl(s, 0, GETALL, v);
    say("%d %d %d", v[0], v[1], v[2]);

    say("-- removed under them");
    for (int i = 0; i < 40; i++) {
        s = semget(IPC_PRIVATE, 3, 0600);
        q = msgget(IPC_PRIVATE, 0600);
        for (int n = 0; n < 4; n++)
            k[n] = CHILD({
                struct {
                    long t;
                    char b[8];
                } g;
                if (n & 1)
                    _exit(op(0, -1, n & 2 ? SEM_UNDO : 0) ? errno : 0);
                _exit(msgrcv(q, &g, 8, n, 0) < 0 ? errno : 0);
            });
        ms(i % 4);
        semctl(s, 0, IPC_RMID);
        msgctl(q, IPC_RMID, NULL);
        for (int n = 0; n < 4; n++) {
            int st;
            waitpid(k[n], &st, 0);
            if (!WIFEXITED(st) ||
                (WEXITSTATUS(st) != EIDRM && WEXITSTATUS(st) != EINVAL))
                say("ended with %x", st);
        }
    }
    shmctl(h, IPC_RMID, NULL);
}
