/*
 * procfs: the super block, inodes, the static tree.
 */
#include "fs/procfs.h"

#include "core/init.h"
#include "core/slab.h"
#include "fs/dentry.h"
#include "fs/dirent.h"
#include "fs/mount.h"
#include "lib/string.h"
#include "proc/namespace.h"
#include "proc/task.h"

#define PROC_MAGIC    0x9fa0
#define FIRST_PROCESS 256 /* positions of processes in the root's listing */
#define SELF_POSITION 254

struct proc_node proc_root = {
    .name = "",
    .mode = S_IFDIR | 0555,
    .ino = 1,
    .children = LIST_HEAD_INIT(proc_root.children),
};
struct proc_node proc_net = {
    .name = "net",
    .mode = S_IFDIR | 0555,
    .ino = 2,
    .children = LIST_HEAD_INIT(proc_net.children),
};
static mutex_t tree_lock = MUTEX_INIT(tree_lock, "proc_tree");
static u64 next_node_ino = 0xf0000000;

/* -------------------------------------------------------- building the tree */

static struct proc_node *find_child(struct proc_node *dir, const char *name,
                                    size_t n)
{
    struct proc_node *node;

    list_for_each_entry (node, &dir->children, sibling)
        if (strlen(node->name) == n && memcmp(node->name, name, n) == 0)
            return node;
    return NULL;
}

static struct proc_node *new_node(struct proc_node *dir, const char *name,
                                  size_t n, u32 mode)
{
    struct proc_node *node = kzalloc(sizeof(*node) + n + 1, ALLOC_KERNEL);

    if (!node)
        return NULL;
    memcpy((char *)(node + 1), name, n);
    node->name = (char *)(node + 1);
    node->mode = mode;
    node->ino = next_node_ino++;
    node->parent = dir;
    INIT_LIST_HEAD(&node->children);
    /* Readers walk the list without a lock. */
    list_add_tail_rcu(&node->sibling, &dir->children);
    return node;
}

/* The node of a path, made if need be; directories on the way too. */
static struct proc_node *node_at(const char *path, u32 mode, bool strict)
{
    struct proc_node *node = &proc_root;

    /* "net" is of a process's network namespace: /proc/<pid>/net. */
    if (strstarts(path, "net/")) {
        node = &proc_net;
        path += 4;
    }
    mutex_lock(&tree_lock);
    while (node && *path) {
        size_t n = (size_t)(strchrnul(path, '/') - path);
        bool last = !path[n];
        struct proc_node *child = find_child(node, path, n);

        if (!child) {
            child = new_node(node, path, n, last ? mode : S_IFDIR | 0555);
            if (child && !last)
                child->strict = strict;
        }
        node = child;
        path += n + !last;
    }
    mutex_unlock(&tree_lock);
    return node;
}

int proc_add_file(const char *path, u32 mode, const struct pseudo_file_ops *ops,
                  void *private)
{
    struct proc_node *node = node_at(path, S_IFREG | mode, false);

    if (!node)
        return -ENOMEM;
    node->ops = ops;
    node->private = private;
    return 0;
}

int proc_add_strict_file(const char *path, u32 mode,
                         const struct pseudo_file_ops *ops, void *private)
{
    struct proc_node *node = node_at(path, S_IFREG | mode, true);

    if (!node)
        return -ENOMEM;
    node->ops = ops;
    node->private = private;
    node->strict = true;
    return 0;
}

int proc_add_link(const char *path, const char *target)
{
    struct proc_node *node = node_at(path, S_IFLNK | 0777, false);

    if (!node)
        return -ENOMEM;
    node->link = target;
    return 0;
}

/* ---------------------------------------------------------------- inodes */

struct pid_namespace *proc_pid_ns(const struct super_block *sb)
{
    return sb->private;
}

struct inode *proc_new_inode(struct super_block *sb, u32 mode, u64 ino)
{
    struct proc_inode *pi = kzalloc(sizeof(*pi), ALLOC_KERNEL);

    if (!pi)
        return NULL;
    inode_init(&pi->inode, sb, NULL, mode, ino);
    if (S_ISDIR(mode))
        pi->inode.nlink = 2;
    return &pi->inode;
}

