// about: System V messages: MSG_EXCEPT, MSG_COPY, several who wait, IPC_SET and
// about: removal meanwhile, status
// calls: msgget msgsnd msgrcv msgctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/msg.h>

struct m {
    long t;
    char b[64];
};
#ifndef MSG_COPY
#define MSG_COPY 040000
#endif
static int q;

static int snd(long type, const char *text, int flags)
{
    struct m m = {type, ""};
    strcpy(m.b, text);
    return msgsnd(q, &m, strlen(text) + 1, flags);
}

static void rcv(long type, int flags)
{
    struct m g = {0, ""};
    errno = 0;
    long n = msgrcv(q, &g, sizeof g.b, type, flags | IPC_NOWAIT);
    if (n < 0)
        say("type %ld flags %o: %s", type, flags, errname(errno));
    else
        say("type %ld flags %o: %ld bytes of type %ld: %s", type, flags, n, g.t,
            g.b);
}

static pid_t receiver(const char *name, long type, int size, int flags)
{
    pid_t k = CHILD({
        struct m g = {0, ""};
        errno = 0;
        long n = msgrcv(q, &g, size, type, flags);
        say("%s: %ld %s type %ld %s", name, n, errname(n < 0 ? errno : 0), g.t,
            n > 0 ? g.b : "");
    });
    wait_asleep(k, k);
    return k;
}

