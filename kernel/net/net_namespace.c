#include "net/net_namespace.h"

#include "core/caller.h"
#include "core/init.h"
#include "core/slab.h"
#include "fs/procfs.h"
#include "fs/sysctl.h"
#include "lib/errno.h"
#include "lib/parse.h"
#include "proc/clone_flags.h"
#include "proc/task.h"

struct net_namespace net_ns_first;

static void fill(struct net_namespace *ns)
{
    spin_init(&ns->lock, "net_namespace");
    INIT_LIST_HEAD(&ns->sockets);
    ns->datagram_queue_max = 10;
    ns->backlog_max = 4096;
}

static struct namespace *net_copy(struct namespace *from,
                                  struct user_namespace *owner,
                                  struct fs_context *fs)
{
    struct net_namespace *ns = kzalloc(sizeof(*ns), ALLOC_KERNEL);

    (void)fs;
    if (!ns)
        return ERR_PTR(-ENOMEM);
    namespace_start(&ns->head, from->type, owner);
    fill(ns);
    return &ns->head;
}

static void net_free(struct namespace *ns)
{
    kfree(container_of(ns, struct net_namespace, head));
}

static const struct namespace_type net_type = {
    .name = "net",
    .kind = NS_NET,
    .flag = CLONE_NEWNET,
    .copy = net_copy,
    .free = net_free,
};

struct net_namespace *net_namespace_of(const struct caller *who)
{
    return who->ns && who->ns->net ? who->ns->net : &net_ns_first;
}

struct net_namespace *net_namespace_of_file(const struct inode *inode)
{
    struct task *t = proc_task(inode);
    struct namespace *ns;

    if (!t)
        return NULL;
    ns = task_namespace_get(t, NS_FILE_NET);
    task_put(t);
    return ns ? container_of(ns, struct net_namespace, head) : NULL;
}

/* ------------------------------------------------------------- /proc/sys */

static int show(s32 value, struct text *out)
{
    text_printf(out, "%d\n", value);
    return 0;
}

static int store(struct caller *who, s32 *value, const char *text, s32 min)
{
    s32 v;

    if (!cred_capable_ns(who->cred, net_namespace_of(who)->head.owner,
                         CAP_NET_ADMIN))
        return -EPERM;
    if (kstrtoint(text, 10, &v) || v < min)
        return -EINVAL;
    WRITE_ONCE(*value, v);
    return 0;
}

static int show_queue(struct caller *who, struct text *out)
{
    return show(net_namespace_of(who)->datagram_queue_max, out);
}

static int store_queue(struct caller *who, char *value, size_t n)
{
    (void)n;
    return store(who, &net_namespace_of(who)->datagram_queue_max, value,
                 S32_MIN);
}

static int show_backlog(struct caller *who, struct text *out)
{
    return show(net_namespace_of(who)->backlog_max, out);
}

static int store_backlog(struct caller *who, char *value, size_t n)
{
    (void)n;
    return store(who, &net_namespace_of(who)->backlog_max, value, 0);
}

static const struct sysctl entries[] = {
    SYSCTL_CALL("net/unix/max_dgram_qlen", 0644, show_queue, store_queue),
    SYSCTL_CALL("net/core/somaxconn", 0644, show_backlog, store_backlog),
};

static int net_namespace_init(void)
{
    fill(&net_ns_first);
    namespace_register(&net_type, &net_ns_first.head);
    return sysctl_add(entries, ARRAY_SIZE(entries));
}
INITCALL(fs, net_namespace_init);
