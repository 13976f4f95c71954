// about: SO_PEERCRED while processes listen and connect at once
// calls: listen connect accept4 getsockopt
#include "abi.h"

#define TURNS 400

static struct sockaddr_un name = {AF_UNIX, "credentials"};

static int one_of(const struct ucred *c, const pid_t *pids, int n)
{
    for (int i = 0; i < n; i++)
        if (c->pid == pids[i] && c->uid == 0 && c->gid == 0)
            return 1;
    return 0;
}

int main(void)
{
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), wrong = 0, failed = 0;
    pid_t pids[4] = {getpid()};
    socklen_t size;

    T(bind(listener, (void *)&name, sizeof name));
    T(listen(listener, 8));
    for (int i = 1; i < 4; i++) {
        pids[i] = fork();
        if (!pids[i]) {
            for (;;)
                listen(listener, 8);
        }
    }
    for (int i = 0; i < TURNS; i++) {
        int client = socket(AF_UNIX, SOCK_STREAM, 0), server;
        struct ucred of_server, of_client;

        if (connect(client, (void *)&name, sizeof name)) {
            failed++;
            continue;
        }
        size = sizeof of_server;
        getsockopt(client, SOL_SOCKET, SO_PEERCRED, &of_server, &size);
        server = accept(listener, NULL, NULL);
        size = sizeof of_client;
        getsockopt(server, SOL_SOCKET, SO_PEERCRED, &of_client, &size);
        wrong += !one_of(&of_server, pids, 4);
        wrong += !one_of(&of_client, pids, 1);
        close(server);
        close(client);
    }
    for (int i = 1; i < 4; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    say("wrong %d, failed %d", wrong, failed);
    return 0;
}
