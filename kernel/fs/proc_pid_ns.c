/*
 * What a process's directory says of namespaces: ns/, uid_map, gid_map,
 * setgroups, timens_offsets.
 */
#include "core/caller.h"
#include "core/time.h"
#include "fs/dirent.h"
#include "fs/nsfs.h"
#include "fs/path.h"
#include "fs/proc_pid.h"
#include "lib/parse.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/namespace.h"
#include "proc/task.h"
#include "proc/user_namespace.h"

/* -------------------------------------------------------------------- ns/ */

static int follow(struct task *t, enum namespace_file which, struct path *out)
{
    struct namespace *ns = task_namespace_get(t, which);

    return ns ? nsfs_path(ns, out) : -ENOENT;
}

static int text(struct task *t, enum namespace_file which, char *buffer,
                size_t size)
{
    struct namespace *ns = task_namespace_get(t, which);

    if (!ns)
        return -ENOENT;
    snprintf(buffer, size, "%s:[%u]", ns->type->name, ns->inum);
    namespace_put(ns);
    return 0;
}

#define NS_FUNCTIONS(id, which)                                            \
    static int follow_##id(struct caller *who, struct task *t,             \
                           struct path *out)                               \
    {                                                                      \
        (void)who;                                                         \
        return follow(t, which, out);                                      \
    }                                                                      \
    static int text_##id(struct caller *who, struct task *t, char *buffer, \
                         size_t size)                                      \
    {                                                                      \
        (void)who;                                                         \
        return text(t, which, buffer, size);                               \
    }
NS_FUNCTIONS(net, NS_FILE_NET)
NS_FUNCTIONS(uts, NS_FILE_UTS)
NS_FUNCTIONS(ipc, NS_FILE_IPC)
NS_FUNCTIONS(pid, NS_FILE_PID)
NS_FUNCTIONS(pid_for_children, NS_FILE_PID_FOR_CHILDREN)
NS_FUNCTIONS(user, NS_FILE_USER)
NS_FUNCTIONS(mnt, NS_FILE_MNT)
NS_FUNCTIONS(cgroup, NS_FILE_CGROUP)
NS_FUNCTIONS(time, NS_FILE_TIME)
NS_FUNCTIONS(time_for_children, NS_FILE_TIME_FOR_CHILDREN)

#define NS_LINK(id)                                              \
    {                                                            \
        .name = #id, .mode = S_IFLNK | 0777, .access = PID_READ, \
        .follow = follow_##id, .text = text_##id                 \
    }
static const struct pid_entry ns_entries[] = {
    NS_LINK(net),
    NS_LINK(uts),
    NS_LINK(ipc),
    NS_LINK(pid),
    NS_LINK(pid_for_children),
    NS_LINK(user),
    NS_LINK(mnt),
    NS_LINK(cgroup),
    NS_LINK(time),
    NS_LINK(time_for_children),
};

static int ns_lookup(struct inode *dir, struct dentry *d)
{
    return pid_lookup_table(dir, d, ns_entries, ARRAY_SIZE(ns_entries));
}

static int ns_iterate(struct caller *who, struct file *file,
                      struct dir_context *ctx)
{
    (void)who;
    if (dir_emit_dots(ctx, file))
        pid_list_table(ctx, ns_entries, ARRAY_SIZE(ns_entries));
    return 0;
}

const struct inode_ops pid_ns_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = ns_lookup,
    .iterate = ns_iterate,
};

/* ---------------------------------------------------------------- id maps */

static struct user_namespace *user_ns_of(struct inode *inode)
{
    struct task *t = proc_task(inode);
    struct namespace *ns;

    if (!t)
        return NULL;
    ns = task_namespace_get(t, NS_FILE_USER);
    task_put(t);
    return container_of(ns, struct user_namespace, head);
}

static bool is_group(struct inode *inode)
{
    return proc_inode(inode)->entry->name[0] == 'g';
}

static int map_show(struct caller *who, struct inode *inode, struct text *out)
{
    struct user_namespace *ns = user_ns_of(inode);
    u32 first, lower, count;

    if (!ns)
        return -ESRCH;
    for (u32 i = 0;
         user_namespace_map_line(ns, who->cred->user_ns, is_group(inode), i,
                                 &first, &lower, &count);
         i++)
        text_printf(out, "%10u %10u %10u\n", first, lower, count);
    user_namespace_put(ns);
    return 0;
}

static ssize_t map_store(struct caller *who, struct inode *inode, char *data,
                         size_t n, s64 pos)
{
    struct user_namespace *ns = user_ns_of(inode);
    int error;

    if (!ns)
        return -ESRCH;
    error =
        pos ? -EINVAL
            : user_namespace_write_map(ns, who->cred, is_group(inode), data, n);
    user_namespace_put(ns);
    return error ? error : (ssize_t)n;
}

/* Writing is up to who opened it: a descriptor may be handed on. */
const struct pseudo_file_ops pid_id_map_file = {
    .show = map_show,
    .store = map_store,
    .as_opener = true,
};

static int setgroups_show(struct caller *who, struct inode *inode,
                          struct text *out)
{
    struct user_namespace *ns = user_ns_of(inode);

    (void)who;
    if (!ns)
        return -ESRCH;
    text_puts(out, READ_ONCE(ns->setgroups_denied) ? "deny\n" : "allow\n");
    user_namespace_put(ns);
    return 0;
}

