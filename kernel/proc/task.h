/*
 * Tasks: threads of user programs, and the parts they share.
 *
 * A task is a thread plus pointers to separately counted parts (address space,
 * handle table, filesystem context, signal handlers, thread group, credentials,
 * namespaces), so that every CLONE_* combination is a choice of share or copy.
 *
 * Locks:
 *   tasklist_lock     spinlock: parent/child/sibling, thread-group and pid
 * links; readers may use RCU group->lock       spinlock, irq-safe: signals
 * (pending sets, handlers' actions, stop and exit state) of a thread group
 *   task->alloc_lock  spinlock: the pointers mm, handles, fs, ns, cred when
 *                     somebody else reads them (the task itself reads freely)
 *   group->exec_lock  mutex: credentials change with exec and ptrace attach
 * Order: tasklist_lock > group->lock > (run queue); alloc_lock is a leaf below
 * tasklist_lock.
 */
#ifndef PROC_TASK_H
#define PROC_TASK_H

#include "core/caller.h"
#include "core/rcu.h"
#include "core/sched.h"
#include "core/time.h"
#include "core/wait.h"
#include "proc/cred.h"
#include "proc/namespace.h"
#include "proc/pid.h"
#include "proc/ptrace.h"
#include "proc/signal.h"

struct address_space;
struct grant;
struct sem_undo_list;
struct tty_session; /* tty/: controlling terminal */

/* Resource limits: indexes are Linux's RLIMIT_*. */
enum {
    LIMIT_CPU,
    LIMIT_FSIZE,
    LIMIT_DATA,
    LIMIT_STACK,
    LIMIT_CORE,
    LIMIT_RSS,
    LIMIT_NPROC,
    LIMIT_NOFILE,
    LIMIT_MEMLOCK,
    LIMIT_AS,
    LIMIT_LOCKS,
    LIMIT_SIGPENDING,
    LIMIT_MSGQUEUE,
    LIMIT_NICE,
    LIMIT_RTPRIO,
    LIMIT_RTTIME,
    LIMIT_COUNT
};
struct limit {
    u64 soft, hard; /* ~0: unlimited */
};

struct io_counters {
    u64 read_chars, write_chars, read_calls, write_calls, read_bytes,
        write_bytes, cancelled;
};

/* A process: its threads share this. */
struct thread_group {
    refcount_t refs;
    spinlock_t lock;          /* irq-safe; guards what is marked G */
    struct list_head threads; /* tasks by group_link; tasklist_lock, RCU */
    u32 thread_count;         /* tasklist_lock */
    struct task *leader;      /* borrowed */
    struct signal_queue shared_pending; /* G */
    struct wait_queue child_wait;       /* wait4 sleeps here */
    struct wait_queue signalfd_wait;    /* memory for a grace period: epoll */
    struct rcu_head rcu;
    u32 exit_code;           /* G: wait status when group_exiting */
    bool group_exiting;      /* G */
    struct task *exec_task;  /* G: thread that execs and waits for the others */
    u32 stop_signal;         /* G: group stop in progress or done */
    struct core_state *core; /* G: a core is being written; proc/core_dump.c */
    u32 stop_pending;        /* G: threads that have yet to stop */
    u32 flags;               /* G: GROUP_* */
    mutex_t exec_lock;
    /* Held for writing while exec switches memory and credentials, for reading
     * from an access check until what it gave access to is at hand. */
    rwlock_t exec_update;
    struct limit limits[LIMIT_COUNT]; /* alloc: group->lock to change a pair */
    /* accumulated from threads and children that are gone; G */
    u64 user_ns, system_ns, child_user_ns, child_system_ns;
    u64 min_faults, maj_faults, child_min_faults, child_maj_faults;
    u64 voluntary, involuntary, child_voluntary, child_involuntary;
    u64 max_rss_pages, child_max_rss_pages;
    struct io_counters io;
    struct posix_timers *timers; /* proc/posix_timer.c */
    struct timer cpu_timer;      /* looks at cpu_timers and RLIMIT_CPU */
    struct cpu_itimer {
        u64 deadline, interval; /* ns of CPU time; deadline 0: off; G */
    } cpu_timers[2];            /* ITIMER_VIRTUAL, ITIMER_PROF */
    bool timers_over;  /* the process ends: no timer starts any more; G */
    bool thp_disabled; /* prctl(PR_SET_THP_DISABLE) */
    u8 mce_kill;       /* prctl(PR_MCE_KILL): PR_MCE_KILL_* */
    u32 dump_filter;   /* CORE_*: /proc/<pid>/coredump_filter */
    struct wait_queue core_done; /* parked threads of a core dump */
    u64 cpu_limit_next;          /* seconds at which SIGXCPU comes again; G */
    u64 real_deadline;           /* ITIMER_REAL: 0: off; G */
    u64 real_interval;           /* G */
    bool real_fired;             /* starts again when its SIGALRM is taken; G */
    struct timer real_timer;
    u64 start_time, start_boottime;
    struct tty_session *tty; /* controlling terminal; G; owned; tty/ */
    u32 membarrier;          /* commands it registered for; atomic */
    bool session_leader;
    bool has_execed;
    bool child_subreaper;
    s32 oom_score_adj, oom_score_adj_min;
    struct io_context *io_context;
};
#define GROUP_STOPPED         BIT(0)
#define GROUP_CONTINUED       BIT(1)
#define GROUP_STOP_REPORTED   BIT(2)
#define GROUP_UNKILLABLE      BIT(3) /* init of its namespace */
#define GROUP_NO_ZOMBIE       BIT(4)
#define GROUP_CONTINUE_NOTIFY BIT(5) /* tell the parent: CLD_CONTINUED */
#define GROUP_STOP_NOTIFY     BIT(6) /* tell the parent: CLD_STOPPED */

