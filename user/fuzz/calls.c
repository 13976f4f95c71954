/* The calls that are made, and the types of their arguments. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "fuzz.h"

#define SET(...)                                                    \
    sizeof((const uint64_t[]){__VA_ARGS__}) / 8, (const uint64_t[]) \
    {                                                               \
        __VA_ARGS__                                                 \
    }
#define FLAGSET(...)               \
    {                              \
        FLAGS, SET(__VA_ARGS__), 0 \
    }
#define ONE_OF(...)                 \
    {                               \
        CHOICE, SET(__VA_ARGS__), 0 \
    }
#define T(t)          \
    {                 \
        t, 0, NULL, 0 \
    }

#define OPEN_FLAGS                                                            \
    FLAGSET(O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NONBLOCK, \
            O_DIRECTORY, O_NOFOLLOW, O_CLOEXEC, O_PATH, O_SYNC)
#define AT_FLAGS \
    FLAGSET(AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, AT_SYMLINK_FOLLOW, AT_REMOVEDIR)
#define PROT FLAGSET(PROT_READ, PROT_WRITE, PROT_EXEC)
#define MAP                                                                   \
    FLAGSET(MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_GROWSDOWN, \
            MAP_NORESERVE, MAP_POPULATE, MAP_LOCKED)
#define MSG_FLAGS                                                         \
    FLAGSET(MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC, MSG_WAITALL, MSG_NOSIGNAL, \
            MSG_CMSG_CLOEXEC, MSG_EOR)
/* Those of SOL_SOCKET that AF_UNIX has. */
#define SOCKET_OPTIONS                                                      \
    ONE_OF(1, 2, 3, 4, 7, 8, 9, 13, 16, 17, 18, 19, 20, 21, 26, 28, 29, 30, \
           31, 32, 33, 38, 39, 42, 59, 76)
#define FD_FLAGS FLAGSET(O_NONBLOCK, O_CLOEXEC)

#define IPC_FLAGS FLAGSET(IPC_CREAT, IPC_CREAT, IPC_EXCL, 0400, 0200, 0066)
#define MSGQ_FLAGS                                                           \
    ONE_OF(IPC_NOWAIT, IPC_NOWAIT, IPC_NOWAIT | 010000, IPC_NOWAIT | 020000, \
           IPC_NOWAIT | 040000, 0)
#define MQ_OPEN_FLAGS \
    FLAGSET(O_WRONLY, O_RDWR, O_CREAT, O_CREAT, O_EXCL, O_NONBLOCK)

#define CALL(n, ...)                               \
    {                                              \
        .name = #n, .number = SYS_##n, __VA_ARGS__ \
    }
#define A(...)            \
    .arg = {__VA_ARGS__}, \
    .args = sizeof((struct argument[]){__VA_ARGS__}) / sizeof(struct argument)
#define F(k)                    \
    {                           \
        FD, 0, NULL, .kinds = k \
    }
#define ABOUT(t, k)            \
    {                          \
        t, 0, NULL, .kinds = k \
    }
#define GIVES(k) .gives = k

