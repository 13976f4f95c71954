#include "ipc/ipc_namespace.h"

#include "core/init.h"
#include "core/slab.h"
#include "fs/procfs.h"
#include "fs/sysctl.h"
#include "ipc/ipc_task.h"
#include "ipc/shm.h"
#include "lib/parse.h"
#include "lib/string.h"
#include "proc/clone_flags.h"
#include "proc/task.h"

/* Linux's defaults: uapi/linux/{sem,msg,shm}.h, linux/ipc_namespace.h. */
#define SEM_PER_SET_DEFAULT  32000
#define SEM_TOTAL_DEFAULT    1024000000
#define SEM_OPS_DEFAULT      500
#define SETS_DEFAULT         32000
#define MSG_SIZE_DEFAULT     8192
#define MSG_QUEUE_DEFAULT    16384
#define MSG_QUEUES_DEFAULT   32000
#define SHM_MAX_DEFAULT      (~0UL - (1UL << 24))
#define SHM_SEGMENTS_DEFAULT 4096
#define MQ_QUEUES_DEFAULT    256
#define MQ_MESSAGES_DEFAULT  10
#define MQ_SIZE_DEFAULT      8192
#define MQ_MESSAGES_HARD_MAX 65536
#define MQ_SIZE_HARD_MAX     (16 << 20)
#define MQ_SIZE_HARD_MIN     128

static struct ipc_namespace ipc_ns_first;
static const struct namespace_type ipc_ns_type;

static void set_up(struct ipc_namespace *ns)
{
    for (u32 i = 0; i < IPC_KINDS; i++)
        ipc_table_init(&ns->tables[i]);
    ns->sem_per_set = SEM_PER_SET_DEFAULT;
    ns->sem_total_max = SEM_TOTAL_DEFAULT;
    ns->sem_ops_max = SEM_OPS_DEFAULT;
    ns->sem_sets_max = SETS_DEFAULT;
    ns->msg_size_max = MSG_SIZE_DEFAULT;
    ns->msg_queue_bytes = MSG_QUEUE_DEFAULT;
    ns->msg_queues_max = MSG_QUEUES_DEFAULT;
    ns->shm_size_max = ns->shm_pages_max = SHM_MAX_DEFAULT;
    ns->shm_segments_max = SHM_SEGMENTS_DEFAULT;
    ns->mq_queues_max = MQ_QUEUES_DEFAULT;
    ns->mq_messages_max = ns->mq_messages_default = MQ_MESSAGES_DEFAULT;
    ns->mq_size_max = ns->mq_size_default = MQ_SIZE_DEFAULT;
    mutex_init(&ns->mq_lock, "ipc_mqueue");
}

static void ns_free(struct namespace *head)
{
    struct ipc_namespace *ns = container_of(head, struct ipc_namespace, head);

    mqueue_namespace_exit(ns);
    sem_namespace_exit(ns);
    msg_namespace_exit(ns);
    shm_namespace_exit(ns);
    for (u32 i = 0; i < IPC_KINDS; i++)
        ipc_table_destroy(&ns->tables[i]);
    kfree(ns);
}

static struct namespace *ns_copy(struct namespace *from,
                                 struct user_namespace *owner,
                                 struct fs_context *fs)
{
    struct ipc_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    (void)from;
    (void)fs;
    if (!ns)
        return ERR_PTR(-ENOMEM);
    set_up(ns);
    namespace_start(&ns->head, &ipc_ns_type, owner);
    return &ns->head;
}

static const struct namespace_type ipc_ns_type = {
    .name = "ipc",
    .kind = NS_IPC,
    .flag = CLONE_NEWIPC,
    .copy = ns_copy,
    .free = ns_free,
};

/* ----------------------------------------------------------------- tasks -- */

static void task_leave(struct task *t)
{
    sem_task_leave(t);
    shm_task_leave(t);
}

static const struct sysv_task_ops task_ops = {
    .clone = sem_task_clone,
    .undo = sem_task_leave,
    .leave = task_leave,
};

/* ------------------------------------------------------------- /proc/sys -- */

/* A variable of the caller's namespace; `variable` is its offset. */
static void *locate(struct caller *who, const struct sysctl *s)
{
    return (u8 *)ipc_namespace_of(who) + (size_t)s->variable;
}

static int show_sem(struct caller *who, struct text *out)
{
    const struct ipc_namespace *ns = ipc_namespace_of(who);

    text_printf(out, "%d\t%d\t%d\t%d\n", ns->sem_per_set, ns->sem_total_max,
                ns->sem_ops_max, ns->sem_sets_max);
    return 0;
}