struct fs_context; /* fs/; counted through fs_context_ops */

struct task {
    struct thread thread; /* must be first */
    struct caller caller; /* on whose behalf: this task's own parts */
    refcount_t refs;
    struct thread_group *group; /* owned */
    struct list_head group_link;
    struct pid *pids[PID_KINDS]; /* owned; [GROUP], [SESSION] of leaders only */
    struct hlist_node pid_links[PID_KINDS];

    struct task *parent;       /* tasklist_lock; gets SIGCHLD, waits */
    struct task *real_parent;  /* differs from parent while traced */
    struct list_head children; /* tasks by sibling */
    struct list_head sibling;
    struct list_head traced, trace_link;

    struct address_space *mm;        /* owned; NULL: kernel thread or exiting */
    struct address_space *ending_mm; /* its structure, while all that the task
                                        held goes; alloc_lock */
    struct handle_table *handles;    /* owned */
    struct fs_context *fs;           /* owned */
    struct namespaces *ns;           /* owned */
    const struct cred *cred;         /* owned: effective */
    struct signal_handlers *handlers; /* owned; shared by CLONE_SIGHAND */
    struct account *account;          /* owned */
    spinlock_t alloc_lock;

    struct signal_state signal; /* per-thread: mask, pending, altstack */
    struct work_list notify;    /* task work, run on the way to user mode */

    u32 exit_signal; /* to the parent at exit; SIGCHLD for processes */
    u32 exit_status; /* wait status */
    u8 exit_state;   /* TASK_ALIVE, TASK_ZOMBIE, TASK_DEAD; tasklist_lock */
    u32 flags;       /* TASK_* */
    u32 personality;
    u32 parent_death_signal;
    u64 set_child_tid;   /* user address, CLONE_CHILD_SETTID, once */
    u64 clear_child_tid; /* user address, CLONE_CHILD_CLEARTID */
    u64 robust_list;     /* user address */
    u64 robust_list_size;
    u64 rseq_address; /* user address, 0: not registered */
    u32 rseq_signature;
    struct completion_flag *vfork_done; /* parent waits; guarded by alloc_lock*/
    u64 min_faults, maj_faults;
    u64 start_time;
    u64 timer_slack;
    u16 io_priority; /* ioprio_set(2); 0: none was set */
    struct futex_pi_state *pi_blocked_on;
    struct list_head pi_owned;
    bool pi_closed; /* it ends and has given all up: owns no more */
    struct restart_block {
        s64 (*fn)(struct task *t, struct restart_block *b);
        u64 args[6];
    } restart;
    struct sem_undo_list *sem_undo; /* owned; ipc/; see sysv_task_ops */
    bool made_segments;             /* System V segments know it as maker */
    struct ptrace_state trace;
    struct seccomp_filter *seccomp; /* owned; the newest of its chain */
    u8 seccomp_mode;                /* SECCOMP_MODE_* */
    u8 no_new_privs;                /* exec raises nothing; never cleared */
    u32 fail_nth; /* debug: fail the Nth allocation of this task */
    struct rcu_head rcu;
};
#define TASK_ALIVE          0
#define TASK_ZOMBIE         1
#define TASK_DEAD           2
#define TASK_EXITING        BIT(0)
#define TASK_FORK_NOEXEC    BIT(1)
#define TASK_SUPERPRIV      BIT(2)
#define TASK_KTHREAD        BIT(4)
#define TASK_NPROC_EXCEEDED BIT(5)
#define TASK_TRACE_PRINT    BIT(6) /* --trace: print its system calls */

