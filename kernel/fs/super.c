/*
 * Super blocks and filesystem types.
 */
#include "fs/super.h"

#include "core/lock.h"
#include "core/rcu.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/inode.h"
#include "fs/watch.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "proc/namespace.h"
#include "vm/mapping.h"

static LIST_HEAD(types);
static spinlock_t types_lock = SPINLOCK_INIT("file_system_types");

static LIST_HEAD(supers);
static mutex_t supers_lock = MUTEX_INIT(supers_lock, "super_list");

/* Anonymous device numbers: major 0, minor from here. */
#define ANON_DEVICES 4096
static DECLARE_BITMAP(anon_devices, ANON_DEVICES);
static spinlock_t anon_lock = SPINLOCK_INIT("anon_devices");

void file_system_register(struct file_system_type *type)
{
    spin_lock(&types_lock);
    list_add_tail(&type->link, &types);
    spin_unlock(&types_lock);
}

struct file_system_type *file_system_find(const char *name)
{
    struct file_system_type *type, *found = NULL;

    spin_lock(&types_lock);
    list_for_each_entry (type, &types, link)
        if (strcmp(type->name, name) == 0)
            found = type;
    spin_unlock(&types_lock);
    return found;
}

void file_system_for_each(void (*fn)(void *ctx, struct file_system_type *t),
                          void *ctx)
{
    struct file_system_type *type;

    /* Types are registered at start and never go. */
    list_for_each_entry (type, &types, link)
        fn(ctx, type);
}

static int anon_device_get(devnum_t *dev)
{
    size_t minor;

    spin_lock(&anon_lock);
    minor = find_next_zero_bit(anon_devices, ANON_DEVICES, 1);
    if (minor < ANON_DEVICES)
        __set_bit(minor, anon_devices);
    spin_unlock(&anon_lock);
    if (minor >= ANON_DEVICES)
        return -EMFILE;
    *dev = DEVNUM(0, (u32)minor);
    return 0;
}

static void anon_device_put(devnum_t dev)
{
    spin_lock(&anon_lock);
    __clear_bit(DEV_MINOR(dev), anon_devices);
    spin_unlock(&anon_lock);
}

int super_init(struct super_block *sb, struct file_system_type *type,
               const struct super_ops *ops, u32 flags)
{
    int error = anon_device_get(&sb->dev);

    if (error)
        return error;
    refcount_set(&sb->active, 1);
    sb->flags = flags;
    sb->type = type;
    sb->ops = ops;
    sb->block_size = PAGE_SIZE;
    sb->max_size = S64_MAX;
    sb->user_ns = user_namespace_get(&user_ns_first);
    sb->time_granularity = 1;
    mutex_init(&sb->rename_lock, "super_rename");
    spin_init(&sb->lru_lock, "dentry_lru");
    INIT_LIST_HEAD(&sb->lru);
    spin_init(&sb->mounts_lock, "super_mounts");
    INIT_LIST_HEAD(&sb->mounts);
    INIT_LIST_HEAD(&sb->watches);
    atomic64_set(&sb->next_ino, 0);
    mutex_lock(&supers_lock);
    list_add_tail(&sb->link, &supers);
    mutex_unlock(&supers_lock);
    return 0;
}

static void super_detach(struct super_block *sb)
{
    mutex_lock(&supers_lock);
    list_del(&sb->link);
    mutex_unlock(&supers_lock);
}

void super_abandon(struct super_block *sb)
{
    super_detach(sb);
    user_namespace_put(sb->user_ns);
    anon_device_put(sb->dev);
}

void super_put(struct super_block *sb)
{
    struct user_namespace *user_ns = sb->user_ns;
    devnum_t dev = sb->dev;

    if (!refcount_dec_and_test(&sb->active))
        return;
    super_detach(sb);
    if (sb->ops->sync && !(sb->flags & SUPER_READ_ONLY))
        sb->ops->sync(sb, true);
    watch_super_gone(sb);
    dentry_destroy_tree(sb->root);
    /* Callbacks that free dentries and inodes look at sb. */
    rcu_barrier();
    sb->ops->destroy(sb);
    user_namespace_put(user_ns);
    anon_device_put(dev);
}

void super_for_each(void (*fn)(void *ctx, struct super_block *sb), void *ctx)
{
    struct super_block *sb;

    mutex_lock(&supers_lock);
    list_for_each_entry (sb, &supers, link)
        fn(ctx, sb);
    mutex_unlock(&supers_lock);
}

static void sync_one(void *ctx, struct super_block *sb)
{
    (void)ctx;
    if (sb->ops->sync && !(sb->flags & SUPER_READ_ONLY))
        sb->ops->sync(sb, true);
}

void super_sync_all(void)
{
    mapping_sync_all(true);
    super_for_each(sync_one, NULL);
}

bool mount_option_next(char **options, char **key, char **value)
{
    char *word;

    do {
        word = strsep(options, ",");
        if (!word)
            return false;
    } while (!*word);
    *key = word;
    *value = strchr(word, '=');
    if (*value)
        *(*value)++ = 0;
    return true;
}
