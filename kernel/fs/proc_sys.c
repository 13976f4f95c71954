/*
 * /proc/sys: the machinery, and the variables of the layers below fs/.
 */
#include "core/caller.h"
#include "core/init.h"
#include "core/log.h"
#include "core/object.h"
#include "core/panic.h"
#include "core/random.h"
#include "core/slab.h"
#include "fs/dnotify.h"
#include "fs/file.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/procfs.h"
#include "fs/sysctl.h"
#include "fs/vfs.h"
#include "fs/watch.h"
#include "ipc/epoll.h"
#include "ipc/pipe.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/exec.h"
#include "proc/seccomp.h"
#include "proc/namespace.h"
#include "proc/task.h"
#include "proc/version.h"
#include "vm/vm.h"

static void *variable_of(struct caller *who, const struct sysctl *s)
{
    return s->locate ? s->locate(who, s) : s->variable;
}

static int show(struct caller *who, struct inode *inode, struct text *out)
{
    const struct sysctl *s = inode->private;
    void *variable = variable_of(who, s);

    switch (s->kind) {
    case SYSCTL_INT_KIND:
        text_printf(out, "%d\n", READ_ONCE(*(s32 *)variable));
        return 0;
    case SYSCTL_U64_KIND:
        text_printf(out, "%lu\n", READ_ONCE(*(u64 *)variable));
        return 0;
    case SYSCTL_BOOL_KIND:
        text_printf(out, "%d\n", READ_ONCE(*(bool *)variable));
        return 0;
    case SYSCTL_TEXT_KIND:
        text_printf(out, "%s\n", (const char *)variable);
        return 0;
    case SYSCTL_CALL_KIND:
        return s->show(who, out);
    }
    return -EINVAL;
}

static int set_number(struct caller *who, const struct sysctl *s,
                      const char *value)
{
    void *variable = variable_of(who, s);
    s64 number;

    if (kstrtos64(value, 0, &number))
        return -EINVAL;
    switch (s->kind) {
    case SYSCTL_INT_KIND:
        if (number < s->min || number > s->max)
            return -EINVAL;
        WRITE_ONCE(*(s32 *)variable, (s32)number);
        return 0;
    case SYSCTL_U64_KIND:
        if (number < 0)
            return -EINVAL;
        WRITE_ONCE(*(u64 *)variable, (u64)number);
        return 0;
    default:
        if (number < 0 || number > 1)
            return -EINVAL;
        WRITE_ONCE(*(bool *)variable, number);
        return 0;
    }
}

static ssize_t store(struct caller *who, struct inode *inode, char *data,
                     size_t n, s64 pos)
{
    const struct sysctl *s = inode->private;
    char *value = strstrip(data);
    int error;

    if (pos)
        return (ssize_t)n; /* Linux: only the start of the file is looked at */
    if (s->kind == SYSCTL_CALL_KIND)
        error = s->store ? s->store(who, value, strlen(value)) : -EPERM;
    else if (s->kind == SYSCTL_TEXT_KIND)
        error = -EPERM;
    else
        error = *value ? set_number(who, s, value) : 0;
    return error ? error : (ssize_t)n;
}

static const struct pseudo_file_ops text_file = {
    .show = show,
    .store = store,
};
static const struct pseudo_file_ops number_file = {
    .show = show,
    .store = store,
    .once = true,
};

int sysctl_add(const struct sysctl *entries, u32 count)
{
    for (u32 i = 0; i < count; i++) {
        char path[128];
        int error;

        snprintf(path, sizeof(path), "sys/%s", entries[i].path);
        error = proc_add_strict_file(path, entries[i].mode,
                                     entries[i].kind == SYSCTL_TEXT_KIND ||
                                             entries[i].kind == SYSCTL_CALL_KIND
                                         ? &text_file
                                         : &number_file,
                                     (void *)&entries[i]);
        if (error)
            return error;
    }
    return 0;
}

/* ---------------------------------------------------------------- kernel */

static struct uts_namespace *uts_of(struct caller *who)
{
    return who->ns && who->ns->uts ? who->ns->uts : &uts_ns_first;
}

