// about: System V messages: types, sizes, full queues, waiting, removal
// calls: msgget msgsnd msgrcv msgctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/msg.h>
struct m {
    long t;
    char b[100];
};
int main(void)
{
    key_t key = 0x41424903;
    struct m a = {1, "one"}, g;
    T(msgget(key, 0600));
    int q = msgget(key, IPC_CREAT | 0600);
    Y(q >= 0);
    T(msgget(key, IPC_CREAT | IPC_EXCL | 0600));
    T(msgsnd(q, &a, 4, 0));
    a = (struct m){3, "three"};
    T(msgsnd(q, &a, 6, 0));
    a = (struct m){2, "two"};
    T(msgsnd(q, &a, 4, 0));
    a = (struct m){3, "again"};
    T(msgsnd(q, &a, 6, 0));
    struct msqid_ds d;
    T(msgctl(q, IPC_STAT, &d));
    say("%d messages, limit %d", (int)d.msg_qnum, (int)d.msg_qbytes);
    T(msgrcv(q, &g, 100, 3, 0));
    STR(g.b);
    T(msgrcv(q, &g, 100, -2, 0));
    STR(g.b);
    N(g.t);
    T(msgrcv(q, &g, 100, 9, IPC_NOWAIT));
    T(msgrcv(q, &g, 2, 0, IPC_NOWAIT));
    T(msgrcv(q, &g, 2, 0, IPC_NOWAIT | MSG_NOERROR));
    T(msgrcv(q, &g, 100, 3, IPC_NOWAIT | 020000 /* EXCEPT */));
    T(msgrcv(q, &g, 100, 0, 0));
    STR(g.b);
    T(msgrcv(q, &g, 100, 0, IPC_NOWAIT));
    a.t = 0;
    T(msgsnd(q, &a, 4, 0));
    a.t = -1;
    T(msgsnd(q, &a, 4, 0));
    a.t = 1;
    T(msgsnd(q, &a, -1L, 0));
    T(msgsnd(q, &a, 8193, 0));
    T(msgsnd(q, &a, 0, 0));
    T(msgrcv(q, &g, 100, 0, 0));
    BAD(p, sys(msgsnd, q, p, 4, IPC_NOWAIT));
    say("-- full");
    static struct {
        long t;
        char b[4000];
    } big = {1, ""};
    int n = 0;
    while (msgsnd(q, &big, 4000, IPC_NOWAIT) == 0)
        n++;
    say("%d, then %s", n, errname(errno));
    pid_t k = CHILD(_exit(msgsnd(q, &big, 4000, 0) ? errno : 0));
    wait_asleep(k, k);
    msgrcv(q, &big, 4000, 0, 0);
    wait_show("sender", k);
    while (msgrcv(q, &big, 4000, 0, IPC_NOWAIT) > 0)
        ;
    k = CHILD(_exit(msgrcv(q, &g, 100, 7, 0)));
    wait_asleep(k, k);
    a.t = 6;
    msgsnd(q, &a, 4, 0);
    ms(20);
    T(waitpid(k, NULL, WNOHANG));
    a.t = 7;
    msgsnd(q, &a, 5, 0);
    wait_show("receiver", k);
    k = CHILD(T(msgrcv(q, &g, 100, 7, 0)));
    wait_asleep(k, k);
    msgctl(q, IPC_RMID, NULL);
    wait_show("removed", k);
    T(msgrcv(q, &g, 100, 0, 0));
    T(msgctl(q, IPC_STAT, &d));
    T(msgctl(-1, IPC_STAT, &d));
}
