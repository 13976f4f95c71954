// about: the open directory of a process below /proc as a process handle
// calls: pidfd_send_signal openat
#include "abi.h"

static void caught(int signo)
{
    say("caught %d", signo == SIGUSR1);
}

static int signal_by(int fd, int signo)
{
    return syscall(SYS_pidfd_send_signal, fd, signo, NULL, 0);
}

int main(void)
{
    char path[64];

    signal(SIGUSR1, caught);
    int self = open("/proc/self", O_RDONLY | O_DIRECTORY);
    T(signal_by(self, SIGUSR1));
    T(signal_by(self, 0));
    T(signal_by(self, 65));
    int opath = open("/proc/self", O_PATH);
    T(signal_by(opath, 0));
    int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY);
    T(signal_by(tasks, 0));
    snprintf(path, sizeof path, "/proc/self/task/%d", getpid());
    int thread = open(path, O_RDONLY | O_DIRECTORY);
    T(signal_by(thread, 0));
    int proc = open("/proc", O_RDONLY | O_DIRECTORY);
    T(signal_by(proc, 0));
    int file = open("/proc/self/stat", O_RDONLY);
    T(signal_by(file, 0));
    T(syscall(SYS_waitid, P_PIDFD, self, NULL, WEXITED, NULL));
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    snprintf(path, sizeof path, "/proc/%d", child);
    int other = open(path, O_RDONLY | O_DIRECTORY);
    T(signal_by(other, SIGTERM));
    int status;
    waitpid(child, &status, 0);
    Y(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    T(signal_by(other, SIGTERM));
}