static int show_hostname(struct caller *who, struct text *out)
{
    struct uts_namespace *uts = uts_of(who);

    read_lock(&uts->lock);
    text_printf(out, "%s\n", uts->host);
    read_unlock(&uts->lock);
    return 0;
}

static int show_domainname(struct caller *who, struct text *out)
{
    struct uts_namespace *uts = uts_of(who);

    read_lock(&uts->lock);
    text_printf(out, "%s\n", uts->domain);
    read_unlock(&uts->lock);
    return 0;
}

static int set_name(struct caller *who, char *name, const char *value, size_t n)
{
    struct uts_namespace *uts = uts_of(who);

    if (!cred_capable_ns(who->cred, uts->head.owner, CAP_SYS_ADMIN))
        return -EPERM;
    write_lock(&uts->lock);
    memset(name, 0, sizeof(uts->host));
    memcpy(name, value, min(n, sizeof(uts->host) - 1));
    write_unlock(&uts->lock);
    return 0;
}

static int store_hostname(struct caller *who, char *value, size_t n)
{
    return set_name(who, uts_of(who)->host, value, n);
}

static int store_domainname(struct caller *who, char *value, size_t n)
{
    return set_name(who, uts_of(who)->domain, value, n);
}

static int show_release(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%s\n", kernel_release);
    return 0;
}

static int show_version(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%s\n", kernel_version);
    return 0;
}

static int show_printk(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%d\t4\t1\t7\n", log_console_level);
    return 0;
}

static int store_printk(struct caller *who, char *value, size_t n)
{
    const char *end;
    u64 level;

    (void)who;
    (void)n;
    if (parse_u64(value, &end, 10, &level) || level > 15)
        return -EINVAL;
    log_console_level = (int)level;
    return 0;
}

static struct pid_namespace *pid_ns_of(struct caller *who)
{
    return who->task ? task_pid_ns(who->task) : &pid_ns_first;
}

static int show_pid_max(struct caller *who, struct text *out)
{
    text_printf(out, "%u\n", pid_ns_of(who)->pid_max);
    return 0;
}

static int store_pid_max(struct caller *who, char *value, size_t n)
{
    u32 max;

    (void)n;
    if (kstrtou32(value, 10, &max) || max < 301 || max > 4194304)
        return -EINVAL;
    WRITE_ONCE(pid_ns_of(who)->pid_max, max);
    return 0;
}

static void put_uuid(struct text *out, const u8 id[16])
{
    for (u32 i = 0; i < 16; i++) {
        text_printf(out, "%02x", id[i]);
        if (i == 3 || i == 5 || i == 7 || i == 9)
            text_putc(out, '-');
    }
    text_putc(out, '\n');
}

static void make_uuid(u8 id[16])
{
    random_bytes(id, 16);
    id[6] = (id[6] & 0x0f) | 0x40;
    id[8] = (id[8] & 0x3f) | 0x80;
}

static int show_uuid(struct caller *who, struct text *out)
{
    u8 id[16];

    (void)who;
    make_uuid(id);
    put_uuid(out, id);
    return 0;
}

static u8 boot_id[16];

static int show_boot_id(struct caller *who, struct text *out)
{
    (void)who;
    put_uuid(out, boot_id);
    return 0;
}

static int show_entropy(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%u\n", random_entropy_bits());
    return 0;
}

static int show_seccomp_actions(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%s\n", seccomp_actions());
    return 0;
}

static s32 last_cap = CAP_COUNT - 1, ngroups_max = 65536, one = 1, zero;
static s32 pool_bits = 256, sysrq = 438;

