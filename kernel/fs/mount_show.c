/*
 * The texts of /proc/<pid>/mounts, mountinfo and mountstats.
 */
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/pseudo.h"
#include "fs/super.h"
#include "lib/string.h"

#define ESCAPED " \t\n\\#"

struct flag_name {
    u32 flag;
    const char *name;
};

static const struct flag_name mount_flag_names[] = {
    {MOUNT_NOSUID, ",nosuid"},           {MOUNT_NODEV, ",nodev"},
    {MOUNT_NOEXEC, ",noexec"},           {MOUNT_NOATIME, ",noatime"},
    {MOUNT_NODIRATIME, ",nodiratime"},   {MOUNT_RELATIME, ",relatime"},
    {MOUNT_NOSYMFOLLOW, ",nosymfollow"},
};

static void show_mount_flags(struct text *out, const struct mount *m)
{
    for (u32 i = 0; i < ARRAY_SIZE(mount_flag_names); i++)
        if (m->flags & mount_flag_names[i].flag)
            text_puts(out, mount_flag_names[i].name);
}

static void show_super_flags(struct text *out, struct super_block *sb)
{
    if (sb->flags & SUPER_SYNCHRONOUS)
        text_puts(out, ",sync");
    if (sb->ops->show_options)
        sb->ops->show_options(sb, out);
}

/* The mountpoint as seen from root; NULL when it is not below it. */
static char *mountpoint_text(struct mount *m, const struct path *root,
                             char *buffer)
{
    struct path path = {m, m->root};
    bool unreachable;
    char *text = path_text(&path, root, buffer, PATH_MAX, &unreachable, true);

    return IS_ERR(text) || unreachable ? NULL : text;
}

static void escape(struct text *out, const char *s)
{
    text_escape(out, s, strlen(s), ESCAPED);
}

void mount_show_mounts(struct mount_namespace *ns, const struct path *root,
                       struct text *out)
{
    char *buffer = kmalloc(PATH_MAX, ALLOC_KERNEL);
    struct mount *m;

    if (!buffer) {
        out->error = -ENOMEM;
        return;
    }
    mutex_lock(&mount_lock);
    list_for_each_entry (m, &ns->mounts, ns_link) {
        char *point = mountpoint_text(m, root, buffer);
        bool read_only =
            m->flags & MOUNT_READ_ONLY || m->sb->flags & SUPER_READ_ONLY;

        if (!point)
            continue;
        escape(out, m->source);
        text_putc(out, ' ');
        escape(out, point);
        text_printf(out, " %s %s", m->sb->type->name, read_only ? "ro" : "rw");
        if (m->sb->flags & SUPER_SYNCHRONOUS)
            text_puts(out, ",sync");
        show_mount_flags(out, m);
        if (m->sb->ops->show_options)
            m->sb->ops->show_options(m->sb, out);
        text_puts(out, " 0 0\n");
    }
    mutex_unlock(&mount_lock);
    kfree(buffer);
}

void mount_show_mountinfo(struct mount_namespace *ns, const struct path *root,
                          struct text *out)
{
    char *buffer = kmalloc(PATH_MAX, ALLOC_KERNEL);
    struct mount *m;

    if (!buffer) {
        out->error = -ENOMEM;
        return;
    }
    mutex_lock(&mount_lock);
    list_for_each_entry (m, &ns->mounts, ns_link) {
        char *text = mountpoint_text(m, root, buffer);
        char *kept = text ? kstrdup(text, ALLOC_KERNEL) : NULL;

        if (!kept)
            continue;
        text_printf(out, "%u %u %u:%u ", m->id, m->parent->id,
                    DEV_MAJOR(m->sb->dev), DEV_MINOR(m->sb->dev));
        /* What of the filesystem is shown: the path inside it. */
        text = buffer;
        if (m->root->ops && m->root->ops->describe)
            m->root->ops->describe(m->root, buffer, PATH_MAX);
        else
            text = dentry_text(m->root, buffer, PATH_MAX);
        escape(out, IS_ERR(text) ? "/" : text);
        text_putc(out, ' ');
        escape(out, kept);
        kfree(kept);
        text_puts(out, m->flags & MOUNT_READ_ONLY ? " ro" : " rw");
        show_mount_flags(out, m);
        if (m->peer_group)
            text_printf(out, " shared:%u", m->peer_group);
        if (m->master)
            text_printf(out, " master:%u", m->master->peer_group);
        if (m->flags & MOUNT_UNBINDABLE)
            text_puts(out, " unbindable");
        text_printf(out, " - %s ", m->sb->type->name);
        escape(out, m->source);
        text_puts(out, m->sb->flags & SUPER_READ_ONLY ? " ro" : " rw");
        show_super_flags(out, m->sb);
        text_putc(out, '\n');
    }
    mutex_unlock(&mount_lock);
    kfree(buffer);
}

void mount_show_mountstats(struct mount_namespace *ns, const struct path *root,
                           struct text *out)
{
    char *buffer = kmalloc(PATH_MAX, ALLOC_KERNEL);
    struct mount *m;

    if (!buffer) {
        out->error = -ENOMEM;
        return;
    }
    mutex_lock(&mount_lock);
    list_for_each_entry (m, &ns->mounts, ns_link) {
        char *point = mountpoint_text(m, root, buffer);

        if (!point)
            continue;
        text_puts(out, "device ");
        escape(out, m->source);
        text_puts(out, " mounted on ");
        escape(out, point);
        text_printf(out, " with fstype %s\n", m->sb->type->name);
    }
    mutex_unlock(&mount_lock);
    kfree(buffer);
}