/* A new name: hashed, asked again if it is of a process. */
int proc_instantiate(struct dentry *d, struct inode *inode)
{
    if (!inode)
        return -ENOMEM;
    if (proc_inode(inode)->pid) {
        d->ops = &proc_pid_dentry_ops;
        d->flags |= DENTRY_REVALIDATE | DENTRY_NO_CACHE;
    }
    dentry_instantiate(d, inode);
    return 0;
}

static void proc_evict(struct inode *inode)
{
    struct proc_inode *pi = proc_inode(inode);

    if (pi->pid)
        pid_put(pi->pid);
}

static void proc_free_inode(struct inode *inode)
{
    kfree(proc_inode(inode));
}

bool proc_parse_number(const struct dentry_name *name, u32 *number)
{
    u64 value = 0;

    if (!name->length || name->length > 10 ||
        (name->text[0] == '0' && name->length > 1))
        return false;
    for (u32 i = 0; i < name->length; i++) {
        if (name->text[i] < '0' || name->text[i] > '9')
            return false;
        value = value * 10 + (u64)(name->text[i] - '0');
    }
    if (value > S32_MAX)
        return false;
    *number = (u32)value;
    return true;
}

/* ------------------------------------------------------- the static tree */

static int node_open(struct caller *who, struct inode *inode, struct file *file)
{
    return pseudo_open(who, inode, file, proc_inode(inode)->node->ops);
}

static int node_set(struct inode *inode, const struct set_attributes *set)
{
    if (set->valid & (SET_MODE | SET_UID | SET_GID))
        return -EPERM;
    inode_apply_attributes(inode, set);
    return 0;
}

static const struct inode_ops node_file_ops = {
    .open = node_open,
    .closed = pseudo_closed,
    .set_attributes = node_set,
};

/* No capability helps against the mode. */
static int strict_permission(struct caller *who, struct inode *inode, u32 mask)
{
    u32 mode = inode->mode;

    if (who->cred->euid.value == 0)
        mode >>= 6;
    else if (cred_in_egroup(who->cred, (kgid_t){0}))
        mode >>= 3;
    return mask & ~mode & (MAY_READ | MAY_WRITE | MAY_EXEC) ? -EACCES : 0;
}

static const struct inode_ops strict_file_ops = {
    .open = node_open,
    .closed = pseudo_closed,
    .set_attributes = node_set,
    .permission = strict_permission,
};

static bool list_nodes(struct proc_node *dir, struct dir_context *ctx)
{
    struct proc_node *node;
    s64 at = 2;

    list_for_each_entry_rcu(node, &dir->children, sibling)
    {
        if (ctx->pos == at &&
            !dir_emit(ctx, node->name, (u32)strlen(node->name), node->ino,
                      mode_to_dtype(node->mode)))
            return false;
        at++;
    }
    return true;
}

static int node_iterate(struct caller *who, struct file *file,
                        struct dir_context *ctx)
{
    (void)who;
    if (dir_emit_dots(ctx, file))
        list_nodes(proc_inode(file->inode)->node, ctx);
    return 0;
}

static s64 node_seek(struct object *obj, s64 offset, int whence)
{
    struct file *file = container_of(obj, struct file, device.object);

    mutex_lock(&file->pos_lock);
    if (whence == 1)
        offset += file->pos;
    if (whence > 1 || offset < 0)
        offset = -EINVAL;
    else
        file->pos = offset;
    mutex_unlock(&file->pos_lock);
    return offset;
}

static ssize_t directory_read(struct object *obj, struct io_request *req)
{
    (void)obj;
    (void)req;
    return -EISDIR;
}

const struct object_ops proc_directory_file_ops = {
    .name = "directory",
    .release = file_release,
    .close_handle = file_close_handle,
    .read = directory_read,
    .seek = node_seek,
};

const struct inode_ops proc_node_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = proc_lookup_node,
    .iterate = node_iterate,
    .set_attributes = node_set,
};

static const struct inode_ops strict_directory_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = proc_lookup_node,
    .iterate = node_iterate,
    .set_attributes = node_set,
    .permission = strict_permission,
};

static char *node_read_link(struct caller *who, struct dentry *d)
{
    struct proc_node *node = proc_inode(d->inode)->node;
    char *text;

    if (!node->link)
        return proc_self_link(who, d);
    text = kstrdup(node->link, ALLOC_KERNEL);
    return text ? text : ERR_PTR(-ENOMEM);
}

static const struct inode_ops node_link_ops = {
    .read_link = node_read_link,
};