static const struct sysctl kernel_entries[] = {
    SYSCTL_CALL("kernel/hostname", 0644, show_hostname, store_hostname),
    SYSCTL_CALL("kernel/domainname", 0644, show_domainname, store_domainname),
    SYSCTL_TEXT("kernel/ostype", "Linux"),
    SYSCTL_CALL("kernel/osrelease", 0444, show_release, NULL),
    SYSCTL_CALL("kernel/version", 0444, show_version, NULL),
    SYSCTL_CALL("kernel/printk", 0644, show_printk, store_printk),
    SYSCTL_CALL("kernel/pid_max", 0644, show_pid_max, store_pid_max),
    SYSCTL_CALL("kernel/random/uuid", 0444, show_uuid, NULL),
    SYSCTL_CALL("kernel/random/boot_id", 0444, show_boot_id, NULL),
    SYSCTL_CALL("kernel/random/entropy_avail", 0444, show_entropy, NULL),
    SYSCTL_INT("kernel/random/poolsize", 0444, &pool_bits, 0, 0),
    SYSCTL_CALL("kernel/seccomp/actions_avail", 0444, show_seccomp_actions,
                NULL),
    SYSCTL_INT("kernel/cap_last_cap", 0444, &last_cap, 0, 0),
    SYSCTL_INT("kernel/ngroups_max", 0444, &ngroups_max, 0, 0),
    SYSCTL_INT("kernel/randomize_va_space", 0644, &exec_randomize, 0, 2),
    SYSCTL_INT("kernel/threads-max", 0644, &task_limit, 20, S32_MAX),
    SYSCTL_INT("kernel/panic", 0644, &panic_timeout, S32_MIN, S32_MAX),
    SYSCTL_INT("kernel/sched_rt_period_us", 0644, &sched_rt_period_us, 1,
               S32_MAX),
    SYSCTL_INT("kernel/sched_rt_runtime_us", 0644, &sched_rt_runtime_us, -1,
               S32_MAX),
    SYSCTL_INT("kernel/sysrq", 0644, &sysrq, 0, S32_MAX),
    SYSCTL_INT("kernel/tainted", 0444, &zero, 0, 0),
    SYSCTL_INT("kernel/overflowuid", 0644, &overflow_uid, 0, 65535),
    SYSCTL_INT("kernel/overflowgid", 0644, &overflow_gid, 0, 65535),
};

/* -------------------------------------------------------------- vm and fs */

static int store_drop_caches(struct caller *who, char *value, size_t n)
{
    u32 what;

    (void)who;
    (void)n;
    if (kstrtou32(value, 10, &what) || what < 1 || what > 4)
        return -EINVAL;
    if (what & 1)
        vm_drop_caches();
    if (what & 2)
        dentry_shrink(~0UL);
    return 0;
}

static int show_zero(struct caller *who, struct text *out)
{
    (void)who;
    text_puts(out, "0\n");
    return 0;
}

static s32 swappiness = 60; /* how readily to swap: there is no swap space */

static const struct sysctl vm_entries[] = {
    SYSCTL_INT("vm/overcommit_memory", 0644, &vm_overcommit_memory, 0, 2),
    SYSCTL_INT("vm/overcommit_ratio", 0644, &vm_overcommit_ratio, 0, S32_MAX),
    SYSCTL_U64("vm/overcommit_kbytes", 0644, &vm_overcommit_kbytes),
    SYSCTL_U64("vm/admin_reserve_kbytes", 0644, &vm_admin_reserve_kbytes),
    SYSCTL_U64("vm/user_reserve_kbytes", 0644, &vm_user_reserve_kbytes),
    SYSCTL_INT("vm/max_map_count", 0644, &vm_max_map_count, 0, S32_MAX),
    SYSCTL_U64("vm/mmap_min_addr", 0644, &vm_mmap_min_addr),
    SYSCTL_INT("vm/dirty_ratio", 0644, &vm_dirty_ratio, 0, 100),
    SYSCTL_INT("vm/dirty_background_ratio", 0644, &vm_dirty_background_ratio, 0,
               100),
    SYSCTL_INT("vm/dirty_writeback_centisecs", 0644,
               &vm_dirty_writeback_centisecs, 0, S32_MAX),
    SYSCTL_INT("vm/dirty_expire_centisecs", 0644, &vm_dirty_expire_centisecs, 0,
               S32_MAX),
    SYSCTL_INT("vm/swappiness", 0644, &swappiness, 0, 200),
    SYSCTL_INT("vm/panic_on_oom", 0644, &vm_panic_on_oom, 0, 2),
    SYSCTL_CALL("vm/drop_caches", 0200, show_zero, store_drop_caches),
};

static int show_file_nr(struct caller *who, struct text *out)
{
    (void)who;
    text_printf(out, "%ld\t0\t%lu\n", atomic64_load(&file_count),
                READ_ONCE(file_max));
    return 0;
}

