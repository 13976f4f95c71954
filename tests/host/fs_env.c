/* The environment of fs_env.h. */
#include "fs_env.h"

#include "core/request.h"
#include "core/slab.h"
#include "core/wait.h"
#include "fs/dentry.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/nsfs.h"
#include "fs/object_owner.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "fs/tmpfs.h"
#include "fs/vfs.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/cred.h"
#include "proc/namespace.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "proc/user_account.h"

const struct pipe_hooks *pipe_hooks;
struct object_locks_hook object_locks_hook;

int object_owner_notify(struct caller *who, struct handle_ref *ref, int fd,
                        u64 *number)
{
    (void)who, (void)ref, (void)fd;
    *number = 1;
    return 0;
}
void object_owner_signal(const struct object *obj, u64 number, int fd)
{
    (void)obj, (void)number, (void)fd;
}

/* ----------------------------------------------------------- credentials */

struct user_namespace user_ns_first;
struct cred cred_root = {.user_ns = &user_ns_first, .cap_effective = CAP_FULL};
static struct cred cred;
static struct caller caller;

bool cred_capable_ns(const struct cred *c, struct user_namespace *ns, int cap)
{
    (void)ns;
    return c->cap_effective >> cap & 1;
}
bool caller_capable_init(const struct caller *who, int cap)
{
    return who->cred->cap_effective >> cap & 1;
}
bool cred_in_group(const struct cred *c, kgid_t gid)
{
    return kgid_equal(c->fsgid, gid);
}
kuid_t uid_to_kernel(const struct user_namespace *ns, u32 uid)
{
    (void)ns;
    return (kuid_t){uid};
}
kgid_t gid_to_kernel(const struct user_namespace *ns, u32 gid)
{
    (void)ns;
    return (kgid_t){gid};
}
u32 uid_from_kernel(const struct user_namespace *ns, kuid_t uid)
{
    (void)ns;
    return uid.value;
}
bool uid_is_mapped(const struct user_namespace *ns, kuid_t uid)
{
    (void)ns;
    (void)uid;
    return true;
}
bool gid_is_mapped(const struct user_namespace *ns, kgid_t gid)
{
    (void)ns;
    (void)gid;
    return true;
}
u32 gid_from_kernel(const struct user_namespace *ns, kgid_t gid)
{
    (void)ns;
    return gid.value;
}

struct caller *env_caller(void)
{
    return &caller;
}

void env_become(u32 uid)
{
    cred.fsuid = cred.euid = cred.uid = (kuid_t){uid};
    cred.fsgid = cred.egid = cred.gid = (kgid_t){uid};
    cred.cap_effective = uid ? 0 : CAP_FULL;
}

/* ---------------------------------------------------------------- start */

unsigned env_run_rcu(void)
{
    return 0; /* vm_env's call_rcu() does not wait */
}

void fs_env_start(void)
{
    static bool started;
    static unsigned roots;
    struct path root;
    char name[16];

    if (!started) {
        env_start();
        cred.user_ns = &user_ns_first;
        env_become(0);
        caller = (struct caller){.cred = &cred, .limit_fsize = ~0UL};
        dentry_cache_init();
        file_init();
        tmpfs_init();
        mount_init();
        started = true;
    }
    /* Each test has a root of its own: a directory it is confined to. */
    caller.fs = NULL;
    snprintf(name, sizeof(name), "/root%u", roots++);
    if (vfs_mkdir(&caller, AT_FDCWD, name, 0755) ||
        path_lookup(&caller, AT_FDCWD, name, 0, &root))
        __builtin_trap();
    caller.fs = fs_context_create(&root);
    caller.fs->umask = 0;
    path_put(&root);
}

/* -------------------------------------------------------------- the rest */

const struct fs_context_ops *fs_context_ops;

/* There is one namespace of each kind. */
void namespace_register(const struct namespace_type *type,
                        struct namespace *first)
{
    (void)type;
    (void)first;
}
void namespace_start(struct namespace *ns, const struct namespace_type *type,
                     struct user_namespace *owner)
{
    (void)ns;
    (void)type;
    (void)owner;
    __builtin_trap();
}
void namespace_put(struct namespace *ns)
{
    (void)ns;
}
const struct cred *namespace_change_cred(const struct namespace_change *c)
{
    (void)c;
    return &cred;
}
bool user_namespace_is_below(const struct user_namespace *ns,
                             const struct user_namespace *ancestor)
{
    return ns == ancestor;
}
struct namespace *nsfs_dentry_namespace(const struct dentry *d)
{
    (void)d;
    return NULL;
}
struct user_account *user_account_get(struct user_account *u)
{
    return u;
}
void user_account_put(struct user_account *u)
{
    (void)u;
}

