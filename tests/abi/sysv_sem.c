// about: System V semaphores: operations, waiting, undo, values, permissions
// calls: semget semop semtimedop semctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/sem.h>
int main(void)
{
    key_t key = 0x41424902;
    T(semget(key, 3, 0600));
    int id = semget(key, 3, IPC_CREAT | 0600);
    Y(id >= 0);
    T(semget(key, 4, 0600));
    T(semget(key, 3, IPC_CREAT | IPC_EXCL | 0600));
    T(semget(IPC_PRIVATE, 0, 0600));
    T(semget(IPC_PRIVATE, -1, 0600));
    T(semget(IPC_PRIVATE, 100000, 0600));
    T(semctl(id, 0, GETVAL));
    T(semctl(id, 0, SETVAL, 5));
    T(semctl(id, 0, SETVAL, -1));
    T(semctl(id, 0, SETVAL, 32768));
    T(semctl(id, 3, SETVAL, 1));
    T(semctl(id, 0, GETVAL));
    Y(semctl(id, 0, GETPID) == getpid());
    unsigned short v[3] = {1, 2, 3}, g[3];
    T(semctl(id, 0, SETALL, v));
    T(semctl(id, 0, GETALL, g));
    say("%d %d %d", g[0], g[1], g[2]);
    struct sembuf op = {0, -1, IPC_NOWAIT},
                  two[2] = {{1, -2, IPC_NOWAIT}, {2, -4, IPC_NOWAIT}};
    T(semop(id, &op, 1));
    T(semop(id, &op, 1));
    T(semop(id, two, 2));
    T(semctl(id, 1, GETVAL));
    op = (struct sembuf){0, 0, IPC_NOWAIT};
    T(semop(id, &op, 1));
    op = (struct sembuf){1, 0, IPC_NOWAIT};
    T(semop(id, &op, 1));
    op = (struct sembuf){5, 1, 0};
    T(semop(id, &op, 1));
    op = (struct sembuf){0, 32767, 0};
    T(semop(id, &op, 1));
    T(semop(id, &op, 1));
    T(semop(id, &op, 0));
    T(semop(id, &op, 10000));
    semctl(id, 0, SETVAL, 0);
    struct timespec ts = {0, 20000000};
    op = (struct sembuf){0, -1, 0};
    T(sys(semtimedop, id, &op, 1, &ts));
    BAD(p, sys(semtimedop, id, p, 1, NULL));
    say("-- waiting");
    pid_t k = CHILD(_exit(semop(id, &op, 1) ? errno : 0));
    wait_asleep(k, k);
    T(semctl(id, 0, GETNCNT));
    op.sem_op = 1;
    T(semop(id, &op, 1));
    wait_show("waiter", k);
    T(semctl(id, 0, GETVAL));
    semctl(id, 0, SETVAL, 1);
    k = CHILD({
        struct sembuf z = {0, 0, 0};
        _exit(semop(id, &z, 1) ? errno : 0);
    });
    wait_asleep(k, k);
    T(semctl(id, 0, GETZCNT));
    semctl(id, 0, SETVAL, 0);
    wait_show("for zero", k);
    say("-- undo");
    semctl(id, 0, SETVAL, 5);
    RUN("dies with three taken", {
        struct sembuf u = {0, -3, SEM_UNDO};
        semop(id, &u, 1);
        T(semctl(id, 0, GETVAL));
    });
    T(semctl(id, 0, GETVAL));
    say("-- removal wakes");
    k = CHILD({
        struct sembuf w = {0, -100, 0};
        T(semop(id, &w, 1));
    });
    wait_asleep(k, k);
    semctl(id, 0, IPC_RMID);
    wait_show("waiter", k);
    T(semctl(id, 0, GETVAL));
    T(semop(id, &op, 1));
}
