// about: /proc/sys: values that programs read and write, who may write, bad
// about: values
// calls: openat read write
#include "abi.h"

static void show(const char *p)
{
    char f[128];
    snprintf(f, 128, "/proc/sys/%s", p);
    printf("%s: %s", p, get(f));
    if (get(f)[0] == '(')
        printf("\n");
}
static void there(const char *p)
{
    char f[128];
    struct stat st;
    snprintf(f, 128, "/proc/sys/%s", p);
    if (stat(f, &st))
        say("%s: %s", p, errname(errno));
    else
        say("%s: %o", p, st.st_mode);
}
static void wr(const char *p, const char *v)
{
    char f[128];
    snprintf(f, 128, "/proc/sys/%s", p);
    int fd = open(f, O_WRONLY);
    if (fd < 0)
        say("%s <- %s: open %s", p, v, errname(errno));
    else {
        errno = 0;
        int r = write(fd, v, strlen(v));
        say("%s <- %s: %d %s", p, v, r, errname(errno));
        close(fd);
    }
}
int main(void)
{
    show("kernel/ostype");
    Y(!strncmp(get("/proc/sys/kernel/osrelease"), "6.1.0-", 6));
    show("kernel/overflowuid");
    show("kernel/ngroups_max");
    show("kernel/cap_last_cap");
    show("fs/pipe-max-size");
    show("fs/nr_open");
    show("fs/inotify/max_user_instances");
    show("fs/mqueue/queues_max");
    show("kernel/randomize_va_space");
    show("vm/overcommit_memory");
    there("vm/mmap_min_addr");
    show("vm/max_map_count");
    show("kernel/core_pattern");
    show("kernel/sem");
    show("kernel/shmmni");
    show("kernel/msgmni");
    show("kernel/domainname");
    show("kernel/tainted");
    show("kernel/pty/max");
    show("net/unix/max_dgram_qlen");
    show("net/core/somaxconn");
    show("none");
    there("kernel/hostname");
    there("kernel/pid_max");
    there("kernel/threads-max");
    there("kernel/panic");
    there("kernel/printk");
    there("kernel/random/uuid");
    there("kernel/random/boot_id");
    there("kernel/random/entropy_avail");
    there("fs/file-max");
    there("fs/file-nr");
    there("vm/drop_caches");
    there("vm/swappiness");
    there("kernel");
    there("user/max_user_namespaces");
    char u1[64], u2[64];
    strcpy(u1, get("/proc/sys/kernel/random/uuid"));
    strcpy(u2, get("/proc/sys/kernel/random/uuid"));
    Y(strlen(u1) == 37 && strcmp(u1, u2));
    strcpy(u1, get("/proc/sys/kernel/random/boot_id"));
    Y(!strcmp(u1, get("/proc/sys/kernel/random/boot_id")));
    say("-- writing");
    wr("vm/overcommit_memory", "1\n");
    show("vm/overcommit_memory");
    wr("vm/overcommit_memory", "9\n");
    wr("vm/overcommit_memory", "x\n");
    wr("vm/overcommit_memory", "");
    wr("vm/overcommit_memory", "0");
    show("vm/overcommit_memory");
    wr("kernel/ostype", "x");
    wr("kernel/ngroups_max", "5");
    wr("fs/pipe-max-size", "4096");
    wr("fs/pipe-max-size", "1048576");
    wr("vm/drop_caches", "3\n");
    wr("kernel/pid_max", "10");
    wr("kernel/random/boot_id", "x");
    RUN("user", {
        become_user();
        wr("vm/overcommit_memory", "1");
        wr("kernel/hostname", "x");
        show("vm/overcommit_memory");
        show("fs/nr_open");
    });
    say("-- part of a value at a time");
    int fd = open("/proc/sys/fs/nr_open", O_RDONLY);
    char c[4] = "";
    T(read(fd, c, 3));
    STR(c);
    T(read(fd, c, 3));
    T(lseek(fd, 0, SEEK_SET));
    T(read(fd, c, 1));
    T(ftruncate(fd, 0));
    T(unlink("/proc/sys/fs/nr_open"));
    T(chmod("/proc/sys/fs/nr_open", 0666));
}
