// about: Threads: ids, sharing, exit of one, exit of the leader, exit_group,
// about: exec from a thread
// calls: clone gettid exit exit_group execve tgkill
#include "abi.h"

static volatile int x;
static pid_t leader;
static void *ids(void *a)
{
    Y(getpid() == leader);
    Y(sys(gettid) != leader);
    Y(getppid() > 0);
    x = 5;
    close(50);
    return (void *)77;
}
static void *quit(void *a)
{
    _exit(9);
}
static void *linger(void *a)
{
    wait_state(getpid(), getpid(), 'Z');
    say("the thread outlives its leader: %d",
        task_state(getpid(), getpid()) == 'Z');
    sys(exit, 4);
    return NULL;
}
static void *exec(void *a)
{
    leader = getpid();
    execl("/bin/busybox", "sh", "-c", "exit 12", NULL);
    return NULL;
}
static void *forever(void *a)
{
    for (;;)
        pause();
}
static void *spin(void *a)
{
    for (;;)
        x++;
}
static void *crash(void *a)
{
    *(volatile int *)8 = 1;
    return NULL;
}
static void *forker(void *a)
{
    RUN("child of a thread", {
        Y(sys(gettid) == getpid());
        Y(getppid() == leader);
    });
    return NULL;
}
int main(void)
{
    pthread_t t;
    void *r;
    leader = getpid();
    dup2(0, 50);
    pthread_create(&t, NULL, ids, NULL);
    pthread_join(t, &r);
    N((long)r);
    N(x);
    T(fcntl(50, F_GETFD));
    RUN("exit_group in a thread", {
        pthread_create(&t, NULL, forever, NULL);
        pthread_create(&t, NULL, spin, NULL);
        pthread_create(&t, NULL, quit, NULL);
        pause();
    });
    RUN("the leader exits first", {
        pthread_create(&t, NULL, linger, NULL);
        sys(exit, 3);
    });
    RUN("exec in a thread", {
        pthread_create(&t, NULL, forever, NULL);
        pthread_create(&t, NULL, spin, NULL);
        pthread_create(&t, NULL, exec, NULL);
        for (;;)
            pause();
    });
    RUN("the leader has exited, a thread execs", {
        pthread_create(&t, NULL, exec, NULL);
        sys(exit, 1);
    });
    RUN("main returns", {
        pthread_create(&t, NULL, spin, NULL);
        exit(6);
    });
    RUN("SIGKILL with threads", {
        pthread_create(&t, NULL, spin, NULL);
        pthread_create(&t, NULL, forever, NULL);
        kill(getpid(), SIGKILL);
    });
    RUN("a crash in a thread", {
        pthread_create(&t, NULL, crash, NULL);
        pause();
    });
    pthread_create(&t, NULL, forker, NULL);
    pthread_join(t, NULL);
    say("-- stopping and continuing all threads");
    pid_t k = CHILD({
        pthread_create(&t, NULL, spin, NULL);
        raise(SIGSTOP);
        int a = x;
        for (int i = 0; i < 12000 && x == a; i++)
            ms(5);
        Y(x != a);
    });
    int st;
    waitpid(k, &st, WUNTRACED);
    show_status("stopped", st);
    int running = 0;
    for (int i = 0; i < 5; i++) {
        ms(5);
        running += task_state(k, k) != 'T';
    }
    N(running);
    kill(k, SIGCONT);
    wait_show("end", k);
    say("-- a process whose leader exited is a zombie that cannot be reaped "
        "yet");
    k = CHILD({
        pthread_create(&t, NULL, forever, NULL);
        sys(exit, 1);
    });
    wait_state(k, k, 'Z');
    Y(task_state(k, k) == 'Z');
    T(waitpid(k, &st, WNOHANG));
    T(kill(k, 0));
    kill(k, SIGTERM);
    wait_show("end", k);
}