const struct call_type call_types[] = {
    CALL(openat, A(T(DIRFD), T(PATH), OPEN_FLAGS, T(MODE)), GIVES(FILES)),
    CALL(close, A(T(FD))),
    CALL(close_range, A(T(NUMBER), T(NUMBER), ONE_OF(2, 4, 6))),
    CALL(dup, A(T(FD)), GIVES(ANY)),
    CALL(dup3, A(T(FD), T(FD), FLAGSET(O_CLOEXEC)), GIVES(ANY)),
    CALL(fcntl,
         A(T(FD),
           ONE_OF(F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETOWN,
                  F_SETOWN, 1030, 1031, 1032, 1033, 1034),
           T(NUMBER)),
         GIVES(ANY)),
    CALL(fcntl, A(F(PIPES), ONE_OF(F_SETPIPE_SZ), T(SIZE))),
    CALL(read, A(F(FILES | POLLED), T(OUT), T(SIZE))),
    CALL(write, A(F(FILES | STREAMS), T(IN), T(SIZE))),
    CALL(pread64, A(F(FILES), T(OUT), T(SIZE), T(OFFSET))),
    CALL(pwrite64, A(F(FILES), T(IN), T(SIZE), T(OFFSET))),
    CALL(readv, A(F(FILES | STREAMS), T(VECTOR), T(COUNT))),
    CALL(writev, A(F(FILES | STREAMS), T(VECTOR), T(COUNT))),
    CALL(preadv2,
         A(F(FILES), T(VECTOR), T(COUNT), T(OFFSET), T(ZERO), T(NUMBER))),
    CALL(lseek, A(F(FILES), T(OFFSET), ONE_OF(0, 1, 2, 3, 4))),
    CALL(ftruncate, A(F(FILES), T(OFFSET))),
    CALL(truncate, A(T(PATH), T(OFFSET))),
    CALL(fallocate, A(F(FILES), FLAGSET(1, 2, 8, 16), T(OFFSET), T(OFFSET))),
    CALL(fsync, A(F(FILES))),
    CALL(flock, A(F(FILES), ONE_OF(1 | 4, 2 | 4, 8))),
    CALL(getdents64, A(F(DIRS), T(OUT), T(SIZE))),
    CALL(fstat, A(T(FD), T(OUT))),
    CALL(newfstatat, A(T(DIRFD), T(PATH), T(OUT), AT_FLAGS)),
    CALL(statx, A(T(DIRFD), T(PATH), AT_FLAGS, T(NUMBER), T(OUT))),
    CALL(fstatfs, A(T(FD), T(OUT))),
    CALL(mkdirat, A(T(DIRFD), T(PATH), T(MODE))),
    CALL(mknodat,
         A(T(DIRFD), T(PATH), ONE_OF(S_IFREG, S_IFIFO, S_IFSOCK), T(ZERO))),
    CALL(unlinkat, A(T(DIRFD), T(PATH), FLAGSET(AT_REMOVEDIR))),
    CALL(linkat, A(T(DIRFD), T(PATH), T(DIRFD), T(PATH), AT_FLAGS)),
    CALL(symlinkat, A(T(PATH), T(DIRFD), T(PATH))),
    CALL(readlinkat, A(T(DIRFD), T(PATH), T(OUT), T(SIZE))),
    CALL(renameat2, A(T(DIRFD), T(PATH), T(DIRFD), T(PATH), FLAGSET(1, 2, 4))),
    CALL(faccessat, A(T(DIRFD), T(PATH), T(NUMBER))),
    CALL(fchmod, A(F(FILES), T(MODE))),
    CALL(fchmodat, A(T(DIRFD), T(PATH), T(MODE))),
    CALL(fchownat, A(T(DIRFD), T(PATH), T(USER), T(USER), AT_FLAGS)),
    CALL(utimensat, A(T(DIRFD), T(PATH), T(ITIMER), AT_FLAGS)),
    CALL(chdir, A(T(PATH))),
    CALL(fchdir, A(F(DIRS))),
    CALL(getcwd, A(T(OUT), T(SIZE))),
    CALL(umask, A(T(MODE))),
    CALL(fsetxattr, A(F(FILES), T(TEXT), T(IN), T(SIZE), FLAGSET(1, 2))),
    CALL(fgetxattr, A(F(FILES), T(TEXT), T(OUT), T(SIZE))),
    CALL(sendfile, A(F(FILES | STREAMS), F(FILES | STREAMS), T(ZERO), T(SIZE))),
    CALL(splice, A(F(FILES | STREAMS), T(ZERO), F(FILES | STREAMS), T(ZERO),
                   T(SIZE), FLAGSET(1, 2, 4))),
    CALL(tee, A(F(PIPES), F(PIPES), T(SIZE), FLAGSET(2))),
    CALL(vmsplice, A(F(PIPES), T(VECTOR), T(COUNT), FLAGSET(2, 8))),
    CALL(copy_file_range,
         A(F(FILES), T(ZERO), F(FILES), T(ZERO), T(SIZE), T(ZERO))),
    CALL(inotify_init1, A(FD_FLAGS), GIVES(WATCHES)),
    CALL(inotify_add_watch, A(F(WATCHES), T(PATH), T(NUMBER))),
    CALL(ioctl, A(F(TTYS | STREAMS),
                  ONE_OF(0x5401, 0x5402, 0x540f, 0x5410, 0x5413, 0x5414, 0x541b,
                         0x5421, 0x5450, 0x5451, 0x80045430),
                  T(OUT))),
    CALL(pipe2, A(T(FDPAIR), FLAGSET(O_NONBLOCK, O_CLOEXEC, O_DIRECT)),
         GIVES(PIPES)),
    CALL(eventfd2, A(T(NUMBER), FLAGSET(1, O_NONBLOCK, O_CLOEXEC)),
         GIVES(EVENTS)),
    CALL(timerfd_create, A(T(CLOCK), FD_FLAGS), GIVES(TIMERFDS)),
    CALL(timerfd_create, A(ONE_OF(0, 1, 7), FD_FLAGS), GIVES(TIMERFDS)),
    CALL(timerfd_settime,
         A(F(TIMERFDS), ONE_OF(0, 0, 1, 3), T(ITIMER), T(OUT))),
    CALL(timerfd_gettime, A(F(TIMERFDS), T(OUT))),
    CALL(signalfd4, A(F(SIGNALFDS), T(SIGSET), ONE_OF(8), FD_FLAGS),
         GIVES(SIGNALFDS)),
    CALL(signalfd4, A(ONE_OF(~0ull), T(SIGSET), ONE_OF(8), FD_FLAGS),
         GIVES(SIGNALFDS)),
    CALL(memfd_create, A(T(TEXT), FLAGSET(1, 2)), GIVES(FILES)),
    CALL(epoll_create1, A(FLAGSET(O_CLOEXEC)), GIVES(EPOLLS)),
    CALL(epoll_ctl, A(F(EPOLLS), ONE_OF(1, 1, 2, 3), F(POLLED), T(EPOLLEVENT))),
    CALL(epoll_pwait,
         A(F(EPOLLS), T(OUT), T(NUMBER), ONE_OF(0, 1), T(ZERO), ONE_OF(8))),
    CALL(ppoll, A(T(POLLFDS), T(COUNT), T(TIMESPEC), T(ZERO), ONE_OF(8))),
    CALL(pselect6, A(T(COUNT), T(OUT), T(OUT), T(OUT), T(TIMESPEC), T(ZERO))),
    CALL(socket,
         A(ONE_OF(AF_UNIX, AF_INET, 0, 99),
           ONE_OF(1, 2, 5, 1 | O_NONBLOCK, 2 | O_NONBLOCK), T(ZERO)),
         GIVES(SOCKETS)),
    CALL(
        socketpair,
        A(ONE_OF(AF_UNIX), ONE_OF(1, 2, 5, 1 | O_NONBLOCK), T(ZERO), T(FDPAIR)),
        GIVES(SOCKETS)),
    CALL(bind, A(F(SOCKETS), T(SOCKADDR), T(SOCKLEN))),
    CALL(listen, A(F(SOCKETS), T(NUMBER))),
    CALL(connect, A(F(SOCKETS), T(SOCKADDR), T(SOCKLEN))),
    CALL(accept4, A(F(SOCKETS), T(ZERO), T(ZERO), FD_FLAGS), GIVES(SOCKETS)),
    CALL(getsockname, A(F(SOCKETS), T(OUT), T(SOCKLENP))),
    CALL(getpeername, A(F(SOCKETS), T(OUT), T(SOCKLENP))),
    CALL(sendto,
         A(F(SOCKETS), T(IN), T(SIZE), MSG_FLAGS, T(SOCKADDR), T(SOCKLEN))),
    CALL(recvfrom,
         A(F(SOCKETS), T(OUT), T(SIZE), MSG_FLAGS, T(OUT), T(SOCKLENP))),
    CALL(sendmsg, A(F(SOCKETS), T(MSGHDR), MSG_FLAGS)),
    CALL(recvmsg, A(F(SOCKETS), T(MSGHDR), MSG_FLAGS)),
    CALL(shutdown, A(F(SOCKETS), ONE_OF(0, 1, 2))),
    CALL(setsockopt,
         A(F(SOCKETS), ONE_OF(1), SOCKET_OPTIONS, T(IN), ONE_OF(4, 8, 16))),
    CALL(getsockopt,
         A(F(SOCKETS), ONE_OF(1), SOCKET_OPTIONS, T(OUT), T(SOCKLENP))),
    CALL(mmap, A(T(ADDRESS), T(LENGTH), PROT, MAP, F(FILES), T(LENGTH))),
    CALL(munmap, A(T(ADDRESS), T(LENGTH))),
    CALL(mprotect, A(T(ADDRESS), T(LENGTH), PROT)),
    CALL(mremap,
         A(T(ADDRESS), T(LENGTH), T(LENGTH), FLAGSET(1, 2, 4), T(ADDRESS))),
    CALL(madvise, A(T(ADDRESS), T(LENGTH),
                    ONE_OF(0, 1, 2, 3, 4, 8, 9, 10, 11, 18, 19, 20, 21, 22))),
    CALL(msync, A(T(ADDRESS), T(LENGTH), FLAGSET(1, 2, 4))),
    CALL(mincore, A(T(ADDRESS), T(LENGTH), T(OUT))),
    CALL(mlock2, A(T(ADDRESS), T(LENGTH), FLAGSET(1))),
    CALL(munlock, A(T(ADDRESS), T(LENGTH))),
    CALL(brk, A(T(NUMBER))),
    CALL(process_vm_readv,
         A(T(PID), T(VECTOR), T(COUNT), T(VECTOR), T(COUNT), T(ZERO))),
    CALL(futex, A(T(FUTEX), ONE_OF(1, 3, 4, 5, 6, 7, 8, 10, 129, 131, 132, 133),
                  T(NUMBER), T(NUMBER), T(FUTEX), T(NUMBER))),
    CALL(futex, A(T(FUTEX), ONE_OF(0, 9, 128, 137), T(NUMBER), T(TIMESPEC),
                  T(ZERO), T(NUMBER))),
    CALL(futex, A(T(FUTEX), ONE_OF(11, 139), T(NUMBER), T(TIMESPEC), T(FUTEX),
                  T(ZERO))),
    CALL(futex, A(T(FUTEX), ONE_OF(12, 140), ONE_OF(1), T(COUNT), T(FUTEX),
                  T(NUMBER))),
    CALL(set_robust_list, A(T(ADDRESS), ONE_OF(24))),
    CALL(rt_sigaction, A(T(SIGNO), T(SIGACTION), T(OUT), ONE_OF(8))),
    CALL(rt_sigprocmask, A(ONE_OF(0, 1, 2), T(SIGSET), T(OUT), ONE_OF(8))),
    CALL(rt_sigpending, A(T(OUT), ONE_OF(8))),
    CALL(rt_sigtimedwait, A(T(SIGSET), T(OUT), T(TIMESPEC), ONE_OF(8))),
    CALL(rt_sigqueueinfo, A(T(PID), T(SIGNO), T(IN))),
    CALL(kill, A(T(PID), T(SIGNO))),
    CALL(tgkill, A(T(PID), T(PID), T(SIGNO))),
    CALL(sigaltstack, A(T(IN), T(OUT))),
    CALL(timer_create, A(ONE_OF(0, 1, 7), T(ZERO), ABOUT(NEWTIMER, TIMERS))),
    CALL(timer_create, A(T(CLOCK), T(SIGEVENT), ABOUT(NEWTIMER, TIMERS))),
    CALL(timer_settime, A(T(TIMERID), ONE_OF(0, 0, 1), T(ITIMER), T(OUT))),
    CALL(timer_delete, A(T(TIMERID))),
    CALL(setitimer, A(ONE_OF(1, 2), T(ITIMER), T(OUT))),
    CALL(clock_gettime, A(T(CLOCK), T(OUT))),
    CALL(clock_nanosleep, A(T(CLOCK), ONE_OF(0, 1), T(TIMESPEC), T(OUT))),
    CALL(clone,
         A(ONE_OF(17, 0x200 | 17, 0x400 | 17, 0x10000000 | 17, 0x08000000 | 17,
                  0x04000000 | 17, 0x20000000 | 17, 0x1000 | 17),
           T(ZERO), T(OUT), T(OUT), T(ZERO))),
    CALL(wait4, A(T(PID), T(OUT), FLAGSET(1, 2, 8), T(OUT))),
    CALL(waitid, A(ONE_OF(0, 1, 2, 3), F(PIDFDS), T(OUT),
                   ONE_OF(5, 7, 13, 0x1000005), T(OUT))),
    CALL(pidfd_open, A(T(PID), FLAGSET(O_NONBLOCK)), GIVES(PIDFDS)),
    CALL(pidfd_send_signal, A(F(PIDFDS), T(SIGNO), T(ZERO), T(ZERO))),
    CALL(setpgid, A(T(PID), T(PID))),
    CALL(getpgid, A(T(PID))),
    CALL(setresuid, A(T(USER), T(USER), T(USER))),
    CALL(setgroups, A(T(COUNT), T(IN))),
    CALL(getgroups, A(T(NUMBER), T(OUT))),
    CALL(capget, A(T(IN), T(OUT))),
    CALL(capset, A(T(IN), T(IN))),
    CALL(prctl, A(T(NUMBER), T(NUMBER), T(NUMBER), T(ZERO), T(ZERO))),
    CALL(prctl, A(ONE_OF(PR_SET_NAME), T(TEXT))),
    CALL(prlimit64, A(T(ZERO), ONE_OF(3, 4, 7, 8, 11, 13), T(IN), T(OUT))),
    CALL(getrusage, A(ONE_OF(0, 1, -1), T(OUT))),
    CALL(sched_setaffinity, A(T(ZERO), T(SIZE), T(IN))),
    CALL(sched_getaffinity, A(T(ZERO), T(SIZE), T(OUT))),
    CALL(sched_setscheduler, A(T(ZERO), ONE_OF(0, 3, 5), T(IN))),
    CALL(setpriority, A(T(ZERO), T(ZERO), T(NUMBER))),
    CALL(getcpu, A(T(OUT), T(OUT), T(ZERO))),
    CALL(getrandom, A(T(OUT), T(SIZE), FLAGSET(1, 2, 4))),
    CALL(uname, A(T(OUT))),
    CALL(sysinfo, A(T(OUT))),
    CALL(membarrier, A(T(NUMBER), T(ZERO), T(ZERO))),
    CALL(unshare, A(FLAGSET(0x200, 0x400, 0x04000000, 0x08000000))),
    CALL(kcmp, A(T(PID), T(PID), T(NUMBER), T(FD), T(FD))),
    CALL(syslog, A(ONE_OF(3, 10), T(OUT), T(SIZE))),
    CALL(sethostname, A(T(IN), T(SIZE))),
    CALL(mount,
         A(T(ZERO), T(PATH), T(TEXT), FLAGSET(1, 2, 4, 8, 32, 4096), T(ZERO))),
    CALL(umount2, A(T(PATH), FLAGSET(1, 2, 4, 8))),
#ifdef SYS_open
    CALL(open, A(T(PATH), OPEN_FLAGS, T(MODE)), GIVES(FILES)),
    CALL(poll, A(T(POLLFDS), T(COUNT), ONE_OF(0, 1))),
    CALL(rename, A(T(PATH), T(PATH))),
    CALL(dup2, A(T(FD), T(FD)), GIVES(ANY)),
    CALL(alarm, A(T(ZERO))),
#endif
    CALL(execve, A(T(PATH), T(ZERO), T(ZERO))),
    CALL(fchown, A(F(FILES), T(USER), T(USER))),
    CALL(statfs, A(T(PATH), T(OUT))),
    CALL(chroot, A(T(PATH))),
    CALL(fadvise64, A(F(FILES), T(OFFSET), T(OFFSET), T(NUMBER))),
    CALL(sync_file_range, A(F(FILES), T(OFFSET), T(OFFSET), FLAGSET(1, 2, 4))),
    CALL(readahead, A(F(FILES), T(OFFSET), T(SIZE))),
    CALL(setxattr, A(T(PATH), T(TEXT), T(IN), T(SIZE), FLAGSET(1, 2))),
    CALL(listxattr, A(T(PATH), T(OUT), T(SIZE))),
    CALL(flistxattr, A(F(FILES), T(OUT), T(SIZE))),
    CALL(fremovexattr, A(F(FILES), T(TEXT))),
    CALL(openat2, A(T(DIRFD), T(PATH), T(IN), ONE_OF(24)), GIVES(FILES)),
    CALL(inotify_rm_watch, A(F(WATCHES), T(NUMBER))),
    CALL(fcntl, A(F(STREAMS), ONE_OF(F_SETFL), FD_FLAGS)),
    CALL(fcntl, A(F(STREAMS), ONE_OF(F_SETFL), ONE_OF(O_ASYNC))),
    CALL(fcntl, A(F(STREAMS), ONE_OF(F_SETOWN), T(PID))),
    CALL(fcntl, A(F(FILES), ONE_OF(F_SETLK, F_GETLK, 36, 37), T(IN))),
    CALL(fcntl, A(F(FILES), ONE_OF(1024), T(NUMBER))),
    CALL(pidfd_getfd, A(F(PIDFDS), T(NUMBER), T(ZERO)), GIVES(ANY)),
    CALL(setns, A(F(PIDFDS), ONE_OF(0, 0x20000))),
    CALL(mlockall, A(FLAGSET(1, 2, 4))),
    CALL(munlockall, A()),
    CALL(process_vm_writev,
         A(T(PID), T(VECTOR), T(COUNT), T(VECTOR), T(COUNT), T(ZERO))),
    CALL(get_robust_list, A(T(PID), T(OUT), T(OUT))),
    CALL(sched_getattr, A(T(PID), T(OUT), T(SIZE), T(ZERO))),
    CALL(sched_setattr, A(T(PID), T(IN), T(ZERO))),
    CALL(getsid, A(T(PID))),
    CALL(setsid, A()),
    CALL(sync, A()),
    CALL(timer_gettime, A(T(TIMERID), T(OUT))),
    CALL(timer_getoverrun, A(T(TIMERID))),
    /* peek, go on, look; attach, detach; registers; options */
    CALL(ptrace,
         A(ONE_OF(1, 2, 3, 12, 14, 0x4201, 0x4202, 0x420a, 0x420c, 0x420e),
           T(PID), T(ADDRESS), T(OUT))),
    CALL(ptrace, A(ONE_OF(4, 6, 13, 15, 0x4203, 0x4209, 0x420b, 0x420d, 0x420f),
                   T(PID), T(NUMBER), T(IN))),
    CALL(ptrace, A(ONE_OF(0, 7, 8, 9, 16, 17, 24, 31, 32, 0x4207, 0x4208),
                   T(PID), T(ZERO), T(SIGNO))),
    CALL(ptrace, A(ONE_OF(0x4200, 0x4206), T(PID), T(ZERO),
                   FLAGSET(1, 2, 4, 8, 16, 32, 64, 128, 1 << 20))),
    CALL(ptrace, A(ONE_OF(0x4204, 0x4205), T(PID),
                   ONE_OF(1, 2, 0x202, 0x401, 0x402, 0x403, 0x404), T(VECTOR))),
    CALL(seccomp, A(ONE_OF(0, 1, 2, 3), FLAGSET(1, 2, 4, 8, 16, 32), T(IN))),
    CALL(ioctl,
         A(F(ANY), ONE_OF(0xc0502100, 0xc0182101, 0x40082102, 0x40182103),
           T(IN))),
    CALL(prctl, A(ONE_OF(4, 21, 22, 38, 39), ONE_OF(0, 1, 2), T(IN), T(ZERO),
                  T(ZERO))),
    CALL(rseq, A(T(ADDRESS), ONE_OF(32), ONE_OF(0, 1), T(NUMBER))),
    CALL(semget, A(ABOUT(KEY, SEMS), T(COUNT), IPC_FLAGS)),
    CALL(semget, A(ABOUT(KEY, SEMS), ONE_OF(4), ONE_OF(IPC_CREAT | 0666))),
    CALL(semop, A(T(SEMID), T(SEMOPS), T(COUNT))),
    CALL(semtimedop, A(T(SEMID), T(SEMOPS), ONE_OF(1, 2, 3, 4), T(TIMESPEC))),
    CALL(semctl, A(T(SEMID), T(COUNT),
                   ONE_OF(0, 2, 11, 12, 13, 14, 15, 17, 18, 20), T(OUT))),
    CALL(semctl, A(T(SEMID), T(COUNT), ONE_OF(16), T(COUNT))),
    CALL(semctl, A(T(SEMID), T(ZERO), ONE_OF(1, 3, 19), T(IN))),
    CALL(msgget, A(ABOUT(KEY, MSGS), IPC_FLAGS)),
    CALL(msgget, A(ABOUT(KEY, MSGS), ONE_OF(IPC_CREAT | 0666))),
    CALL(msgsnd,
         A(T(MSGID), T(MESSAGE), ONE_OF(0, 1, 7, 64, 200, 4000), MSGQ_FLAGS)),
    CALL(msgrcv, A(T(MSGID), T(OUT), ONE_OF(0, 1, 7, 64, 200, 4000),
                   ONE_OF(0, 1, 2, 3, 5, -1, -3, -7), MSGQ_FLAGS)),
    CALL(msgctl, A(T(MSGID), ONE_OF(0, 2, 3, 11, 12, 13), T(OUT))),
    CALL(msgctl, A(T(MSGID), ONE_OF(1), T(IN))),
    CALL(shmget, A(ABOUT(KEY, SHMS), T(LENGTH), IPC_FLAGS)),
    CALL(shmget, A(ABOUT(KEY, SHMS), ONE_OF(16384), ONE_OF(IPC_CREAT | 0666))),
    CALL(shmat, A(T(SHMID), T(ADDRESS),
                  FLAGSET(010000, 020000, 040000, 040000, 0100000))),
    CALL(shmat, A(T(SHMID), T(ZERO), FLAGSET(010000))),
    CALL(shmdt, A(T(ADDRESS))),
    CALL(shmctl, A(T(SHMID), ONE_OF(0, 2, 3, 11, 12, 13, 14, 15), T(OUT))),
    CALL(shmctl, A(T(SHMID), ONE_OF(1), T(IN))),
    CALL(mq_open, A(T(TEXT), MQ_OPEN_FLAGS, T(MODE), T(MQATTR)), GIVES(QUEUES)),
    CALL(mq_open,
         A(T(TEXT), ONE_OF(O_RDWR | O_CREAT | O_NONBLOCK), ONE_OF(0666),
           T(MQATTR)),
         GIVES(QUEUES)),
    CALL(mq_unlink, A(T(TEXT))),
    CALL(mq_timedsend,
         A(F(QUEUES), T(IN), ONE_OF(0, 1, 8, 40, 63), T(COUNT), T(TIMESPEC))),
    CALL(mq_timedreceive,
         A(F(QUEUES), T(OUT), ONE_OF(1, 64, 4096), T(OUT), T(TIMESPEC))),
    CALL(mq_notify, A(F(QUEUES), T(SIGEVENT))),
    CALL(mq_getsetattr, A(F(QUEUES), T(MQATTR), T(OUT))),
    /* Hako's own: derive, revoke, rights, endpoints. */
    {.name = "hako_grant_derive",
     .number = 1024,
     A(T(FD), T(NUMBER)),
     GIVES(ANY)},
    {.name = "hako_grant_derive",
     .number = 1024,
     A(F(STREAMS | FILES), ONE_OF(~0ull)),
     GIVES(STREAMS | FILES)},
    {.name = "hako_grant_revoke", .number = 1025, A(F(STREAMS | FILES))},
    {.name = "hako_grant_rights", .number = 1026, A(T(FD))},
    {.name = "hako_capability_enter", .number = 1027, A()},
    {.name = "hako_endpoint_create",
     .number = 1028,
     A(T(FDPAIR)),
     GIVES(ENDPOINTS)},
    {.name = "hako_endpoint_call",
     .number = 1029,
     A(F(ENDPOINTS), T(HMESSAGE), T(HMESSAGE))},
    {.name = "hako_endpoint_receive",
     .number = 1030,
     A(F(ENDPOINTS), T(HMESSAGE), T(OUT), ONE_OF(0, 1))},
    {.name = "hako_endpoint_reply",
     .number = 1031,
     A(F(ENDPOINTS), T(COUNT), T(HMESSAGE))},
};
const size_t call_type_count = sizeof call_types / sizeof *call_types;
