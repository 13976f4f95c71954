/*
 * dnotify.
 */
#include "fs/dnotify.h"

#include "core/caller.h"
#include "core/slab.h"
#include "fs/file.h"
#include "fs/object_owner.h"
#include "fs/watch_internal.h"

s32 dnotify_enable = 1;

struct dnotify {
    struct watch watch;
    const struct object *object; /* the open directory; it ends this */
    const void *table;           /* handles: compared only */
    u64 owner;                   /* the object's, in object_owner.h */
    int fd;
};

struct dnotify_signal {
    struct list_head link;
    const struct object *object; /* compared only */
    u64 owner;
    int fd;
};

static struct dnotify *dnotify_of(struct watch *w)
{
    return container_of(w, struct dnotify, watch);
}

/* --------------------------------------------------------------- signals */

void dnotify_event(struct watch *w, struct list_head *signals)
{
    struct dnotify *dn = dnotify_of(w);
    struct dnotify_signal *s = kmalloc(sizeof(*s), ALLOC_ATOMIC);

    if (!s)
        return;
    s->object = dn->object;
    s->owner = dn->owner;
    s->fd = dn->fd;
    list_add_tail(&s->link, signals);
}

void dnotify_send(struct list_head *signals)
{
    struct dnotify_signal *s, *next;

    list_for_each_entry_safe (s, next, signals, link) {
        object_owner_signal(s->object, s->owner, s->fd);
        list_del(&s->link);
        kfree(s);
    }
}

void dnotify_free(struct watch *w)
{
    kfree(dnotify_of(w));
}

/* ------------------------------------------------------------------ life */

void dnotify_close(struct file *f, const void *table)
{
    struct watch *w, *next;
    LIST_HEAD(gone);

    spin_lock(&watch_lock);
    list_for_each_entry_safe (w, next, watch_list(f->inode), inode_link) {
        if (w->instance || dnotify_of(w)->object != file_object(f) ||
            (table && dnotify_of(w)->table != table))
            continue;
        watch_unlink(w);
        list_add(&w->inode_link, &gone);
    }
    spin_unlock(&watch_lock);
    watch_free_gone(&gone);
}

static u32 mask_of(u32 events)
{
    static const struct {
        u32 event, mask;
    } masks[] = {
        {DN_ACCESS, WATCH_ACCESS},
        {DN_MODIFY, WATCH_MODIFY},
        {DN_CREATE, WATCH_CREATE | WATCH_MOVED_TO},
        {DN_DELETE, WATCH_DELETE | WATCH_MOVED_FROM},
        {DN_RENAME, WATCH_RENAME},
        {DN_ATTRIB, WATCH_ATTRIB},
    };
    u32 mask = events & DN_MULTISHOT ? 0 : WATCH_ONESHOT;

    for (u32 i = 0; i < ARRAY_SIZE(masks); i++)
        if (events & masks[i].event)
            mask |= masks[i].mask;
    return mask;
}

/* watch_lock is held. */
static struct dnotify *find(struct file *f, const void *table)
{
    struct watch *w;

    list_for_each_entry (w, watch_list(f->inode), inode_link)
        if (!w->instance && dnotify_of(w)->object == file_object(f) &&
            dnotify_of(w)->table == table)
            return dnotify_of(w);
    return NULL;
}

int dnotify_set(struct caller *who, struct handle_ref *ref, int fd, u32 events)
{
    struct file *f = file_from_object(ref->object);
    struct dnotify *new, *have;
    u64 owner;
    int error;

    if (!READ_ONCE(dnotify_enable))
        return -EINVAL;
    if (!(events & ~DN_MULTISHOT)) {
        if (f && f->access & FILE_DNOTIFY)
            dnotify_close(f, who->handles);
        return 0;
    }
    if (!f || !S_ISDIR(f->inode->mode))
        return -ENOTDIR;
    error = watch_prepare(f->inode);
    if (!error)
        error = object_owner_notify(who, ref, fd, &owner);
    if (error)
        return error;
    new = kzalloc(sizeof(*new), ALLOC_KERNEL);
    if (!new)
        return -ENOMEM;
    __atomic_fetch_or(&f->access, FILE_DNOTIFY, __ATOMIC_RELAXED);
    spin_lock(&watch_lock);
    have = find(f, who->handles);
    if (have) {
        u32 mask = mask_of(events);

        /* Once asked for more than one, it stays. */
        have->watch.mask = ((have->watch.mask | mask) & ~WATCH_ONESHOT) |
                           (have->watch.mask & mask & WATCH_ONESHOT);
        have->fd = fd;
    } else {
        new->watch.mask = mask_of(events);
        new->object = ref->object;
        new->table = who->handles;
        new->owner = owner;
        new->fd = fd;
        INIT_LIST_HEAD(&new->watch.instance_link);
        watch_link(&new->watch, f->inode);
        new = NULL;
    }
    spin_unlock(&watch_lock);
    kfree(new);
    return 0;
}
