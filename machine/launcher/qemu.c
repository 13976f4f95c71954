/* QEMU's command line and process. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"

/* The command line being made. */
struct line {
    char *words[128];
    unsigned count;
};

__attribute__((format(printf, 2, 3))) static void word(struct line *line,
                                                       const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (line->count == 127 ||
        vasprintf(&line->words[line->count++], format, args) < 0)
        fail("out of memory");
    va_end(args);
    line->words[line->count] = NULL;
}

/* A socket whose far end QEMU gets as the character device `id`. */
static int channel(struct line *line, const char *id)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        fail("cannot make a socket: %s", strerror(errno));
    fcntl(pair[1], F_SETFD, 0);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    word(line, "-chardev");
    word(line, "socket,id=%s,fd=%d", id, pair[1]);
    return pair[0];
}

static int port(struct line *line, unsigned number, const char *id,
                const char *name)
{
    int fd = channel(line, id);
    word(line, "-device");
    word(line, "virtserialport,nr=%u,chardev=%s,name=%s", number, id, name);
    return fd;
}

/* Everything that differs between the architectures' machines. */
struct board {
    const char *arch, *machine, *cpu, *kvm_cpu, *serial, *transport, *image;
};

static const struct board boards[] = {
    {"x86_64", "q35", "max", "max", "ttyS0",
     "virtio-serial-pci,disable-legacy=on", "hako.elf"},
    {"aarch64", "virt", "max,pauth-impdef=on", "host", "ttyAMA0",
     "virtio-serial-device", "Image"},
};

static void add_kernel(struct line *line, const struct options *options,
                       const struct board *board, const char *initrd)
{
    word(line, "-kernel");
    if (options->kernel)
        word(line, "%s", options->kernel);
    else
        word(line, "%s/%s", options->build, board->image);
    if (access(line->words[line->count - 1], R_OK) < 0)
        refuse("there is no kernel of Hako for %s in this build (%s); give "
               "--kernel FILE",
               board->arch, line->words[line->count - 1]);
    word(line, "-initrd");
    word(line, "%s", initrd);
    word(line, "-append");
    word(line, "console=%s rdinit=/.hako/init panic=-1 %s%s%s%s%s",
         board->serial, CONTROL_CMDLINE, options->kernel ? " quiet" : "",
         options->trace ? " hako.trace" : "", options->append ? " " : "",
         options->append ? options->append : "");
}

static void add_channels(struct line *line, struct machine *machine,
                         const struct board *board, bool interactive)
{
    machine->console = channel(line, "console");
    word(line, "-serial");
    word(line, "chardev:console");
    machine->monitor = channel(line, "monitor");
    word(line, "-mon");
    word(line, "chardev=monitor,mode=control");
    word(line, "-device");
    word(line, "%s,max_ports=8", board->transport);
    machine->tty = -1;
    if (interactive) {
        machine->tty = channel(line, "tty");
        word(line, "-device");
        word(line, "virtconsole,nr=0,chardev=tty");
    }
    machine->control = port(line, 1, "control", CONTROL_PORT);
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {
            CONTROL_PORT_STDIN, CONTROL_PORT_STDOUT, CONTROL_PORT_STDERR};
        static const char *const ids[] = {"in", "out", "err"};
        machine->stream[i] =
            interactive ? -1 : port(line, 2 + (unsigned)i, ids[i], names[i]);
    }
}

static _Noreturn void become_qemu(struct line *line, pid_t parent, int errors)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Signals from the user's terminal are for the command in the guest. */
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(errors, 2);
    execvp(line->words[0], line->words);
    fprintf(stderr, "%s: %s\n", line->words[0], strerror(errno));
    _exit(127);
}

void qemu_start(struct machine *machine, const struct options *options,
                bool kvm, bool interactive, const char *initrd, unsigned memory)
{
    const struct board *board = boards;
    while (strcmp(board->arch, options->arch) != 0)
        board++;
    struct line line = {.count = 0};
    bool arm = board != boards;
    word(&line, "qemu-system-%s", board->arch);
    word(&line, "-nodefaults");
    word(&line, "-no-user-config");
    word(&line, "-no-reboot");
    word(&line, "-display");
    word(&line, "none");
    word(&line, "-M");
    /* A GICv2 serves up to 8 processors. */
    word(&line, "%s,memory-backend=ram%s", board->machine,
         !arm                 ? ""
         : kvm                ? ",gic-version=host"
         : options->cpus <= 8 ? ",gic-version=2"
                              : ",gic-version=3");
    word(&line, "-accel");
    word(&line, kvm ? "kvm" : "tcg");
    word(&line, "-cpu");
    word(&line, "%s", kvm ? board->kvm_cpu : board->cpu);
    word(&line, "-smp");
    word(&line, "%u", options->cpus);
    word(&line, "-m");
    word(&line, "%u", memory);
    /* Pages that the guest never touches cost the host nothing, so a machine
     * may have more memory than the host has free. */
    word(&line, "-object");
    word(&line, "memory-backend-ram,id=ram,size=%uM,reserve=off", memory);
    if (arm) {
        word(&line, "-global");
        word(&line, "virtio-mmio.force-legacy=false");
    }
    add_kernel(&line, options, board, initrd);
    add_channels(&line, machine, board, interactive);

    int errors[2];
    if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0)
        fail("cannot make a pipe: %s", strerror(errno));
    machine->errors = errors[0];
    pid_t parent = getpid();
    machine->pid = fork();
    if (machine->pid == 0)
        become_qemu(&line, parent, errors[1]);
    if (machine->pid < 0)
        fail("cannot start QEMU: %s", strerror(errno));
    close(errors[1]);
    /* QEMU's ends of the channels, and the root image: ours stay closed. */
    for (int fd = 3; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && !(flags & FD_CLOEXEC))
            close(fd);
    }
    for (unsigned i = 0; i < line.count; i++)
        free(line.words[i]);
}