s64 time_realtime(void)
{
    static s64 now = 1700000000L * 1000000000L;

    return now += 1000;
}

void random_bytes(void *buffer, size_t n)
{
    memset(buffer, 0x5a, n);
}

char *kstrdup(const char *s, u32 flags)
{
    size_t n = strlen(s) + 1;
    char *copy = kmalloc(n, flags);

    if (copy)
        memcpy(copy, s, n);
    return copy;
}

void *kvmalloc(size_t size, u32 flags)
{
    return kmalloc(size, flags & ~(u32)ALLOC_NOFAIL);
}

void kvfree(const void *p)
{
    kfree(p);
}

void rcu_barrier(void)
{
}

void mutex_assert_held(mutex_t *m)
{
    (void)m;
}

void object_put(struct object *obj)
{
    if (refcount_dec_and_test(&obj->refs))
        obj->ops->release(obj);
}

size_t iter_copy_to(struct iter *it, const void *src, size_t n)
{
    if (it->kind != ITER_KERNEL)
        __builtin_trap();
    n = min(n, it->count);
    memcpy(it->kernel + it->offset, src, n);
    it->offset += n;
    it->count -= n;
    return n;
}

void iter_truncate(struct iter *it, size_t n)
{
    it->count = min(it->count, n);
}

void request_init(struct io_request *req, const struct caller *who,
                  struct object *obj,
                  ssize_t (*op)(struct object *, struct io_request *))
{
    memset(req, 0, sizeof(*req));
    req->caller = who;
    req->object = obj;
    req->op = op;
}

ssize_t request_run(struct io_request *req, struct grant *g)
{
    (void)g;
    return req->op(req->object, req);
}

/* Nothing waits, signals or has handles here. */
void wait_queue_init(struct wait_queue *q)
{
    INIT_LIST_HEAD(&q->entries);
}
void wait_queue_wake(struct wait_queue *q, u32 key, unsigned exclusive)
{
    (void)q;
    (void)key;
    (void)exclusive;
}
void wait_queue_destroy(struct wait_queue *q)
{
    (void)q;
}
void wait_prepare(struct wait_queue *q, struct wait_entry *e,
                  enum wait_mode mode, bool exclusive)
{
    (void)q;
    (void)e;
    (void)mode;
    (void)exclusive;
    __builtin_trap();
}
void wait_prepare_first(struct wait_queue *q, struct wait_entry *e,
                        enum wait_mode mode, bool exclusive)
{
    wait_prepare(q, e, mode, exclusive);
}
int wait_sleep(enum wait_mode mode, u64 deadline)
{
    (void)mode;
    (void)deadline;
    __builtin_trap();
}
void wait_finish(struct wait_queue *q, struct wait_entry *e)
{
    (void)q;
    (void)e;
}
void request_wait(struct io_request *req, struct wait_queue *queue)
{
    (void)req;
    (void)queue;
    __builtin_trap();
}
int handle_get(struct caller *who, int fd, u32 rights, struct handle_ref *ref)
{
    (void)who;
    (void)fd;
    (void)rights;
    (void)ref;
    return -EBADF;
}
int handle_add(struct caller *who, struct grant *g, u32 flags)
{
    (void)who;
    (void)flags;
    grant_put(g);
    return -EMFILE;
}
int signal_send_thread(struct task *t, const struct signal_info *info)
{
    (void)t;
    (void)info;
    return 0;
}
void signal_info_kernel(struct signal_info *info, int signo)
{
    info->signo = signo;
}
struct pid *pid_get(struct pid *p)
{
    return p;
}
void pid_put(struct pid *p)
{
    (void)p;
}
u32 pid_number(const struct pid *p, const struct pid_namespace *ns)
{
    (void)p;
    (void)ns;
    return 1;
}
struct pid_namespace *task_pid_ns(const struct task *t)
{
    (void)t;
    return NULL;
}
/* Only the list of a mount's peers grows, and here nothing is shared. */
void *krealloc(void *p, size_t size, u32 flags)
{
    (void)p;
    (void)size;
    (void)flags;
    return NULL;
}
void signal_send_self(const struct caller *who, int signo)
{
    (void)who;
    (void)signo;
}