int main(void)
{
    MUST(unshare(CLONE_NEWIPC));
    T(q = msgget(5, IPC_CREAT | 0600));
    T(snd(4, "four", 0));
    T(snd(2, "two", 0));
    T(snd(3, "three", 0));
    T(snd(2, "two again", 0));
    say("-- copies");
    for (int i = 0; i < 5; i++)
        rcv(i, MSG_COPY);
    struct m g;
    T(msgrcv(q, &g, 64, 0, MSG_COPY));
    T(msgrcv(q, &g, 64, 0, MSG_COPY | IPC_NOWAIT | MSG_EXCEPT));
    T(msgrcv(q, &g, 2, 0, MSG_COPY | IPC_NOWAIT));
    T(msgrcv(q, &g, 2, 0, MSG_COPY | IPC_NOWAIT | MSG_NOERROR));
    say("-- choice");
    rcv(4, MSG_EXCEPT);
    rcv(-3, 0);
    rcv(-1, 0);
    rcv(0, MSG_EXCEPT);
    rcv(-9, 0);
    rcv(0, 0);
    snd(1, "truncated", 0);
    T(msgrcv(q, &g, 0, 0, 0));
    T(msgrcv(q, &g, 0, 0, MSG_NOERROR));
    BAD(p, sys(msgrcv, q, p, 8, 0, IPC_NOWAIT));
    snd(1, "lost", 0);
    T(sys(msgrcv, q, 8, 8, 0, IPC_NOWAIT));
    rcv(0, 0);
    T(msgrcv(q, &g, -1, 0, IPC_NOWAIT));
    T(msgrcv(-1, &g, 4, 0, IPC_NOWAIT));
    T(msgrcv(q + 1, &g, 4, 0, IPC_NOWAIT));

    say("-- receivers");
    pid_t k[3];
    k[0] = receiver("type 5", 5, 64, 0);
    k[1] = receiver("not 5", 5, 64, MSG_EXCEPT);
    k[2] = receiver("up to 3", -3, 64, 0);
    snd(9, "nine", 0);
    wait_show("not 5", k[1]);
    snd(3, "three", 0);
    wait_show("up to 3", k[2]);
    snd(5, "five", 0);
    wait_show("type 5", k[0]);
    k[0] = CHILD(_exit(msgrcv(q, &g, 3, 0, 0) < 0 ? errno : 0));
    wait_asleep(k[0], k[0]);
    k[1] = receiver("cut", 0, 3, MSG_NOERROR);
    snd(1, "much", 0);
    wait_show("cut", k[1]);
    wait_show("short", k[0]);
    rcv(0, 0);

    say("-- senders");
    struct msqid_ds d;
    T(msgctl(q, IPC_STAT, &d));
    d.msg_qbytes = 20;
    T(msgctl(q, IPC_SET, &d));
    T(snd(1, "123456789", 0));
    T(snd(1, "123456789", 0));
    T(snd(1, "123456789", IPC_NOWAIT));
    k[0] = CHILD(_exit(snd(2, "long message!", 0) ? errno : 0));
    wait_asleep(k[0], k[0]);
    k[1] = CHILD(_exit(snd(3, "short", 0) ? errno : 0));
    wait_asleep(k[1], k[1]);
    rcv(1, 0);
    wait_show("short", k[1]);
    T(waitpid(k[0], NULL, WNOHANG));
    rcv(1, 0);
    wait_show("long", k[0]);
    rcv(0, 0);
    rcv(0, 0);
    k[0] = CHILD(_exit(snd(2, "twenty-one characters", 0) ? errno : 0));
    wait_asleep(k[0], k[0]);
    d.msg_qbytes = 30;
    T(msgctl(q, IPC_SET, &d));
    wait_show("room was made", k[0]);
    rcv(0, 0);

    say("-- status");
    T(msgctl(q, IPC_STAT, &d));
    say("key %d mode %o bytes %lu count %lu of %lu", d.msg_perm.__key,
        d.msg_perm.mode, d.__msg_cbytes, d.msg_qnum, d.msg_qbytes);
    Y(d.msg_lspid == k[0]);
    Y(d.msg_lrpid == getpid());
    Y(labs(d.msg_stime - time(NULL)) < 100 &&
      labs(d.msg_rtime - time(NULL)) < 100);
    snd(1, "x", 0);
    struct msginfo mi;
    T(msgctl(q, IPC_INFO, (void *)&mi));
    say("%d %d %d %d %d %d %d %d", mi.msgpool, mi.msgmap, mi.msgmax, mi.msgmnb,
        mi.msgmni, mi.msgssz, mi.msgtql, mi.msgseg);
    T(msgctl(q, MSG_INFO, (void *)&mi));
    say("%d queues %d messages %d bytes", mi.msgpool, mi.msgmap, mi.msgtql);
    T(msgctl(0, MSG_STAT, &d));
    T(msgctl(1, MSG_STAT, &d));
    T(sys(msgctl, 0, 13 /* MSG_STAT_ANY */, &d));
    T(msgctl(q, 99, &d));
    T(msgctl(q, -1, &d));
    BAD(p, sys(msgctl, q, IPC_STAT, p));
    BAD(p, sys(msgctl, q, IPC_SET, p));

    say("-- removal");
    rcv(0, 0);
    k[0] = CHILD(_exit(msgrcv(q, &g, 3, 0, 0) < 0 ? errno : 0));
    k[1] = CHILD(_exit(msgrcv(q, &g, 3, 1, 0) < 0 ? errno : 0));
    wait_asleep(k[0], k[0]);
    wait_asleep(k[1], k[1]);
    T(msgctl(q, IPC_RMID, NULL));
    wait_show("any", k[0]);
    wait_show("one", k[1]);
    T(snd(1, "x", 0));
    T(q = msgget(5, IPC_CREAT | 0600));
    while (!snd(1, "01234567890123456789012345678901234567890123456789",
                IPC_NOWAIT))
        ;
    k[0] = CHILD(_exit(
        snd(1, "01234567890123456789012345678901234567890123", 0) ? errno : 0));
    wait_asleep(k[0], k[0]);
    T(msgctl(q, IPC_RMID, NULL));
    wait_show("sender", k[0]);

    say("-- permission goes meanwhile");
    T(q = msgget(IPC_PRIVATE, 0666));
    k[0] = CHILD({
        become_user();
        struct m b;
        _exit(msgrcv(q, &b, 8, 0, 0) < 0 ? errno : 0);
    });
    wait_asleep(k[0], k[0]);
    msgctl(q, IPC_STAT, &d);
    d.msg_perm.mode = 0600;
    T(msgctl(q, IPC_SET, &d));
    wait_show("user", k[0]);
    T(msgctl(q, IPC_RMID, NULL));
}