extern spinlock_t tasklist_lock;
extern u32 task_limit; /* most tasks there may be (threads-max) */
u32 task_total(void);

static inline struct task *task_current(void)
{
    return (struct task *)thread_current();
}
struct task *task_get(struct task *t);
void task_put(struct task *t);
/* One function per kind: a number, inside the caller's pid namespace, for that
 * caller. Referenced, or NULL. */
struct task *task_find(const struct caller *who, s32 tid);
struct task *task_find_process(const struct caller *who, s32 pid); /* leader */
/* /proc: first process with number >= *number in ns. */
struct task *task_next_process(struct pid_namespace *ns, u32 *number);
struct task *task_next_thread(struct task *leader, u32 *number,
                              struct pid_namespace *ns);
/* References to another task's parts; NULL when it has none (any more). */
struct address_space *task_mm_get(struct task *t);
struct handle_table *task_handles_get(struct task *t);
const struct cred *task_cred_get(struct task *t);
struct pid_namespace *task_pid_ns(const struct task *t);
/* May `who` look at / change t (ptrace's rule)? 0 or -EPERM. */
enum task_access {
    TASK_ACCESS_READ,
    TASK_ACCESS_ATTACH
};
int task_may_access(const struct caller *who, struct task *t,
                    enum task_access mode);
/* The check, and what follows from it as one step: until task_access_end() t
 * does not become another program. -EPERM, -EINTR. May sleep. */
int task_access_begin(const struct caller *who, struct task *t,
                      enum task_access mode);
void task_access_end(struct task *t);
/* Another task's memory after the check, or ERR_PTR(-EPERM, -EINTR); -ESRCH:
 * it has none (any more). */
struct address_space *task_access_mm(const struct caller *who, struct task *t,
                                     enum task_access mode);
/* May others of its user look into it (PR_SET_DUMPABLE)? Yes without memory. */
bool task_is_dumpable(struct task *t);
void task_set_dumpable(struct task *t, bool dumpable); /* t is current */
/* Has it been switched out, so that its registers are all in memory? */
bool task_is_asleep(const struct task *t);
/* State letter for /proc: R S D T t Z X I. */
char task_state_letter(const struct task *t);
void task_times(struct task *t, u64 *user_ns, u64 *system_ns);
void thread_group_times(struct thread_group *g, u64 *user_ns, u64 *system_ns);

