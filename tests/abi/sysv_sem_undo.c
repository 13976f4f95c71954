// about: SEM_UNDO: kill -9, threads, fork, exec, values that moved meanwhile,
// about: limits, unshare(CLONE_SYSVSEM)
// calls: semop semctl unshare clone
#include "abi.h"

#include <sys/ipc.h>
#include <sys/sem.h>

static int id;

static int op(int n, int by, int flags)
{
    struct sembuf b = {n, by, flags};
    return semop(id, &b, 1);
}

static void values(const char *what)
{
    unsigned short v[4];
    semctl(id, 0, GETALL, v);
    say("%s: %d %d %d %d", what, v[0], v[1], v[2], v[3]);
}

static void set(int a, int b, int c, int d)
{
    unsigned short v[4] = {a, b, c, d};
    semctl(id, 0, SETALL, v);
}

static void *thread(void *arg)
{
    op(0, -1, SEM_UNDO);
    op(1, 2, SEM_UNDO);
    return NULL;
}

static int cloned(void *arg)
{
    op(0, -2, SEM_UNDO);
    return 0;
}

int main(int argc, char **argv)
{
    id = semget(IPC_PRIVATE, 4, 0600);
    if (argc > 1) {
        /* after exec */
        id = atoi(argv[1]);
        op(1, -1, SEM_UNDO);
        values("after exec");
        return 0;
    }
    set(10, 10, 10, 10);
    pid_t k = CHILD({
        op(0, -3, SEM_UNDO);
        op(1, 5, SEM_UNDO);
        op(2, -1, 0);
        struct sembuf b[3] = {
            {0, -1, SEM_UNDO}, {0, -1, SEM_UNDO}, {3, -4, SEM_UNDO}};
        T(semop(id, b, 3));
        pause();
    });
    wait_asleep(k, k);
    values("it holds");
    kill(k, SIGKILL);
    wait_show("killed", k);
    values("undone");
    Y(semctl(id, 0, GETPID) == k);
    Y(semctl(id, 3, GETPID) == k);

    set(5, 5, 5, 5);
    RUN("threads", {
        pthread_t t;
        pthread_create(&t, NULL, thread, NULL);
        pthread_join(t, NULL);
        values("thread is gone");
    });
    values("process is gone");

    set(5, 5, 5, 5);
    RUN("fork does not inherit", {
        op(0, -1, SEM_UNDO);
        RUN("grandchild", op(1, -1, SEM_UNDO));
        values("grandchild is gone");
    });
    values("child is gone");

    set(5, 5, 5, 5);
    RUN("shared by CLONE_SYSVSEM", {
        static char stack[65536];
        op(1, -1, SEM_UNDO);
        pid_t p =
            clone(cloned, stack + sizeof stack, CLONE_SYSVSEM | SIGCHLD, NULL);
        waitpid(p, NULL, 0);
        values("one of two is gone");
    });
    values("both are gone");

    set(5, 5, 5, 5);
    RUN("exec keeps it", {
        char text[16];
        snprintf(text, sizeof text, "%d", id);
        op(0, -2, SEM_UNDO);
        fflush(stdout);
        execl("/proc/self/exe", "x", text, NULL);
    });
    values("gone");

    set(5, 5, 5, 5);
    RUN("set by hand meanwhile", {
        op(0, -2, SEM_UNDO);
        op(1, -2, SEM_UNDO);
        semctl(id, 0, SETVAL, 1);
    });
    values("SETVAL");
    RUN("set by hand meanwhile", {
        op(0, 1, SEM_UNDO);
        op(1, 1, SEM_UNDO);
        set(7, 7, 7, 7);
    });
    values("SETALL");

    RUN("beyond the ends", {
        op(0, 3, SEM_UNDO);
        op(1, -5, SEM_UNDO);
        RUN("other", {
            op(0, -9, 0);
            op(1, 32767 - 4, 0);
        });
        values("before");
    });
    values("after");

    set(0, 0, 0, 0);
    RUN("limits", {
        T(op(0, 32767, SEM_UNDO));
        T(op(0, -32767, 0));
        T(op(0, 1, SEM_UNDO));
        T(op(0, 1, SEM_UNDO));
        T(op(0, -1, 0));
        values("now");
    });
    values("after");

    set(3, 3, 3, 3);
    RUN("unshare", {
        op(0, -2, SEM_UNDO);
        T(unshare(CLONE_SYSVSEM));
        values("unshared");
        op(1, -2, SEM_UNDO);
        T(unshare(CLONE_NEWIPC));
    });
    values("after");

    set(1, 0, 0, 0);
    k = CHILD(T(op(0, -1, SEM_UNDO)); pause());
    wait_asleep(k, k);
    pid_t w = CHILD(_exit(op(0, -1, 0) ? errno : 0));
    wait_asleep(w, w);
    kill(k, SIGKILL);
    wait_show("holder", k);
    wait_show("waiter", w);

    k = CHILD({
        op(2, 1, SEM_UNDO);
        pause();
    });
    wait_asleep(k, k);
    T(semctl(id, 0, IPC_RMID));
    kill(k, SIGKILL);
    wait_show("its set is gone", k);
}
