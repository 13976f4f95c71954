/* The launcher: the order of things. launcher.h has the overview. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void complain(const char *format, va_list args)
{
    terminal_restore();
    fprintf(stderr, "run: ");
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
}

void refuse(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(format, args);
    exit(EXIT_USAGE);
}

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    complain(format, args);
    exit(EXIT_PANIC);
}

/* Descriptors 0, 1 and 2 that are closed, as a bit each; /dev/null fills them
 * so that nothing else gets their numbers. */
static unsigned fill_closed(void)
{
    unsigned closed = 0;
    for (int i = 0; i < 3; i++)
        if (fcntl(i, F_GETFD) < 0 && errno == EBADF)
            closed |= 1u << i;
    int fd;
    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd < 3);
    close(fd);
    return closed;
}

/* Without --mem: 256 MiB, and more when the root needs more. It is there twice
 * for a moment, packed and unpacked. */
static unsigned memory_for(const struct options *options, uint64_t root)
{
    unsigned mib = (unsigned)((root + (1u << 20) - 1) >> 20);
    if (options->memory && mib + 4 > options->memory)
        refuse("a root of %u MiB does not fit into --mem %u: give --mem %u",
               mib, options->memory, 2 * mib + 256);
    if (options->memory)
        return options->memory;
    return mib > 16 ? 256 + 2 * mib : 256;
}

static bool choose_kvm(const struct options *options)
{
    const char *why;
    if (options->accel == ACCEL_TCG)
        why = "--accel tcg";
    else if (strcmp(options->arch, HOST_ARCH) != 0)
        why = "KVM here runs only " HOST_ARCH;
    else
        why = probe_kvm();
    if (options->accel == ACCEL_KVM && why)
        refuse("--accel kvm: %s; write --accel tcg", why);
    char line[200];
    int n = snprintf(line, sizeof line, "run: %s%s%s\n",
                     why ? "emulating (TCG)" : "using KVM", why ? ": " : "",
                     why ? why : "");
    console_add(line, (size_t)n);
    if (isatty(2) && isatty(1) && !options->command)
        fputs(line, stderr);
    return !why;
}

int main(int argc, char **argv)
{
    unsigned closed = fill_closed();
    signal(SIGPIPE, SIG_IGN);
    struct options options;
    options_parse(&options, argc, argv);
    options.closed = closed;
    if (options.plan) {
        printf("plan: %s %s %s\n", options.arch,
               options.kernel ? "linux" : "hako",
               options.debug ? "debug" : "release");
        return 0;
    }
    bool interactive = !options.command && isatty(0) && isatty(1);
    uint64_t size;
    console_open(options.log, options.trace);
    bool kvm = choose_kvm(&options);
    const char *initrd = root_make(&options, &size);
    struct machine machine;
    qemu_start(&machine, &options, kvm, interactive, initrd,
               memory_for(&options, size));
    return session_run(&machine, &options, interactive);
}
