/*
 * /proc/sysvipc: what there is in the reader's IPC namespace, whoever may use
 * it.
 */
#include "core/init.h"
#include "fs/procfs.h"
#include "ipc/ipc_namespace.h"
#include "ipc/msg.h"
#include "ipc/sem.h"
#include "ipc/shm.h"
#include "proc/task.h"

/* The owners' numbers as every line ends its first half with. */
static void put_ids(struct text *out, const struct caller *who,
                    const struct ipc_status *s)
{
    struct user_namespace *ns = who->cred->user_ns;

    text_printf(out, "%5u %5u %5u %5u ", uid_from_kernel(ns, s->uid),
                gid_from_kernel(ns, s->gid), uid_from_kernel(ns, s->cuid),
                gid_from_kernel(ns, s->cgid));
}

static void put_sem(struct caller *who, s32 index, struct text *out)
{
    struct sem_status s;

    if (sem_stat(who, index, IPC_STAT_ANY, &s) < 0)
        return;
    text_printf(out, "%10d %10d  %4o %10lu ", s.common.key, s.common.id,
                s.common.mode, s.count);
    put_ids(out, who, &s.common);
    text_printf(out, "%10ld %10ld\n", s.operated, s.changed);
}

static void put_msg(struct caller *who, s32 index, struct text *out)
{
    struct msg_status s;

    if (msg_stat(who, index, IPC_STAT_ANY, &s) < 0)
        return;
    text_printf(out, "%10d %10d  %4o  %10lu %10lu %5u %5u ", s.common.key,
                s.common.id, s.common.mode, s.bytes, s.count, s.sender,
                s.receiver);
    put_ids(out, who, &s.common);
    text_printf(out, "%10ld %10ld %10ld\n", s.sent, s.received, s.changed);
}

static void put_shm(struct caller *who, s32 index, struct text *out)
{
    struct shm_status s;

    if (shm_stat(who, index, IPC_STAT_ANY, &s) < 0)
        return;
    text_printf(out, "%10d %10d  %4o %21lu %5u %5u  %5lu ", s.common.key,
                s.common.id, s.common.mode, s.size, s.creator, s.last,
                s.attachments);
    put_ids(out, who, &s.common);
    text_printf(out, "%10ld %10ld %10ld %21lu %21u\n", s.attached, s.detached,
                s.changed, s.resident, 0);
}

static int show(struct caller *who, enum ipc_kind kind, const char *head,
                void (*put)(struct caller *who, s32 index, struct text *out),
                struct text *out)
{
    struct ipc_table *t = ipc_table_of(ipc_namespace_of(who), kind);
    int index;

    text_puts(out, head);
    read_lock(&t->lock);
    for (index = 0; idr_next(&t->ids, &index); index++)
        put(who, index, out);
    read_unlock(&t->lock);
    return 0;
}

static int show_sem(struct caller *who, struct inode *inode, struct text *out)
{
    (void)inode;
    return show(
        who, IPC_SEM,
        "       key      semid perms      nsems   uid   gid  cuid  cgid "
        "     otime      ctime\n",
        put_sem, out);
}

static int show_msg(struct caller *who, struct inode *inode, struct text *out)
{
    (void)inode;
    return show(
        who, IPC_MSG,
        "       key      msqid perms      cbytes       qnum lspid lrpid "
        "  uid   gid  cuid  cgid      stime      rtime      ctime\n",
        put_msg, out);
}

static int show_shm(struct caller *who, struct inode *inode, struct text *out)
{
    (void)inode;
    return show(who, IPC_SHM,
                "       key      shmid perms                  size  cpid  lpid "
                "nattch   uid   gid  cuid  cgid      atime      dtime      "
                "ctime                   rss                  swap\n",
                put_shm, out);
}

PROC_FILE(sem_file, show_sem);
PROC_FILE(msg_file, show_msg);
PROC_FILE(shm_file, show_shm);

static int sysvipc_proc_init(void)
{
    int error = proc_add_file("sysvipc/msg", S_IFREG | 0444, &msg_file, NULL);

    if (!error)
        error = proc_add_file("sysvipc/sem", S_IFREG | 0444, &sem_file, NULL);
    if (!error)
        error = proc_add_file("sysvipc/shm", S_IFREG | 0444, &shm_file, NULL);
    return error;
}
INITCALL(fs, sysvipc_proc_init);
