// about: replies to guessed calls, callers that give up, servers that go
// timeout: 120
#include "check.h"

static int side[2];
static atomic_int stop;

static long receive_to(void *room, unsigned size, unsigned *token)
{
    struct hako_message m = {(unsigned long)room, size, 0, 0, 0};

    return syscall(HAKO_SYS_endpoint_receive, side[0], &m, token,
                   HAKO_ENDPOINT_NOWAIT);
}

static long call_with(unsigned char byte)
{
    unsigned char data[60000], room[8];
    struct hako_message m = {(unsigned long)data, sizeof data, 0, 0, 0};
    struct hako_message r = {(unsigned long)room, sizeof room, 0, 0, 0};

    memset(data, byte, sizeof data);
    return syscall(HAKO_SYS_endpoint_call, side[1], &m, &r);
}

static void *caller(void *unused)
{
    for (unsigned char i = 0; !atomic_load(&stop); i++)
        call_with(0x55);
    return NULL;
}

/* Answers calls that others are just receiving. */
static void *guesser(void *unused)
{
    struct hako_message empty = {0};

    for (unsigned token = 1; !atomic_load(&stop); token++)
        for (unsigned back = 0; back < 8 && back < token; back++)
            syscall(HAKO_SYS_endpoint_reply, side[0], token - back, &empty);
    return NULL;
}

/* Into memory that is not there yet, so that the copy takes its time. */
static void *receiver(void *unused)
{
    while (!atomic_load(&stop)) {
        unsigned char *room = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        unsigned token;
        long n = receive_to(room, 65536, &token);

        for (long i = 0; i < n; i++)
            if (room[i] != 0x55) {
                CHECK(!"the call's bytes");
                break;
            }
        if (n >= 0)
            syscall(HAKO_SYS_endpoint_reply, side[0], token,
                    &(struct hako_message){0});
        munmap(room, 65536);
    }
    return NULL;
}

static void guessing(void)
{
    pthread_t t[6];

    CHECK(!syscall(HAKO_SYS_endpoint_create, side));
    pthread_create(&t[0], NULL, caller, NULL);
    pthread_create(&t[1], NULL, caller, NULL);
    pthread_create(&t[2], NULL, receiver, NULL);
    pthread_create(&t[3], NULL, receiver, NULL);
    pthread_create(&t[4], NULL, guesser, NULL);
    nap(3000);
    atomic_store(&stop, 1);
    pthread_join(t[2], NULL);
    pthread_join(t[3], NULL);
    pthread_join(t[4], NULL);
    close(side[0]);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    close(side[1]);
}

static void nothing(int signo)
{
}

/* The caller is killed or interrupted while its call is with the server; then
 * the server goes. */
static void giving_up(void)
{
    struct sigaction a = {.sa_handler = nothing};

    for (int i = 0; i < 100; i++) {
        unsigned char room[8];
        unsigned token;
        pid_t pid;

        CHECK(!syscall(HAKO_SYS_endpoint_create, side));
        pid = fork();
        if (!pid) {
            sigaction(SIGUSR1, &a, NULL);
            close(side[0]);
            call_with(1);
            _exit(0);
        }
        until_asleep(pid);
        CHECK(receive_to(room, sizeof room, &token) >= 0);
        kill(pid, i % 2 ? SIGKILL : SIGUSR1);
        waitpid(pid, NULL, 0);
        close(side[0]);
        close(side[1]);
    }
}

/* A bad place for the number takes no call away. */
static void bad_number(void)
{
    unsigned char room[8];
    struct hako_message m = {(unsigned long)room, sizeof room, 0, 0, 0};
    unsigned token;
    pid_t pid;

    CHECK(!syscall(HAKO_SYS_endpoint_create, side));
    pid = fork();
    if (!pid) {
        close(side[0]);
        _exit(call_with(1) == 0 ? 0 : 1);
    }
    until_asleep(pid);
    errno = 0;
    CHECK(syscall(HAKO_SYS_endpoint_receive, side[0], &m, 8, 0) == -1 &&
          errno == EFAULT);
    CHECK(receive_to(room, sizeof room, &token) == sizeof room);
    CHECK(!syscall(HAKO_SYS_endpoint_reply, side[0], token,
                   &(struct hako_message){0}));
    CHECK(ended(pid) == 0);
    close(side[0]);
    close(side[1]);
}

int main(void)
{
    guessing();
    giving_up();
    bad_number();
    return failed;
}
