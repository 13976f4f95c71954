/* The command line of ./run. */
#include "launcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: ./run [options] [-- COMMAND [ARG...]]\n"
    "Start a machine and run COMMAND in it, or a login shell.\n"
    "\n"
    "  --arch x86_64|aarch64   the machine to run (default: the host's)\n"
    "  --accel auto|kvm|tcg    auto: KVM where it runs guests natively\n"
    "  --smp N                 processors (default 2)\n"
    "  --mem MIB               memory (default 256, more for a large --root)\n"
    "  --root PATH             what becomes /: a directory or a tar\n"
    "  --add DIR               put what DIR holds on top of that\n"
    "  --append STRING         more of the kernel's command line\n"
    "  --trace                 print every system call on standard error\n"
    "  --timeout SECONDS       stop the machine after that long; exit 124\n"
    "  --log FILE              keep the kernel's messages there\n"
    "  --debug                 the debug build of the kernel\n"
    "  --kernel FILE           boot this Linux kernel instead\n"
    "  --modules DIR           and load the modules it needs from there\n"
    "  --net none              no network, the only choice so far\n"
    "\n"
    "Exit status: COMMAND's (128+N for signal N), 64 for a wrong option, 70\n"
    "for a kernel panic (its report is on standard error), 124 for --timeout,\n"
    "126 and 127 for a command that cannot be run or does not exist.\n";

static unsigned long number(const char *name, const char *value,
                            unsigned long min, unsigned long max)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(value, &end, 10);
    if (errno || end == value || *end || value[0] == '-' || n < min || n > max)
        refuse("%s takes a number from %lu to %lu, not '%s'", name, min, max,
               value);
    return n;
}

static unsigned long milliseconds(const char *name, const char *value)
{
    char *end;
    errno = 0;
    double seconds = strtod(value, &end);
    if (errno || end == value || *end || !(seconds > 0 && seconds < 1e7))
        refuse("%s takes a number of seconds, not '%s'", name, value);
    return seconds < 0.001 ? 1 : (unsigned long)(seconds * 1000);
}

static void set(struct options *o, const char *name, const char *value)
{
    if (!strcmp(name, "--arch")) {
        if (!strcmp(value, "amd64") || !strcmp(value, "arm64"))
            refuse("--arch is x86_64 or aarch64, not '%s'", value);
        if (strcmp(value, "x86_64") != 0 && strcmp(value, "aarch64") != 0)
            refuse("--arch is x86_64 or aarch64, not '%s'", value);
        o->arch = value;
    } else if (!strcmp(name, "--accel")) {
        if (!strcmp(value, "auto"))
            o->accel = ACCEL_AUTO;
        else if (!strcmp(value, "kvm"))
            o->accel = ACCEL_KVM;
        else if (!strcmp(value, "tcg"))
            o->accel = ACCEL_TCG;
        else
            refuse("--accel is auto, kvm or tcg, not '%s'", value);
    } else if (!strcmp(name, "--smp")) {
        o->cpus = (unsigned)number(name, value, 1, 64);
    } else if (!strcmp(name, "--mem")) {
        o->memory = (unsigned)number(name, value, 8, 65536);
    } else if (!strcmp(name, "--root")) {
        o->root = value;
    } else if (!strcmp(name, "--add")) {
        if (o->add_count == sizeof o->add / sizeof *o->add)
            refuse("--add: too many of them");
        o->add[o->add_count++] = value;
    } else if (!strcmp(name, "--append")) {
        o->append = value;
    } else if (!strcmp(name, "--timeout")) {
        o->timeout = milliseconds(name, value);
    } else if (!strcmp(name, "--log")) {
        o->log = value;
    } else if (!strcmp(name, "--kernel")) {
        o->kernel = value;
    } else if (!strcmp(name, "--modules")) {
        o->modules = value;
    } else if (!strcmp(name, "--net")) {
        if (strcmp(value, "none") != 0)
            refuse("there is no network yet: leave --net out, or write "
                   "--net none");
    } else if (!strcmp(name, "--publish")) {
        refuse("there is no network yet: leave --publish out");
    } else if (!strcmp(name, "--share")) {
        refuse("there are no shared folders yet: leave --share out, or copy "
               "with --root DIR");
    }
}

static const char *const with_value[] = {
    "--arch",   "--accel",   "--smp",     "--mem",    "--root",
    "--append", "--timeout", "--log",     "--kernel", "--modules",
    "--add",    "--net",     "--publish", "--share",
};

static bool takes_value(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
        if (strlen(with_value[i]) == length &&
            !strncmp(with_value[i], name, length))
            return true;
    return false;
}

/* One option at argv[i]; returns how many words it took. */
static int parse_one(struct options *o, char **argv, int i)
{
    char *word = argv[i];
    char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    if (takes_value(word, length)) {
        char *value = equals ? equals + 1 : argv[i + 1];
        if (!value || (!equals && !strcmp(value, "--")))
            refuse("%s needs a value after it; see ./run --help", word);
        if (equals)
            *equals = 0;
        set(o, word, value);
        return equals ? 1 : 2;
    }
    if (!strcmp(word, "--trace")) {
        o->trace = true;
    } else if (!strcmp(word, "--debug")) {
        o->debug = true;
    } else if (!strcmp(word, "--persist")) {
        refuse("there are no disk images yet: leave --persist out");
    } else if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
        fputs(usage, stdout);
        exit(0);
    } else if (word[0] != '-') {
        refuse("write -- before the command: ./run -- %s", word);
    } else {
        refuse("there is no option '%s'; see ./run --help", word);
    }
    return 1;
}

static void check_files(const struct options *o)
{
    struct stat st;
    if (o->kernel && (stat(o->kernel, &st) < 0 || !S_ISREG(st.st_mode) ||
                      access(o->kernel, R_OK) < 0))
        refuse("--kernel: cannot read the file '%s'", o->kernel);
    if (o->modules && !o->kernel)
        refuse("--modules goes with --kernel FILE");
    if (o->modules && (stat(o->modules, &st) < 0 || !S_ISDIR(st.st_mode)))
        refuse("--modules: '%s' is not a directory", o->modules);
    if (o->trace && o->kernel)
        refuse("--trace is Hako's: leave it out with --kernel");
    if (o->root && stat(o->root, &st) < 0)
        refuse("--root: %s: %s", o->root, strerror(errno));
    if (o->root && !S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        refuse("--root: %s is neither a directory nor a file", o->root);
    for (unsigned i = 0; i < o->add_count; i++)
        if (stat(o->add[i], &st) < 0 || !S_ISDIR(st.st_mode))
            refuse("--add: '%s' is not a directory", o->add[i]);
    if (o->root && access(o->root, R_OK) < 0)
        refuse("--root: %s: %s", o->root, strerror(errno));
}

void options_parse(struct options *o, int argc, char **argv)
{
    *o = (struct options){.arch = HOST_ARCH, .cpus = 2};
    int i = 1;
    if (i < argc && !strcmp(argv[i], "--plan")) {
        o->plan = true;
        i++;
    }
    o->top = getenv("HAKO_TOP");
    if (!o->top)
        refuse("start it as ./run");
    while (i < argc && strcmp(argv[i], "--") != 0)
        i += parse_one(o, argv, i);
    if (i < argc) {
        o->command = argv + i + 1;
        if (!*o->command)
            refuse("write a command after --, or leave -- out");
    }
    check_files(o);
    char *build;
    if (asprintf(&build, "%s/build/%s%s", o->top, o->arch,
                 o->debug ? "-debug" : "") < 0)
        fail("out of memory");
    o->build = build;
}