static u64 lease_seconds = 45;

static s32 fs_overflow_id = 65534; /* no file system has ids of 16 bits */

static const struct sysctl fs_entries[] = {
    SYSCTL_CALL("fs/file-nr", 0444, show_file_nr, NULL),
    SYSCTL_U64("fs/file-max", 0644, &file_max),
    SYSCTL_INT("fs/nr_open", 0644, &handle_max, 64, HANDLE_SLOTS_MAX),
    SYSCTL_BOOL("fs/protected_symlinks", 0600, &protected_symlinks),
    SYSCTL_BOOL("fs/protected_hardlinks", 0600, &protected_hardlinks),
    SYSCTL_INT("fs/protected_fifos", 0600, &protected_fifos, 0, 2),
    SYSCTL_INT("fs/protected_regular", 0600, &protected_regular, 0, 2),
    SYSCTL_INT("fs/mount-max", 0644, &mount_max, 1, S32_MAX),
    SYSCTL_INT("fs/pipe-max-size", 0644, &pipe_max_size, 4096, 1 << 30),
    SYSCTL_U64("fs/pipe-user-pages-soft", 0644, &pipe_user_pages_soft),
    SYSCTL_U64("fs/pipe-user-pages-hard", 0644, &pipe_user_pages_hard),
    SYSCTL_INT("fs/leases-enable", 0644, &one, 0, 1),
    SYSCTL_U64("fs/lease-break-time", 0644, &lease_seconds),
    SYSCTL_INT("fs/overflowuid", 0444, &fs_overflow_id, 0, 0),
    SYSCTL_INT("fs/overflowgid", 0444, &fs_overflow_id, 0, 0),
    SYSCTL_INT("fs/dir-notify-enable", 0644, &dnotify_enable, S32_MIN, S32_MAX),
    SYSCTL_INT("fs/inotify/max_user_instances", 0644, &inotify_max_instances, 0,
               S32_MAX),
    SYSCTL_INT("fs/inotify/max_user_watches", 0644, &inotify_max_watches, 0,
               S32_MAX),
    SYSCTL_INT("fs/inotify/max_queued_events", 0644, &inotify_max_events, 0,
               S32_MAX),
    SYSCTL_U64("fs/epoll/max_user_watches", 0644, &epoll_max_user_watches),
};

/* Of the caller's user namespace. */
static void *namespaces_most(struct caller *who, const struct sysctl *s)
{
    return &who->cred->user_ns->most[(uintptr_t)s->variable];
}

#define NAMESPACES_MOST(name, of)                                     \
    {                                                                 \
        .path = "user/max_" name "_namespaces", .mode = 0644,         \
        .kind = SYSCTL_INT_KIND, .variable = (void *)(uintptr_t)(of), \
        .locate = namespaces_most, .min = 0, .max = S32_MAX           \
    }
static const struct sysctl user_entries[] = {
    NAMESPACES_MOST("user", NS_USER),     NAMESPACES_MOST("pid", NS_PID),
    NAMESPACES_MOST("uts", NS_UTS),       NAMESPACES_MOST("ipc", NS_IPC),
    NAMESPACES_MOST("net", NS_NET),       NAMESPACES_MOST("mnt", NS_MNT),
    NAMESPACES_MOST("cgroup", NS_CGROUP), NAMESPACES_MOST("time", NS_TIME),
};

static int proc_sys_init(void)
{
    int error;

    for (u32 kind = 0; kind < NS_KINDS; kind++)
        user_ns_first.most[kind] = (s32)(min(task_limit, (u32)S32_MAX) / 2);

    make_uuid(boot_id);
    error = sysctl_add(kernel_entries, ARRAY_SIZE(kernel_entries));
    if (!error)
        error = sysctl_add(vm_entries, ARRAY_SIZE(vm_entries));
    if (!error)
        error = sysctl_add(fs_entries, ARRAY_SIZE(fs_entries));
    if (!error)
        error = sysctl_add(user_entries, ARRAY_SIZE(user_entries));
    return error;
}
INITCALL(fs, proc_sys_init);
