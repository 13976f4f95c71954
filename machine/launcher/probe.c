/*
 * Whether to use KVM. /dev/kvm may be there and work and yet interpret what
 * the guest runs, hundreds of times slower than QEMU translates it. So a child
 * process runs a small loop in a virtual machine and the clock decides.
 */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Two instructions a round: 2 ms on the slowest CPU of today, natively, and a
 * quarter of a second at 3 million a second, as interpreters do. */
#define ROUNDS   400000u
#define LIMIT_MS 20

const char *probe_kvm(void)
{
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0)
        return errno == ENOENT   ? "there is no KVM"
               : errno == EACCES ? "no permission to use /dev/kvm"
                                 : "/dev/kvm cannot be opened";
    const char *why = "KVM cannot start a machine";
    int result[2] = {-1, -1};
    pid_t pid = -1;
    if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION ||
        pipe2(result, O_CLOEXEC) < 0 || (pid = fork()) < 0)
        goto out;
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* Setting up may take its time; only the loop is measured. The first
         * short run makes the page tables. */
        if (probe_run_loop(kvm, 1) == 0 && write(result[1], "", 1) == 1 &&
            probe_run_loop(kvm, ROUNDS) == 0)
            _exit(0);
        _exit(1);
    }
    close(result[1]);
    result[1] = -1;
    struct pollfd p = {result[0], POLLIN, 0};
    char byte;
    bool ready = poll(&p, 1, 500) == 1 && read(result[0], &byte, 1) == 1;
    /* The pipe hangs up when the child is through. */
    bool ended = ready && poll(&p, 1, LIMIT_MS) == 1;
    int status;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    if (ended && WIFEXITED(status) && !WEXITSTATUS(status))
        why = NULL;
    else if (ready && !ended)
        why = "KVM is there but does not run guest code natively";
out:
    if (result[0] >= 0)
        close(result[0]);
    if (result[1] >= 0)
        close(result[1]);
    close(kvm);
    return why;
}