static ssize_t setgroups_store(struct caller *who, struct inode *inode,
                               char *data, size_t n, s64 pos)
{
    struct user_namespace *ns;
    bool allow = strstarts(data, "allow");
    int error;

    (void)who;
    if (pos || n >= 8 || (!allow && !strstarts(data, "deny")))
        return -EINVAL;
    for (char *rest = data + (allow ? 5 : 4); *rest; rest++)
        if (*rest != ' ' && *rest != '\n' && *rest != '\t')
            return -EINVAL;
    ns = user_ns_of(inode);
    if (!ns)
        return -ESRCH;
    error = user_namespace_set_setgroups(ns, allow);
    user_namespace_put(ns);
    return error ? error : (ssize_t)n;
}

static int setgroups_open(struct caller *who, struct inode *inode,
                          struct file *file)
{
    struct user_namespace *ns = user_ns_of(inode);
    int error = 0;

    if (!ns)
        return -ESRCH;
    if (file->access & FILE_WRITE &&
        !cred_capable_ns(who->cred, ns, CAP_SYS_ADMIN))
        error = -EACCES;
    user_namespace_put(ns);
    return error;
}

const struct pseudo_file_ops pid_setgroups_file = {
    .show = setgroups_show,
    .store = setgroups_store,
    .open = setgroups_open,
};

/* --------------------------------------------------------- timens_offsets */

static struct time_namespace *time_ns_of(struct inode *inode)
{
    struct task *t = proc_task(inode);
    struct namespace *ns;

    if (!t)
        return NULL;
    ns = task_namespace_get(t, NS_FILE_TIME_FOR_CHILDREN);
    task_put(t);
    return ns ? container_of(ns, struct time_namespace, head) : NULL;
}

static void print_offset(struct text *out, const char *name, s64 ns)
{
    s64 seconds = ns / NS_PER_SEC, rest = ns % NS_PER_SEC;

    if (rest < 0) {
        rest += NS_PER_SEC;
        seconds--;
    }
    text_printf(out, "%-10s %10lld %9lld\n", name, (long long)seconds,
                (long long)rest);
}

static int offsets_show(struct caller *who, struct inode *inode,
                        struct text *out)
{
    struct time_namespace *ns = time_ns_of(inode);

    (void)who;
    if (!ns)
        return -ESRCH;
    print_offset(out, "monotonic", ns->monotonic_offset);
    print_offset(out, "boottime", ns->boottime_offset);
    namespace_put(&ns->head);
    return 0;
}

struct offset_line {
    bool boottime;
    s64 ns;
};

static char *next_word(char **at)
{
    char *s = *at, *word;

    while (*s == ' ' || *s == '\t')
        s++;
    word = s;
    while (*s && *s != ' ' && *s != '\t')
        s++;
    if (*s)
        *s++ = 0;
    *at = s;
    return word;
}

static int parse_offset(char *line, struct offset_line *out)
{
    const char *name = next_word(&line), *seconds = next_word(&line), *end;
    const char *nanoseconds = next_word(&line);
    bool negative = seconds[0] == '-';
    u64 s, n;

    if (!strcmp(name, "boottime") || !strcmp(name, "7"))
        out->boottime = true;
    else if (!strcmp(name, "monotonic") || !strcmp(name, "1"))
        out->boottime = false;
    else
        return -EINVAL;
    if (parse_u64(seconds + negative, &end, 10, &s) || *end ||
        parse_u64(nanoseconds, &end, 10, &n) || *end || n >= NS_PER_SEC)
        return -EINVAL;
    if (s > S64_MAX / NS_PER_SEC)
        return -ERANGE;
    out->ns = (negative ? -(s64)s : (s64)s) * (s64)NS_PER_SEC + (s64)n;
    return 0;
}

/* The clock must stay between 0 and half of what it can count. */
static int check_offset(const struct offset_line *line)
{
    s64 now = (s64)(line->boottime ? time_boottime() : time_monotonic());
    s64 sum;

    if (__builtin_add_overflow(now, line->ns, &sum) || sum < 0 ||
        sum > S64_MAX / 2)
        return -ERANGE;
    return 0;
}

/* At most two lines; *used: bytes of them. */
static int parse_offsets(char *data, struct offset_line *lines, size_t *used)
{
    char *start = data;
    int n = 0, error;

    for (char *line = data, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next) {
            *next++ = 0;
            if (!*next)
                next = NULL;
        }
        if (n == 2) {
            *used = (size_t)(line - start);
            break;
        }
        error = parse_offset(line, &lines[n++]);
        if (error)
            return error;
    }
    return n;
}

static ssize_t offsets_store(struct caller *who, struct inode *inode,
                             char *data, size_t n, s64 pos)
{
    static mutex_t lock = MUTEX_INIT(lock, "timens_offsets");
    struct offset_line lines[2];
    struct time_namespace *ns;
    size_t used = n;
    int count = 0, error;

    if (pos || n >= PAGE_SIZE)
        return -EINVAL;
    error = count = parse_offsets(data, lines, &used);
    if (count < 0)
        return error;
    ns = time_ns_of(inode);
    if (!ns)
        return -ESRCH;
    error =
        cred_capable_ns(who->cred, ns->head.owner, CAP_SYS_TIME) ? 0 : -EPERM;
    for (int i = 0; i < count && !error; i++)
        error = check_offset(&lines[i]);
    mutex_lock(&lock);
    if (!error && READ_ONCE(ns->frozen))
        error = -EACCES;
    for (int i = 0; i < count && !error; i++) {
        if (lines[i].boottime)
            ns->boottime_offset = lines[i].ns;
        else
            ns->monotonic_offset = lines[i].ns;
    }
    mutex_unlock(&lock);
    namespace_put(&ns->head);
    return error ? error : (ssize_t)used;
}

const struct pseudo_file_ops pid_timens_offsets_file = {
    .show = offsets_show,
    .store = offsets_store,
    .as_opener = true,
};
