// about: POSIX shared memory and named semaphores live in /dev/shm
// calls: openat mmap ftruncate unlinkat futex linkat
#include "abi.h"

#include <semaphore.h>
int main(void)
{
    int fd = T(shm_open("/abi-shm", O_CREAT | O_EXCL | O_RDWR, 0600));
    T(shm_open("/abi-shm", O_CREAT | O_EXCL | O_RDWR, 0600));
    T(ftruncate(fd, 8192));
    char *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    strcpy(m, "by parent");
    RUN("child", {
        int g = shm_open("/abi-shm", O_RDWR, 0);
        char *q = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, g, 0);
        STR(q);
        strcpy(q, "by child");
    });
    STR(m);
    struct stat st;
    T(stat("/dev/shm/abi-shm", &st));
    say("%s %o %d", ftype(st.st_mode), st.st_mode & 07777, (int)st.st_size);
    T(fcntl(fd, F_GETFD));
    T(shm_unlink("/abi-shm"));
    T(shm_unlink("/abi-shm"));
    STR(m);
    T(shm_open("/a/b", O_CREAT | O_RDWR, 0600));
    sem_t *s = sem_open("/abi-sem", O_CREAT | O_EXCL, 0600, 2);
    Y(s != SEM_FAILED);
    sem_wait(s);
    RUN("child", {
        sem_t *c = sem_open("/abi-sem", 0);
        int v;
        sem_getvalue(c, &v);
        N(v);
        sem_wait(c);
        T(sem_trywait(c));
        sem_post(c);
        sem_post(c);
    });
    int v;
    sem_getvalue(s, &v);
    N(v);
    T(sem_unlink("/abi-sem"));
    Y(sem_open("/abi-sem", 0) == SEM_FAILED);
}
