// about: RLIMIT_CPU holds for children, each for its own time
// timeout: 120
// calls: setrlimit prlimit64 fork wait4
#include "abi.h"

static _Noreturn void burn(void)
{
    for (volatile long i = 0;; i++)
        ;
}

static void *thread(void *arg)
{
    (void)arg;
    burn();
}

static void caught(int signo)
{
    say("caught %d", signo == SIGXCPU);
    _exit(3);
}

int main(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    RUN("a child of who set it", {
        setrlimit(RLIMIT_CPU, &(struct rlimit){3, 3});
        RUN("child", burn());
        RUN("grandchild", RUN("it", burn()));
        say("the parent has used little");
    });
    RUN("soft", {
        setrlimit(RLIMIT_CPU, &(struct rlimit){3, 60});
        RUN("child", burn());
        signal(SIGXCPU, caught);
        RUN("handler inherited", burn());
        RUN("threads", {
            pthread_t t[3];
            for (int i = 0; i < 3; i++)
                pthread_create(&t[i], NULL, thread, NULL);
            burn();
        });
    });
    RUN("exec", {
        setrlimit(RLIMIT_CPU, &(struct rlimit){1, 1});
        execl("/bin/sh", "sh", "-c", "while :; do :; done", NULL);
    });
}