/* How proc handles parts of layers above it; registered by fs/ and tty/. */
struct fs_context_ops {
    struct fs_context *(*get)(struct fs_context *fs);  /* ERR_PTR(-EAGAIN) */
    struct fs_context *(*copy)(struct fs_context *fs); /* ERR_PTR */
    void (*put)(struct fs_context *fs);
    bool (*is_private)(struct fs_context *fs); /* of one task only */
    /* exec by one of `users` tasks that it knows: true when there are no
     * others, and until exec_end() none comes. */
    bool (*exec_begin)(struct fs_context *fs, u32 users);
    void (*exec_end)(struct fs_context *fs);
    /* Its root is not that of the mount namespace. */
    bool (*is_chrooted)(struct fs_context *fs, struct mount_namespace *ns);
    /* exec: resolve and open for execution; a grant of an OBJECT_FILE, with
     * RIGHT_READ|RIGHT_EXEC. `dirfd`/`flags` as execveat. */
    struct grant *(*open_executable)(struct caller *who, int dirfd,
                                     const char *path, u32 flags);
    /* Its mode bits for setuid, whether exec may use it (noexec mounts). */
    bool (*executable_is_readable)(struct caller *who, struct grant *g);
    int (*executable_attributes)(struct caller *who, struct grant *g, u32 *mode,
                                 kuid_t *uid, kgid_t *gid, bool *nosuid);
    /* ETXTBSY accounting. */
    int (*deny_write)(struct grant *g);
    void (*allow_write)(struct grant *g);
    /* The first process: a context at the root; its handles 0, 1 and 2 on
     * /dev/console (an errno is no reason not to go on). */
    /* The last part of its name in the file system. */
    void (*executable_name)(struct grant *g, char *out, size_t size);
    struct fs_context *(*first)(void); /* ERR_PTR */
    int (*open_console)(struct caller *who);
};
extern const struct fs_context_ops *fs_context_ops;
struct tty_session_ops {
    struct tty_session *(*get)(struct tty_session *t);
    void (*put)(struct tty_session *t);
    /* The session leader exits: hang up, SIGHUP to the foreground group. */
    void (*leader_exit)(struct tty_session *t, struct task *leader);
};
extern const struct tty_session_ops *tty_session_ops;
/* System V IPC: what goes with a task. */
struct sysv_task_ops {
    /* A child shares its parent's undo list (CLONE_SYSVSEM) or has none:
     * -ENOMEM. */
    int (*clone)(struct task *child, struct task *parent, bool share);
    /* unshare(CLONE_SYSVSEM): it leaves the list, and what is to be undone by
     * its last user is. */
    void (*undo)(struct task *t);
    /* It ends, or goes to another IPC namespace: that, and the segments that it
     * made have no maker any more. */
    void (*leave)(struct task *t);
};
extern const struct sysv_task_ops *sysv_task_ops;

/* ------------------------------------------------------ making and ending */

struct clone_args { /* decoded by abi from clone, clone3, fork, vfork */
    u64 flags;      /* CLONE_* without the signal */
    u32 exit_signal;
    u64 stack; /* initial stack pointer, 0: as the parent's */
    u64 tls;
    u64 parent_tid, child_tid, pidfd; /* user addresses */
    const s32 *set_tid;
    u32 set_tid_count;
    int cgroup_fd;
};
/* The new task's number in the caller's namespace, or a negative errno; the
 * errors and their order are Linux's. */
s64 task_clone(struct task *parent, const struct clone_args *args);

struct exec_args { /* strings are in the caller's memory until copied */
    int dirfd;
    const char *path; /* kernel copy */
    u32 flags;        /* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
    u64 argv, envp;   /* user addresses of arrays */
    const char *const *kernel_argv, *const *kernel_envp; /* instead, for init */
};
/* Replaces the current task's image; 0: user registers are set. */
int task_exec(struct task *t, const struct exec_args *args);

void task_exit(u32 status) __noreturn;       /* this thread */
void task_exit_group(u32 status) __noreturn; /* wait status, all threads */

/* Linux's WNOHANG and friends. */
#define WAIT_NO_HANG   0x00000001u
#define WAIT_STOPPED   0x00000002u
#define WAIT_EXITED    0x00000004u
#define WAIT_CONTINUED 0x00000008u
#define WAIT_NO_REAP   0x01000000u
#define WAIT_NO_THREAD 0x20000000u
#define WAIT_ALL_KINDS 0x40000000u
#define WAIT_CLONE     0x80000000u

enum wait_kind {
    WAIT_ANY,
    WAIT_PROCESS,
    WAIT_GROUP
};

struct wait_args {
    enum wait_kind kind;
    struct pid *pid; /* borrowed */
    u32 options;     /* WNOHANG, WUNTRACED/WSTOPPED, WCONTINUED, WEXITED.. */
};
struct wait_result {
    s32 pid;
    u32 uid;
    u32 status; /* wait status */
    s32 code;   /* CLD_* */
    struct usage {
        u64 user_ns, system_ns, max_rss_kib, min_faults, maj_faults, in_blocks,
            out_blocks, voluntary, involuntary;
    } usage;
};
enum usage_of {
    USAGE_THREAD,
    USAGE_PROCESS,
    USAGE_CHILDREN
};
void task_usage(struct task *t, enum usage_of whose, struct usage *u);
/* > 0: found, 0: WNOHANG and none ready, -ECHILD, -ERESTARTSYS. */
s32 task_wait(struct task *t, const struct wait_args *args,
              struct wait_result *result);

#endif
