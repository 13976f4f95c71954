// about: System V shared memory: keys, attach, detach, removal, permissions,
// about: limits
// calls: shmget shmat shmdt shmctl
#include "abi.h"

#include <sys/ipc.h>
#include <sys/shm.h>
int main(void)
{
    struct shmid_ds d;
    key_t key = 0x41424901;
    T(shmget(key, 4096, 0600));
    int id = shmget(key, 5000, IPC_CREAT | 0640);
    Y(id >= 0);
    Y(shmget(key, 0, 0) == id);
    Y(shmget(key, 5000, IPC_CREAT | 0600) == id);
    T(shmget(key, 5000, IPC_CREAT | IPC_EXCL | 0600));
    T(shmget(key, 5001, 0));
    T(shmget(IPC_PRIVATE, 0, 0600));
    T(shmget(IPC_PRIVATE, -1L, 0600));
    T(shmctl(id, IPC_STAT, &d));
    say("mode %o size %d attached %d cpid %d uid %d", d.shm_perm.mode,
        (int)d.shm_segsz, (int)d.shm_nattch, d.shm_cpid == getpid(),
        d.shm_perm.uid);
    char *m = shmat(id, NULL, 0), *r = shmat(id, NULL, SHM_RDONLY);
    Y(m != (void *)-1 && r != (void *)-1 && m != r);
    strcpy(m, "shared");
    STR(r);
    RUN("write to the read-only one", r[0] = 1);
    RUN("child", {
        shmctl(id, IPC_STAT, &d);
        N(d.shm_nattch);
        strcpy(m, "by child");
    });
    STR(r);
    shmctl(id, IPC_STAT, &d);
    N(d.shm_nattch);
    T(shmdt(r));
    T(shmdt(r));
    T(shmdt(m + 1));
    T(shmat(id, m + 100, 0) == (void *)-1 ? -1 : 0);
    T(shmat(id, m, 0) == (void *)-1 ? -1 : 0);
    T(shmat(9999999, NULL, 0) == (void *)-1 ? -1 : 0);
    T(shmat(-1, NULL, 0) == (void *)-1 ? -1 : 0);
    T(shmctl(id, IPC_RMID, NULL));
    STR(m);
    T(shmctl(id, IPC_STAT, &d));
    say("dest %d", !!(d.shm_perm.mode & 01000));
    T(shmget(key, 0, 0));
    T(shmdt(m));
    T(shmctl(id, IPC_STAT, &d));
    say("-- permissions");
    id = shmget(IPC_PRIVATE, 4096, 0600);
    RUN("user", {
        become_user();
        T(shmat(id, NULL, 0) == (void *)-1 ? -1 : 0);
        T(shmctl(id, IPC_STAT, &d));
        T(shmctl(id, IPC_RMID, NULL));
    });
    shmctl(id, IPC_STAT, &d);
    d.shm_perm.mode = 0444;
    T(shmctl(id, IPC_SET, &d));
    RUN("user", {
        become_user();
        T(shmat(id, NULL, 0) == (void *)-1 ? -1 : 0);
        T(shmat(id, NULL, SHM_RDONLY) == (void *)-1 ? -1 : 0);
    });
    T(shmctl(id, 99, NULL));
    BAD(p, sys(shmctl, id, IPC_STAT, p));
    T(shmctl(id, IPC_RMID, NULL));
    say("-- a namespace of its own");
    id = shmget(key, 4096, IPC_CREAT | 0600);
    RUN("other", {
        T(unshare(CLONE_NEWIPC));
        T(shmget(key, 0, 0));
        T(shmget(key, 4096, IPC_CREAT | 0600) >= 0 ? 0 : -1);
    });
    shmctl(id, IPC_RMID, NULL);
}