static int store_sem(struct caller *who, char *value, size_t n)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    s32 *const all[] = {&ns->sem_per_set, &ns->sem_total_max, &ns->sem_ops_max,
                        &ns->sem_sets_max};
    char *word;

    (void)n;
    for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
        s64 number;

        while ((word = strsep(&value, " \t\n")) && !*word)
            ;
        if (!word)
            break;
        /* As in Linux: only the last one has bounds. */
        if (kstrtos64(word, 0, &number) || number < S32_MIN || number > S32_MAX)
            return -EINVAL;
        if (all[i] == &ns->sem_sets_max &&
            (number < 0 || number > IPC_INDEX_MAX + 1))
            return -ERANGE;
        WRITE_ONCE(*all[i], (s32)number);
    }
    return 0;
}

static int show_forced(struct caller *who, struct text *out)
{
    text_printf(out, "%d\n", ipc_namespace_of(who)->shm_rmid_forced);
    return 0;
}

static int store_forced(struct caller *who, char *value, size_t n)
{
    struct ipc_namespace *ns = ipc_namespace_of(who);
    s64 number;

    if (!n)
        return 0;
    if (kstrtos64(value, 0, &number) || number < 0 || number > 1)
        return -EINVAL;
    WRITE_ONCE(ns->shm_rmid_forced, (s32)number);
    if (number)
        shm_destroy_orphans(ns);
    return 0;
}

#define VARIABLE(member) ((void *)offsetof(struct ipc_namespace, member))
#define NS_INT(p, m, member, lo, hi)                                         \
    {                                                                        \
        .path = p, .mode = m, .kind = SYSCTL_INT_KIND,                       \
        .variable = VARIABLE(member), .min = lo, .max = hi, .locate = locate \
    }
#define NS_U64(p, m, member)                           \
    {                                                  \
        .path = p, .mode = m, .kind = SYSCTL_U64_KIND, \
        .variable = VARIABLE(member), .locate = locate \
    }

static s32 zero;

static const struct sysctl entries[] = {
    NS_U64("kernel/shmmax", 0644, shm_size_max),
    NS_U64("kernel/shmall", 0644, shm_pages_max),
    NS_INT("kernel/shmmni", 0644, shm_segments_max, 0, IPC_INDEX_MAX + 1),
    SYSCTL_CALL("kernel/shm_rmid_forced", 0644, show_forced, store_forced),
    NS_INT("kernel/msgmax", 0644, msg_size_max, 0, S32_MAX),
    NS_INT("kernel/msgmni", 0644, msg_queues_max, 0, IPC_INDEX_MAX + 1),
    NS_INT("kernel/msgmnb", 0644, msg_queue_bytes, 0, S32_MAX),
    SYSCTL_INT("kernel/auto_msgmni", 0644, &zero, 0, 1),
    SYSCTL_CALL("kernel/sem", 0644, show_sem, store_sem),
    NS_INT("kernel/sem_next_id", 0644, tables[IPC_SEM].next_id, 0, S32_MAX),
    NS_INT("kernel/msg_next_id", 0644, tables[IPC_MSG].next_id, 0, S32_MAX),
    NS_INT("kernel/shm_next_id", 0644, tables[IPC_SHM].next_id, 0, S32_MAX),
    NS_INT("fs/mqueue/queues_max", 0644, mq_queues_max, S32_MIN, S32_MAX),
    NS_INT("fs/mqueue/msg_max", 0644, mq_messages_max, 1, MQ_MESSAGES_HARD_MAX),
    NS_INT("fs/mqueue/msgsize_max", 0644, mq_size_max, MQ_SIZE_HARD_MIN,
           MQ_SIZE_HARD_MAX),
    NS_INT("fs/mqueue/msg_default", 0644, mq_messages_default, 1,
           MQ_MESSAGES_HARD_MAX),
    NS_INT("fs/mqueue/msgsize_default", 0644, mq_size_default, MQ_SIZE_HARD_MIN,
           MQ_SIZE_HARD_MAX),
};

static int ipc_namespace_init(void)
{
    set_up(&ipc_ns_first);
    namespace_register(&ipc_ns_type, &ipc_ns_first.head);
    sysv_task_ops = &task_ops;
    return sysctl_add(entries, ARRAY_SIZE(entries));
}
INITCALL(fs, ipc_namespace_init);
