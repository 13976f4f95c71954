// about: reads that are submitted and taken back, and that complete later
// timeout: 120
// A blocked call is a request (core/request.h): a signal or a kill cancels it,
// data completes it, whoever comes first decides and nothing is lost.
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "check.h"

#define BYTES 3000

static void on_signal(int signo)
{
}

/* Interrupted before anything came: EINTR, and the next byte is still there. */
static void taken_back(int reading, int writing)
{
    struct sigaction a = {.sa_handler = on_signal};
    pid_t pid;
    char c;

    sigaction(SIGUSR1, &a, NULL);
    pid = fork();
    if (pid == 0) {
        if (read(reading, &c, 1) != -1 || errno != EINTR)
            _exit(1);
        _exit(read(reading, &c, 1) == 1 && c == 'x' ? 0 : 2);
    }
    until_asleep(pid);
    kill(pid, SIGUSR1);
    nap(20);
    until_asleep(pid);
    CHECK(write(writing, "x", 1) == 1);
    CHECK(ended(pid) == 0);
}

/* Killed while it is blocked: what comes later goes to the next reader. */
static void killed(int reading, int writing)
{
    pid_t pid = fork();
    char c = 0;

    if (pid == 0) {
        read(reading, &c, 1);
        _exit(0);
    }
    until_asleep(pid);
    kill(pid, SIGKILL);
    CHECK(ended(pid) == 128 + SIGKILL);
    CHECK(write(writing, "y", 1) == 1);
    CHECK(read(reading, &c, 1) == 1 && c == 'y');
}

static void completes_later(int reading, int writing)
{
    pid_t pid = fork();
    char c;

    if (pid == 0)
        _exit(read(reading, &c, 1) == 1 && c == 'z' ? 0 : 1);
    until_asleep(pid);
    CHECK(write(writing, "z", 1) == 1);
    CHECK(ended(pid) == 0);
}

/* SA_RESTART: the request is submitted again. */
static void restarted(int reading, int writing)
{
    struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    pid_t pid;
    char c;

    sigaction(SIGUSR1, &a, NULL);
    pid = fork();
    if (pid == 0)
        _exit(read(reading, &c, 1) == 1 && c == 'r' ? 0 : 1);
    for (int i = 0; i < 5; i++) {
        until_asleep(pid);
        kill(pid, SIGUSR1);
    }
    until_asleep(pid);
    CHECK(write(writing, "r", 1) == 1);
    CHECK(ended(pid) == 0);
}

/* ---------------------------------------------- completion against cancel */

static int reading_end;
static atomic_long received;
static atomic_bool over;

static void *reader(void *unused)
{
    char c;

    while (!over || received < BYTES) {
        ssize_t n = read(reading_end, &c, 1);
        if (n == 1)
            received++;
        else if (n == 0 || errno != EINTR)
            break;
    }
    return NULL;
}

/* Signals rain on the readers while single bytes arrive: none is lost and none
 * comes twice. */
static void race(int reading, int writing)
{
    struct sigaction a = {.sa_handler = on_signal};
    pthread_t t[3];

    sigaction(SIGUSR1, &a, NULL);
    received = 0;
    over = false;
    reading_end = reading;
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, reader, NULL);
    for (int i = 0; i < BYTES; i++) {
        CHECK(write(writing, "b", 1) == 1);
        pthread_kill(t[i % 3], SIGUSR1);
    }
    for (int i = 0; i < 30000 && received < BYTES; i++)
        nap(1);
    CHECK(received == BYTES);
    over = true;
    close(writing);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    close(reading);
}

/* A deadline takes it back as well. */
static void deadline(void)
{
    struct timeval t = {0, 50000};
    int pair[2];
    char c;

    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    CHECK(recv(pair[0], &c, 1, 0) == -1 && errno == EAGAIN);
    write(pair[1], "d", 1);
    CHECK(recv(pair[0], &c, 1, 0) == 1 && c == 'd');
    /* All of it or nothing more than the deadline allows. */
    write(pair[1], "ef", 2);
    char some[8];
    CHECK(recv(pair[0], some, sizeof some, MSG_WAITALL) == 2);
    close(pair[0]);
    close(pair[1]);
}

/* The other end goes while a read is in flight. */
static void end_of_file(int reading, int writing)
{
    pid_t pid = fork();
    char c;

    if (pid == 0) {
        close(writing);
        _exit(read(reading, &c, 1) == 0 ? 0 : 1);
    }
    until_asleep(pid);
    close(writing);
    CHECK(ended(pid) == 0);
    close(reading);
}

static void objects_that_count(void)
{
    int fd = eventfd(0, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec soon = {.it_value = {0, 30000000}};
    uint64_t v = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(read(fd, &v, 8) == 8 && v == 5 ? 0 : 1);
    until_asleep(pid);
    v = 5;
    CHECK(write(fd, &v, 8) == 8);
    CHECK(ended(pid) == 0);
    timerfd_settime(timer, 0, &soon, NULL);
    CHECK(read(timer, &v, 8) == 8 && v == 1);
    close(fd);
    close(timer);
}

static void all_of(int reading, int writing)
{
    taken_back(reading, writing);
    killed(reading, writing);
    completes_later(reading, writing);
    restarted(reading, writing);
}

int main(void)
{
    int pair[2];

    pipe(pair);
    all_of(pair[0], pair[1]);
    race(pair[0], pair[1]);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    all_of(pair[0], pair[1]);
    race(pair[0], pair[1]);
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    all_of(pair[0], pair[1]);
    pipe(pair);
    end_of_file(pair[0], pair[1]);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    end_of_file(pair[0], pair[1]);
    deadline();
    objects_that_count();
    return failed;
}
