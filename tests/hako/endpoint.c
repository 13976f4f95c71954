// about: calls through endpoints: threads, processes, hand-off, every way to
// end timeout: 120
#include "check.h"

#define CALLS 2000

static long call(int fd, const void *data, unsigned n, void *room,
                 unsigned size)
{
    struct hako_message m = {(unsigned long)data, n, 0, 0, 0};
    struct hako_message r = {(unsigned long)room, size, 0, 0, 0};

    return syscall(HAKO_SYS_endpoint_call, fd, &m, &r);
}

static long receive(int fd, void *room, unsigned size, unsigned *token,
                    unsigned flags)
{
    struct hako_message m = {(unsigned long)room, size, 0, 0, 0};

    return syscall(HAKO_SYS_endpoint_receive, fd, &m, token, flags);
}

static long reply(int fd, unsigned token, const void *data, unsigned n)
{
    struct hako_message m = {(unsigned long)data, n, 0, 0, 0};

    return syscall(HAKO_SYS_endpoint_reply, fd, token, &m);
}

/* Answers n calls with the number plus one. */
static int serve(int fd, int n)
{
    while (n--) {
        unsigned token;
        long value, got = receive(fd, &value, sizeof value, &token, 0);

        if (got != sizeof value)
            return 1;
        value++;
        if (reply(fd, token, &value, sizeof value))
            return 2;
    }
    return 0;
}

static int side[2];

static void *serving_thread(void *unused)
{
    return (void *)(long)serve(side[0], CALLS);
}

static void make_calls(int n)
{
    for (long i = 0; i < n; i++) {
        long answer = -1;

        if (!CHECK(call(side[1], &i, sizeof i, &answer, sizeof answer) ==
                       sizeof answer &&
                   answer == i + 1))
            return;
    }
}

static void open_sides(void)
{
    CHECK(syscall(HAKO_SYS_endpoint_create, side) == 0);
}

static void close_sides(void)
{
    close(side[0]);
    close(side[1]);
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void between_threads(bool one_cpu)
{
    cpu_set_t all;
    pthread_t t;
    void *result;

    sched_getaffinity(0, sizeof all, &all);
    if (one_cpu)
        pin(0);
    open_sides();
    pthread_create(&t, NULL, serving_thread, NULL);
    make_calls(CALLS);
    pthread_join(t, &result);
    CHECK(result == NULL);
    close_sides();
    sched_setaffinity(0, sizeof all, &all);
}

/* On one CPU a call switches to the server and the reply back: nothing else
 * that waits for the CPU runs in between. */
static void hand_off(void)
{
    struct rusage before, after;
    cpu_set_t all;
    pid_t pid;

    sched_getaffinity(0, sizeof all, &all);
    pin(0);
    open_sides();
    pid = fork();
    if (pid == 0) {
        close(side[1]);
        _exit(serve(side[0], CALLS));
    }
    close(side[0]);
    until_asleep(pid);
    getrusage(RUSAGE_SELF, &before);
    make_calls(CALLS);
    getrusage(RUSAGE_SELF, &after);
    /* It slept once a call, no more. */
    CHECK(after.ru_nvcsw - before.ru_nvcsw <= CALLS + CALLS / 4);
    CHECK(ended(pid) == 0);
    close(side[1]);
    sched_setaffinity(0, sizeof all, &all);
}

static void *calling_thread(void *unused)
{
    make_calls(CALLS / 4);
    return NULL;
}

/* Four clients, four servers, in two processes. */
static void many(void)
{
    pthread_t t[4];
    pid_t pid[4];

    open_sides();
    for (int i = 0; i < 4; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            close(side[1]);
            for (;;) {
                int how = serve(side[0], 1);
                if (how)
                    _exit(how == 1 && errno == EPIPE ? 0 : 1);
            }
        }
    }
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, calling_thread, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    close_sides(); /* the servers get EPIPE */
    for (int i = 0; i < 4; i++)
        CHECK(ended(pid[i]) == 0);
}