static u32 count_directories(struct proc_node *dir)
{
    struct proc_node *node;
    u32 n = 2;

    list_for_each_entry_rcu(node, &dir->children, sibling) n +=
        S_ISDIR(node->mode);
    return n;
}

int proc_lookup_node(struct inode *dir, struct dentry *d)
{
    struct proc_node *node =
        find_child(proc_inode(dir)->node, d->name->text, d->name->length);
    struct inode *inode;

    if (!node)
        return -ENOENT;
    inode = proc_new_inode(dir->sb, node->mode, node->ino);
    if (!inode)
        return -ENOMEM;
    proc_inode(inode)->node = node;
    /* Below /proc/<pid>/net it is that process's. */
    proc_inode(inode)->pid = pid_get(proc_inode(dir)->pid);
    inode->private = node->private;
    if (S_ISDIR(node->mode)) {
        inode->ops =
            node->strict ? &strict_directory_ops : &proc_node_directory_ops;
        inode->nlink = count_directories(node);
    } else if (S_ISLNK(node->mode)) {
        inode->ops = &node_link_ops;
    } else {
        inode->ops = node->strict ? &strict_file_ops : &node_file_ops;
    }
    return proc_instantiate(d, inode);
}

/* ------------------------------------------------------------------ root */

static int root_lookup(struct inode *dir, struct dentry *d)
{
    int error = proc_lookup_process(dir, d);

    return error == -ENOENT ? proc_lookup_node(dir, d) : error;
}

static int root_iterate(struct caller *who, struct file *file,
                        struct dir_context *ctx)
{
    (void)who;
    if (!dir_emit_dots(ctx, file))
        return 0;
    if (ctx->pos < FIRST_PROCESS) {
        if (!list_nodes(&proc_root, ctx))
            return 0;
        ctx->pos = FIRST_PROCESS;
    }
    proc_list_processes(file->inode->sb, ctx, FIRST_PROCESS);
    return 0;
}

static const struct inode_ops root_ops = {
    .file_ops = &proc_directory_file_ops,
    .lookup = root_lookup,
    .iterate = root_iterate,
    .set_attributes = node_set,
};

static void proc_destroy(struct super_block *sb)
{
    namespace_put(&proc_pid_ns(sb)->head);
    kfree(sb);
}

static const struct super_ops proc_super_ops = {
    .evict = proc_evict,
    .free_inode = proc_free_inode,
    .destroy = proc_destroy,
};

static struct user_namespace *proc_owner(struct caller *who)
{
    return task_pid_ns(who->task)->head.owner;
}

static struct super_block *proc_create(struct caller *who,
                                       struct file_system_type *type,
                                       const char *source, const char *options)
{
    struct pid_namespace *ns =
        who->task ? task_pid_ns(who->task) : &pid_ns_first;
    struct super_block *sb = kzalloc(sizeof(*sb), ALLOC_KERNEL);
    struct inode *root;
    int error;

    (void)source;
    (void)options;
    if (!sb)
        return ERR_PTR(-ENOMEM);
    error =
        super_init(sb, type, &proc_super_ops, SUPER_NO_DEV | SUPER_NO_XATTR);
    if (error) {
        kfree(sb);
        return ERR_PTR(error);
    }
    sb->magic = PROC_MAGIC;
    sb->block_size = 1024;
    sb->private = ns;
    namespace_get(&ns->head);
    root = proc_new_inode(sb, proc_root.mode, proc_root.ino);
    if (root) {
        root->ops = &root_ops;
        root->nlink = count_directories(&proc_root);
        proc_inode(root)->node = &proc_root;
        sb->root = dentry_alloc_root(root);
    }
    if (!sb->root) {
        super_abandon(sb);
        rcu_barrier();
        namespace_put(&ns->head);
        kfree(sb);
        return ERR_PTR(-ENOMEM);
    }
    return sb;
}

static struct file_system_type proc_type = {
    .name = "proc",
    .flags = FST_USERNS_MOUNT | FST_REVEALING,
    .owner = proc_owner,
    .create = proc_create,
};

static int procfs_init(void)
{
    file_system_register(&proc_type);
    node_at("self", S_IFLNK | 0777, false);
    node_at("thread-self", S_IFLNK | 0777, false);
    proc_add_link("mounts", "self/mounts");
    proc_add_link("net", "self/net");
    return 0;
}
INITCALL(fs, procfs_init);
