// about: System V IPC: what its owner, its group and others may do
// calls: semget semop semctl msgget msgsnd msgrcv msgctl shmget shmat shmctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

static int s, q, h;
static struct {
    long t;
    char b[8];
} m = {1, "abc"};

static void all(const char *who)
{
    union {
        unsigned short *a;
        struct semid_ds *d;
    } u;
    struct semid_ds sd;
    struct msqid_ds md;
    struct shmid_ds hd;
    unsigned short v[2] = {5, 5};
    struct sembuf up = {0, 1, 0}, zero = {1, 0, IPC_NOWAIT};
    say("-- %s", who);
    u.a = v;
    T(semctl(s, 0, SETVAL, 3));
    T(semctl(s, 0, GETVAL));
    T(semctl(s, 0, GETALL, u));
    T(semctl(s, 9, GETVAL));
    T(semctl(s, 0, SETALL, u));
    T(semop(s, &up, 1));
    T(semop(s, &zero, 1));
    u.d = &sd;
    T(semctl(s, 0, IPC_STAT, u));
    T(sys(semctl, s & 32767, 0, 20 /* SEM_STAT_ANY */, &sd) < 0 ? -1 : 0);
    T(semctl(s & 32767, 0, SEM_STAT, u) < 0 ? -1 : 0);
    T(semget(71, 0, 0) < 0 ? -1 : 0);
    T(semget(71, 0, 0444) < 0 ? -1 : 0);
    T(semget(71, 0, 0222) < 0 ? -1 : 0);
    T(msgsnd(q, &m, 3, IPC_NOWAIT));
    T(msgrcv(q, &m, 3, 0, IPC_NOWAIT));
    T(msgctl(q, IPC_STAT, &md));
    T(msgget(72, 0666) < 0 ? -1 : 0);
    void *p;
    T((p = shmat(h, NULL, SHM_RDONLY)) == (void *)-1 ? -1 : 0);
    T((p = shmat(h, NULL, 0)) == (void *)-1 ? -1 : 0);
    T((p = shmat(h, NULL, SHM_EXEC)) == (void *)-1 ? -1 : 0);
    T(shmctl(h, IPC_STAT, &hd));
    T(shmctl(h, SHM_LOCK, NULL));
    T(shmctl(h, SHM_UNLOCK, NULL));
    T(shmget(73, 0, 0600) < 0 ? -1 : 0);
}

static void set(int mode, int uid, int gid)
{
    union {
        struct semid_ds *d;
    } u;
    struct semid_ds sd;
    struct msqid_ds md;
    struct shmid_ds hd;
    u.d = &sd;
    semctl(s, 0, IPC_STAT, u);
    msgctl(q, IPC_STAT, &md);
    shmctl(h, IPC_STAT, &hd);
    sd.sem_perm.mode = md.msg_perm.mode = hd.shm_perm.mode = mode;
    sd.sem_perm.uid = md.msg_perm.uid = hd.shm_perm.uid = uid;
    sd.sem_perm.gid = md.msg_perm.gid = hd.shm_perm.gid = gid;
    T(semctl(s, 0, IPC_SET, u));
    T(msgctl(q, IPC_SET, &md));
    T(shmctl(h, IPC_SET, &hd));
}

static void user(const char *what)
{
    RUN(what, {
        become_user();
        all(what);
    });
}

int main(void)
{
    MUST(unshare(CLONE_NEWIPC));
    s = semget(71, 2, IPC_CREAT | 0600);
    q = msgget(72, IPC_CREAT | 0600);
    h = shmget(73, 4096, IPC_CREAT | 0600);
    all("root");
    user("other, 0600");
    set(0604, 0, 0);
    user("other, 0604");
    set(0602, 0, 0);
    user("other, 0602");
    set(0640, 0, 1000);
    user("its group, 0640");
    set(0066, 1000, 0);
    user("its owner, 0066");
    set(0600, 1000, 0);
    RUN("an owner who did not make it", {
        become_user();
        union {
            struct semid_ds *d;
        } u;
        struct semid_ds sd;
        struct msqid_ds md;
        u.d = &sd;
        semctl(s, 0, IPC_STAT, u);
        T(semctl(s, 0, IPC_SET, u));
        msgctl(q, IPC_STAT, &md);
        md.msg_qbytes = 100;
        T(msgctl(q, IPC_SET, &md));
        md.msg_qbytes = 1 << 20;
        T(msgctl(q, IPC_SET, &md));
        T(semctl(s, 0, IPC_RMID));
        T(msgctl(q, IPC_RMID, NULL));
        T(shmctl(h, IPC_RMID, NULL));
    });
    s = semget(71, 2, IPC_CREAT | 0666);
    q = msgget(72, IPC_CREAT | 0666);
    h = shmget(73, 4096, IPC_CREAT | 0666);
    RUN("not its owner", {
        become_user();
        struct semid_ds sd = {{0}};
        struct msqid_ds md = {{0}};
        T(sys(semctl, s, 0, IPC_SET, &sd));
        T(msgctl(q, IPC_SET, &md));
        T(semctl(s, 0, IPC_RMID));
        T(msgctl(q, IPC_RMID, NULL));
        T(shmctl(h, IPC_RMID, NULL));
    });
    RUN("a user's own", {
        become_user();
        s = semget(IPC_PRIVATE, 2, 0400);
        q = msgget(IPC_PRIVATE, 0200);
        h = shmget(IPC_PRIVATE, 4096, 0);
        all("own");
    });
}