static pid_t client(int how)
{
    pid_t pid = fork();
    long x = 1;

    if (pid == 0) {
        close(side[0]);
        if (call(side[1], &x, sizeof x, &x, sizeof x) >= 0)
            _exit(1);
        _exit(errno == how ? 0 : 2);
    }
    return pid;
}

/* The client is killed while the server has its call. */
static void client_dies(void)
{
    unsigned token;
    long x;
    pid_t pid;

    open_sides();
    pid = client(0);
    CHECK(receive(side[0], &x, sizeof x, &token, 0) == sizeof x);
    until_asleep(pid);
    kill(pid, SIGKILL);
    CHECK(ended(pid) == 128 + SIGKILL);
    CHECK(reply(side[0], token, &x, sizeof x) == -1 && errno == ECANCELED);
    CHECK(reply(side[0], token, &x, sizeof x) == -1 && errno == ENOENT);
    /* And one that waits, not yet received. */
    pid = client(0);
    until_asleep(pid);
    kill(pid, SIGKILL);
    CHECK(ended(pid) == 128 + SIGKILL);
    CHECK(receive(side[0], &x, sizeof x, &token, HAKO_ENDPOINT_NOWAIT) == -1 &&
          errno == EAGAIN);
    close_sides();
}

static void on_signal(int signo)
{
}

static void client_is_interrupted(void)
{
    struct sigaction a = {.sa_handler = on_signal};
    unsigned token;
    long x;
    pid_t pid;

    open_sides();
    sigaction(SIGUSR1, &a, NULL);
    pid = client(EINTR);
    CHECK(receive(side[0], &x, sizeof x, &token, 0) == sizeof x);
    until_asleep(pid);
    kill(pid, SIGUSR1);
    CHECK(ended(pid) == 0);
    CHECK(reply(side[0], token, &x, sizeof x) == -1 && errno == ECANCELED);
    close_sides();
}

/* The server's process dies with a call in its hands, and one waiting. */
static void server_dies(void)
{
    int told[2];
    pid_t server, clients[2];
    char c;

    open_sides();
    pipe(told);
    server = fork();
    if (server == 0) {
        unsigned token;
        long x;

        close(side[1]);
        receive(side[0], &x, sizeof x, &token, 0);
        write(told[1], "", 1);
        pause();
        _exit(0);
    }
    for (int i = 0; i < 2; i++)
        clients[i] = client(EPIPE);
    close(side[0]);
    CHECK(read(told[0], &c, 1) == 1);
    until_asleep(clients[0]);
    until_asleep(clients[1]);
    kill(server, SIGKILL);
    CHECK(ended(server) == 128 + SIGKILL);
    CHECK(ended(clients[0]) == 0 && ended(clients[1]) == 0);
    CHECK(call(side[1], &c, 1, &c, 1) == -1 && errno == EPIPE);
    close(side[1]);
    close(told[0]);
    close(told[1]);
}

static void revoked(void)
{
    int grant;
    unsigned token;
    long x;
    pid_t pid;

    /* The client's, while it waits for the reply. */
    open_sides();
    grant = side[1];
    side[1] = derive(grant, ~0u);
    pid = client(EBADF);
    CHECK(receive(side[0], &x, sizeof x, &token, 0) == sizeof x);
    until_asleep(pid);
    CHECK(revoke(side[1]) == 0);
    CHECK(ended(pid) == 0);
    CHECK(reply(side[0], token, &x, sizeof x) == -1 && errno == ECANCELED);
    CHECK(call(side[1], &x, 1, &x, 1) == -1 && errno == EBADF);
    close(grant);
    close_sides();

    /* The server's, while it waits for a call. */
    open_sides();
    grant = side[0];
    side[0] = derive(grant, ~0u);
    pid = fork();
    if (pid == 0)
        _exit(receive(side[0], &x, sizeof x, &token, 0) == -1 && errno == EBADF
                  ? 0
                  : 1);
    until_asleep(pid);
    CHECK(revoke(side[0]) == 0);
    CHECK(ended(pid) == 0);
    close(grant);
    close_sides();
}

/* Handles travel; a call's sides cannot be swapped; hostile arguments. */
static void messages(void)
{
    int room[4] = {-1, -1, -1, -1}, send[2], fds[2], token_fd;
    struct hako_message m = {0}, r = {0};
    unsigned token;
    char c = 0, big[8] = "";
    pid_t pid;

    open_sides();
    pipe(fds);
    pid = fork();
    if (pid == 0) {
        m = (struct hako_message){(unsigned long)big, sizeof big,
                                  (unsigned long)room, 0, 4};
        if (syscall(HAKO_SYS_endpoint_receive, side[0], &m, &token, 0) != 1 ||
            m.handle_count != 2)
            _exit(1);
        if (write(room[1], "z", 1) != 1)
            _exit(2);
        _exit(reply(side[0], token, big, 0) != 0);
    }
    send[0] = fds[0];
    send[1] = fds[1];
    m = (struct hako_message){(unsigned long)&c, 1, (unsigned long)send, 2, 0};
    CHECK(syscall(HAKO_SYS_endpoint_call, side[1], &m, &r) == 0);
    CHECK(read(fds[0], &c, 1) == 1 && c == 'z');
    CHECK(ended(pid) == 0);

    CHECK(call(side[0], &c, 1, &c, 1) == -1 && errno == EBADF);
    CHECK(receive(side[1], &c, 1, &token, 0) == -1 && errno == EBADF);
    CHECK(call(fds[0], &c, 1, &c, 1) == -1);
    CHECK(call(-1, &c, 1, &c, 1) == -1 && errno == EBADF);
    CHECK(receive(side[0], &c, 1, &token, 8) == -1 && errno == EINVAL);
    CHECK(call(side[1], big, 65537, &c, 1) == -1 && errno == EMSGSIZE);
    CHECK(call(side[1], (void *)8, 16, &c, 1) == -1 && errno == EFAULT);
    CHECK(syscall(HAKO_SYS_endpoint_call, side[1], 1, 1) == -1 &&
          errno == EFAULT);
    send[0] = 999;
    CHECK(syscall(HAKO_SYS_endpoint_call, side[1], &m, &r) == -1 &&
          errno == EBADF);
    m.handle_count = 9;
    CHECK(syscall(HAKO_SYS_endpoint_call, side[1], &m, &r) == -1 &&
          errno == EMSGSIZE);
    CHECK(reply(side[0], 12345, &c, 1) == -1 && errno == ENOENT);
    close(fds[0]);
    close(fds[1]);
    close_sides();
}

/* What poll says of each side, and that it wakes. */
static void polled(void)
{
    struct pollfd p;
    pid_t pid;
    long x;
    unsigned token;

    open_sides();
    p = (struct pollfd){side[0], POLLIN, 0};
    CHECK(poll(&p, 1, 0) == 0);
    pid = client(EPIPE);
    CHECK(poll(&p, 1, 60000) == 1 && p.revents == POLLIN);
    CHECK(receive(side[0], &x, sizeof x, &token, 0) == sizeof x);
    CHECK(poll(&p, 1, 0) == 0);
    close(side[0]);
    CHECK(ended(pid) == 0);
    p = (struct pollfd){side[1], POLLOUT, 0};
    CHECK(poll(&p, 1, 0) == 1 && p.revents & POLLERR);
    close(side[1]);

    open_sides();
    pid = fork();
    if (pid == 0) { /* waits for the server's end */
        close(side[0]);
        p = (struct pollfd){side[1], 0, 0};
        _exit(poll(&p, 1, 60000) == 1 && p.revents & POLLERR ? 0 : 1);
    }
    until_asleep(pid);
    close(side[0]);
    CHECK(ended(pid) == 0);
    close(side[1]);
}

int main(void)
{
    between_threads(false);
    between_threads(true);
    hand_off();
    many();
    client_dies();
    client_is_interrupted();
    server_dies();
    revoked();
    messages();
    polled();
    return failed;
}
