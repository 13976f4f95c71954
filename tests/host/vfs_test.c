// sources: tests/host/vm_env.c tests/host/fs_env.c
// sources: kernel/arch/common/pagetable.c
// sources: kernel/vm/advise.c kernel/vm/fault.c kernel/vm/fault_file.c
// sources: kernel/vm/init.c kernel/vm/mapping.c kernel/vm/mapping_io.c
// sources: kernel/vm/memory_object.c kernel/vm/mlock.c kernel/vm/mm.c
// sources: kernel/vm/mmap.c kernel/vm/msync.c kernel/vm/oom.c
// sources: kernel/vm/overcommit.c kernel/vm/protect.c kernel/vm/reclaim.c
// sources: kernel/vm/remap.c kernel/vm/rmap.c kernel/vm/stats.c
// sources: kernel/vm/user.c kernel/vm/user_memory.c kernel/vm/vdso.c
// sources: kernel/vm/vma.c kernel/vm/writeback.c
// sources: kernel/fs/dentry.c kernel/fs/dirent.c kernel/fs/file.c
// sources: kernel/fs/file_io.c kernel/fs/fs_context.c kernel/fs/inode.c
// sources: kernel/fs/lock.c kernel/fs/mount.c kernel/fs/mount_ops.c
// sources: kernel/fs/open.c kernel/fs/path_fast.c kernel/fs/path_text.c
// sources: kernel/fs/path_walk.c kernel/fs/permission.c kernel/fs/super.c
// sources: kernel/fs/text.c kernel/fs/tmpfs.c kernel/fs/tmpfs_file.c
// sources: kernel/fs/tmpfs_xattr.c kernel/fs/vfs_attributes.c
// sources: kernel/fs/vfs_create.c kernel/fs/vfs_remove.c kernel/fs/watch.c
// sources: kernel/core/device.c kernel/fs/mount_propagation.c
// sources: kernel/fs/dnotify.c kernel/fs/object_attributes.c
// flags: -Itests/host/hosted -DCONFIG_DEBUG=1
/*
 * Names and files of tmpfs against a model that is a small array of nodes:
 * random calls by name, each of which must give the errno and leave the tree
 * that the model says. Afterwards nothing is left allocated.
 */
#include "test.h"
#include "fs_env.h"
#include "fs/dirent.h"
#include "fs/file.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/tmpfs.h"
#include "fs/vfs.h"

#define NODES   48
#define NAMES   4
#define DEPTH   4
#define CONTENT 64

/* The model: node 0 is the root. A name is (parent, letter). */
struct node {
    int used;
    int dir;
    int links;
    char content[CONTENT];
    int size;
};
struct name {
    int used, parent, letter, node;
};

static struct node nodes[NODES];
static struct name names[NODES * 2];

static struct name *find(int parent, int letter)
{
    for (int i = 0; i < NODES * 2; i++)
        if (names[i].used && names[i].parent == parent &&
            names[i].letter == letter)
            return &names[i];
    return NULL;
}

static int empty(int node)
{
    for (int i = 0; i < NODES * 2; i++)
        if (names[i].used && names[i].parent == node)
            return 0;
    return 1;
}

static int new_node(int dir)
{
    for (int i = 1; i < NODES; i++)
        if (!nodes[i].used) {
            nodes[i] = (struct node){.used = 1, .dir = dir};
            return i;
        }
    return -1;
}

static struct name *new_name(int parent, int letter, int node)
{
    for (int i = 0; i < NODES * 2; i++)
        if (!names[i].used) {
            names[i] = (struct name){1, parent, letter, node};
            nodes[node].links++;
            return &names[i];
        }
    TEST_FAIL("the model is full");
}

static void drop_name(struct name *n)
{
    n->used = 0;
    if (--nodes[n->node].links == 0)
        nodes[n->node].used = 0;
}

/* A path of letters: the parent's node, or -errno; the last letter. */
struct where {
    int parent, letter;
    char text[DEPTH * 2 + 2];
};

static struct where random_path(void)
{
    struct where w = {.parent = 0};
    int depth = (int)test_below(DEPTH) + 1, at = 0;

    for (int i = 0; i < depth; i++) {
        w.letter = (int)test_below(NAMES);
        w.text[at++] = '/';
        w.text[at++] = (char)('a' + w.letter);
        if (i + 1 < depth && w.parent >= 0) {
            struct name *n = find(w.parent, w.letter);

            if (!n)
                w.parent = -ENOENT;
            else if (!nodes[n->node].dir)
                w.parent = -ENOTDIR;
            else
                w.parent = n->node;
        }
    }
    w.text[at] = 0;
    return w;
}

/* Is `node` below or equal to `dir`? */
static int inside(int node, int dir)
{
    while (node != dir) {
        int up = -1;

        if (node == 0)
            return 0;
        for (int i = 0; i < NODES * 2; i++)
            if (names[i].used && names[i].node == node)
                up = names[i].parent;
        node = up;
    }
    return 1;
}

static void do_mkdir(void)
{
    struct where w = random_path();
    int error = vfs_mkdir(env_caller(), AT_FDCWD, w.text, 0755), node;

    if (w.parent < 0) {
        CHECK_EQ(error, w.parent);
    } else if (find(w.parent, w.letter)) {
        CHECK_EQ(error, -EEXIST);
    } else {
        CHECK_EQ(error, 0);
        node = new_node(1);
        if (node < 0)
            vfs_rmdir(env_caller(), AT_FDCWD, w.text);
        else
            new_name(w.parent, w.letter, node);
    }
}

static void do_write(void)
{
    struct where w = random_path();
    struct open_args args = {.flags = OPEN_READ | OPEN_WRITE | OPEN_CREATE,
                             .mode = 0644};
    char data[16];
    struct name *n = w.parent < 0 ? NULL : find(w.parent, w.letter);
    struct file *f;
    u32 rights;
    int error, node, at, length;

    if (test_below(4) == 0)
        args.flags |= OPEN_TRUNCATE;
    if (test_below(4) == 0)
        args.flags |= OPEN_EXCLUSIVE;
    error = vfs_open(env_caller(), AT_FDCWD, w.text, &args, &f, &rights);
    if (w.parent < 0) {
        CHECK_EQ(error, w.parent);
        return;
    }
    if (n && args.flags & OPEN_EXCLUSIVE) {
        CHECK_EQ(error, -EEXIST);
        return;
    }
    if (n && nodes[n->node].dir) {
        CHECK_EQ(error, -EISDIR);
        return;
    }
    CHECK_EQ(error, 0);
    if (!n) {
        node = new_node(0);
        if (node < 0) {
            vfs_unlink(env_caller(), AT_FDCWD, w.text);
            object_put(file_object(f));
            return;
        }
        n = new_name(w.parent, w.letter, node);
    }
    if (args.flags & OPEN_TRUNCATE) {
        nodes[n->node].size = 0;
        (memset)(nodes[n->node].content, 0, CONTENT);
    }
    at = (int)test_below(CONTENT - 16);
    length = (int)test_below(16) + 1;
    for (int i = 0; i < length; i++)
        data[i] = (char)test_random();
    CHECK_EQ(file_write_kernel(f, data, (size_t)length, at), length);
    (memcpy)(nodes[n->node].content + at, data, (size_t)length);
    if (nodes[n->node].size < at + length)
        nodes[n->node].size = at + length;
    object_put(file_object(f));
}

static void do_unlink(void)
{
    struct where w = random_path();
    int error = vfs_unlink(env_caller(), AT_FDCWD, w.text);
    struct name *n = w.parent < 0 ? NULL : find(w.parent, w.letter);

    if (w.parent < 0) {
        CHECK_EQ(error, w.parent);
    } else if (!n) {
        CHECK_EQ(error, -ENOENT);
    } else if (nodes[n->node].dir) {
        CHECK_EQ(error, -EISDIR);
    } else {
        CHECK_EQ(error, 0);
        drop_name(n);
    }
}

static void do_rmdir(void)
{
    struct where w = random_path();
    int error = vfs_rmdir(env_caller(), AT_FDCWD, w.text);
    struct name *n = w.parent < 0 ? NULL : find(w.parent, w.letter);

    if (w.parent < 0) {
        CHECK_EQ(error, w.parent);
    } else if (!n) {
        CHECK_EQ(error, -ENOENT);
    } else if (!nodes[n->node].dir) {
        CHECK_EQ(error, -ENOTDIR);
    } else if (!empty(n->node)) {
        CHECK_EQ(error, -ENOTEMPTY);
    } else {
        CHECK_EQ(error, 0);
        drop_name(n);
    }
}

static void do_link(void)
{
    struct where a = random_path(), b = random_path();
    int error = vfs_link(env_caller(), AT_FDCWD, a.text, AT_FDCWD, b.text, 0);
    struct name *n = a.parent < 0 ? NULL : find(a.parent, a.letter);

    if (a.parent < 0) {
        CHECK_EQ(error, a.parent);
    } else if (!n) {
        CHECK_EQ(error, -ENOENT);
    } else if (b.parent < 0) {
        CHECK_EQ(error, b.parent);
    } else if (find(b.parent, b.letter)) {
        CHECK_EQ(error, -EEXIST);
    } else if (nodes[n->node].dir) {
        CHECK_EQ(error, -EPERM);
    } else {
        CHECK_EQ(error, 0);
        new_name(b.parent, b.letter, n->node);
    }
}

static int rename_result(struct where *a, struct where *b, struct name *from,
                         struct name *to, u32 flags)
{
    if (a->parent < 0)
        return a->parent;
    if (b->parent < 0)
        return b->parent;
    if (!from)
        return -ENOENT;
    if (to && flags & RENAME_NOREPLACE)
        return -EEXIST;
    if (!to && flags & RENAME_EXCHANGE)
        return -ENOENT;
    if (nodes[from->node].dir && inside(b->parent, from->node))
        return -EINVAL;
    if (to && nodes[to->node].dir && inside(a->parent, to->node))
        return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    if (!to || from->node == to->node || flags & RENAME_EXCHANGE)
        return 0;
    if (nodes[from->node].dir && !nodes[to->node].dir)
        return -ENOTDIR;
    if (!nodes[from->node].dir && nodes[to->node].dir)
        return -EISDIR;
    if (nodes[to->node].dir && !empty(to->node))
        return -ENOTEMPTY;
    return 0;
}

static void do_rename(void)
{
    static const u32 all[] = {0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE};
    struct where a = random_path(), b = random_path();
    u32 flags = all[test_below(4)];
    struct name *from = a.parent < 0 ? NULL : find(a.parent, a.letter);
    struct name *to = b.parent < 0 ? NULL : find(b.parent, b.letter);
    int error =
        vfs_rename(env_caller(), AT_FDCWD, a.text, AT_FDCWD, b.text, flags);

    CHECK_EQ(error, rename_result(&a, &b, from, to, flags));
    if (error || (to && from->node == to->node))
        return;
    if (flags & RENAME_EXCHANGE) {
        int node = from->node;

        from->node = to->node;
        to->node = node;
        return;
    }
    if (to)
        drop_name(to);
    from->parent = b.parent;
    from->letter = b.letter;
}

/* ------------------------------------------------------------- comparing */

struct listing {
    struct dir_context ctx;
    int seen[NAMES], count;
};

static bool emit(struct dir_context *ctx, const char *name, u32 length,
                 s64 next, u64 ino, u8 type)
{
    struct listing *l = container_of(ctx, struct listing, ctx);

    (void)next;
    (void)ino;
    (void)type;
    if (name[0] == '.')
        return true;
    if (length != 1 || name[0] < 'a' || name[0] >= 'a' + NAMES)
        return false;
    l->seen[name[0] - 'a']++;
    l->count++;
    return true;
}

static void check_file(struct file *f, struct node *n)
{
    char data[CONTENT + 1];
    struct file_attributes a;

    CHECK_EQ(vfs_attributes(env_caller(), &f->path, &a), 0);
    CHECK_EQ(a.nlink, n->links);
    CHECK_EQ(a.size, n->size);
    CHECK_EQ(file_read_kernel(f, data, sizeof(data), 0), n->size);
    CHECK_MEM(data, n->content, (size_t)n->size);
}

static void check_directory(struct file *f, int node)
{
    struct listing l = {.ctx.emit = emit};
    struct file_attributes a;
    int directories = 0;

    CHECK_EQ(vfs_iterate(env_caller(), f, &l.ctx), 0);
    for (int i = 0; i < NAMES; i++) {
        struct name *n = find(node, i);

        CHECK_EQ(l.seen[i], n != NULL);
        directories += n && nodes[n->node].dir;
    }
    CHECK_EQ(vfs_attributes(env_caller(), &f->path, &a), 0);
    CHECK_EQ(a.nlink, directories + 2);
    CHECK_EQ(a.size, (l.count + 2) * 20);
}

static void check_tree(int node, const char *path, int depth)
{
    struct open_args args = {.flags = OPEN_READ};
    struct file *f;
    u32 rights;

    CHECK_EQ(vfs_open(env_caller(), AT_FDCWD, *path ? path : "/", &args, &f,
                      &rights),
             0);
    if (!nodes[node].dir)
        check_file(f, &nodes[node]);
    else
        check_directory(f, node);
    if (nodes[node].dir && depth < 12)
        for (int i = 0; i < NAMES; i++) {
            struct name *n = find(node, i);
            char text[64];

            if (!n)
                continue;
            (snprintf)(text, sizeof(text), "%s/%c", path, 'a' + i);
            check_tree(n->node, text, depth + 1);
        }
    object_put(file_object(f));
}

static void remove_all(int node, const char *path)
{
    for (int i = 0; i < NAMES; i++) {
        struct name *n = find(node, i);
        char text[64];

        if (!n)
            continue;
        (snprintf)(text, sizeof(text), "%s/%c", path, 'a' + i);
        if (nodes[n->node].dir) {
            remove_all(n->node, text);
            CHECK_EQ(vfs_rmdir(env_caller(), AT_FDCWD, text), 0);
        } else {
            CHECK_EQ(vfs_unlink(env_caller(), AT_FDCWD, text), 0);
        }
        drop_name(n);
    }
}

TEST(names_against_a_model)
{
    static void (*const calls[])(void) = {do_mkdir, do_mkdir,  do_write,
                                          do_write, do_link,   do_unlink,
                                          do_rmdir, do_rename, do_rename};
    unsigned long rounds = test_scale(4000);
    u64 objects;

    fs_env_start();
    env_run_rcu();
    objects = env_slab_objects();
    nodes[0] = (struct node){.used = 1, .dir = 1, .links = 1};
    for (unsigned long i = 0; i < rounds; i++) {
        calls[test_below(ARRAY_SIZE(calls))]();
        CHECK(env_unlocked());
        if (i % 64 == 0) {
            check_tree(0, "", 0);
            env_run_rcu();
        }
    }
    check_tree(0, "", 0);
    remove_all(0, "");
    env_run_rcu();
    CHECK_EQ(env_slab_objects(), objects);
}

/* --------------------------------------------------------------- walking */

static int lookup(const char *path, u32 flags)
{
    struct path p;
    int error = path_lookup(env_caller(), AT_FDCWD, path, flags, &p);

    if (!error)
        path_put(&p);
    return error;
}

TEST(walks)
{
    struct caller *who;
    char name[300];

    fs_env_start();
    who = env_caller();
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/d", 0755), 0);
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/d/e", 0755), 0);
    CHECK_EQ(vfs_symlink(who, "d", AT_FDCWD, "/l"), 0);
    CHECK_EQ(vfs_symlink(who, "/d/e/../loop2", AT_FDCWD, "/d/loop"), 0);
    CHECK_EQ(vfs_symlink(who, "loop", AT_FDCWD, "/d/loop2"), 0);
    CHECK_EQ(vfs_symlink(who, "none", AT_FDCWD, "/d/dangling"), 0);
    CHECK_EQ(vfs_mknod(who, AT_FDCWD, "/f", S_IFREG | 0644, 0), 0);
    CHECK_EQ(lookup("/l/e", WALK_FOLLOW), 0);
    CHECK_EQ(lookup("//l//e//", WALK_FOLLOW), 0);
    CHECK_EQ(lookup("l/./e/../../l/e", 0), 0);
    CHECK_EQ(lookup("/../../l/e", 0), 0);
    CHECK_EQ(lookup("/l", WALK_DIRECTORY), -ENOTDIR);
    CHECK_EQ(lookup("/l/", WALK_DIRECTORY), 0);
    CHECK_EQ(lookup("/d/loop", WALK_FOLLOW), -ELOOP);
    CHECK_EQ(lookup("/d/loop", 0), 0);
    CHECK_EQ(lookup("/d/loop/x", 0), -ELOOP);
    CHECK_EQ(lookup("/d/dangling", WALK_FOLLOW), -ENOENT);
    CHECK_EQ(lookup("/f/", 0), -ENOTDIR);
    CHECK_EQ(lookup("/f/x", 0), -ENOTDIR);
    CHECK_EQ(lookup("/f/..", 0), -ENOTDIR);
    CHECK_EQ(lookup("", 0), -ENOENT);
    (memset)(name, 'x', sizeof(name));
    name[0] = '/';
    name[257] = 0;
    CHECK_EQ(lookup(name, 0), -ENAMETOOLONG);
    name[256] = 0;
    CHECK_EQ(lookup(name, 0), -ENOENT);
    CHECK_EQ(lookup("/l/e", WALK_NO_SYMLINKS), -ELOOP);
    CHECK_EQ(lookup("d/e/../..", WALK_BENEATH), 0);
    CHECK_EQ(lookup("d/e/../../..", WALK_BENEATH), -EXDEV);
    CHECK_EQ(lookup("/d", WALK_BENEATH), -EXDEV);
}

TEST(permissions)
{
    struct caller *who;
    struct open_args args = {.flags = OPEN_READ};
    struct file *f;
    u32 rights;

    fs_env_start();
    who = env_caller();
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/closed", 0700), 0);
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/closed/d", 0755), 0);
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/sticky", 0777), 0);
    env_become(1000);
    CHECK_EQ(lookup("/closed/d", 0), -EACCES);
    CHECK_EQ(lookup("/closed", 0), 0);
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/x", 0755), -EACCES);
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/closed", 0755), -EEXIST);
    CHECK_EQ(vfs_unlink(who, AT_FDCWD, "/closed"), -EACCES);
    CHECK_EQ(vfs_open(who, AT_FDCWD, "/closed", &args, &f, &rights), -EACCES);
    CHECK_EQ(vfs_mknod(who, AT_FDCWD, "/sticky/f", S_IFREG | 0600, 0), 0);
    env_become(1001);
    CHECK_EQ(vfs_open(who, AT_FDCWD, "/sticky/f", &args, &f, &rights), -EACCES);
    CHECK_EQ(vfs_unlink(who, AT_FDCWD, "/sticky/f"), 0);
    env_become(0);
}

/* In capability mode nothing leads out of the directory of the handle. */
TEST(capability_mode)
{
    struct caller *who;
    struct path top, p;

    fs_env_start();
    who = env_caller();
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/box", 0755), 0);
    CHECK_EQ(vfs_mkdir(who, AT_FDCWD, "/box/in", 0755), 0);
    CHECK_EQ(vfs_symlink(who, "/", AT_FDCWD, "/box/out"), 0);
    CHECK_EQ(path_lookup(who, AT_FDCWD, "/box", 0, &top), 0);
    who->flags |= CALLER_CAPABILITY;
    CHECK_EQ(lookup("/box", 0), -EXDEV);
    CHECK_EQ(lookup("box", 0), -EPERM);
    CHECK_EQ(path_lookup_from(who, &top, "in", 0, &p), 0);
    path_put(&p);
    CHECK_EQ(path_lookup_from(who, &top, "in/..", 0, &p), 0);
    path_put(&p);
    CHECK_EQ(path_lookup_from(who, &top, "..", 0, &p), -EXDEV);
    CHECK_EQ(path_lookup_from(who, &top, "in/../..", 0, &p), -EXDEV);
    CHECK_EQ(path_lookup_from(who, &top, "out", WALK_FOLLOW, &p), -EXDEV);
    who->flags &= ~(u32)CALLER_CAPABILITY;
    path_put(&top);
}

/* Whatever allocation fails, the call says so and changes nothing. */
TEST(failing_allocations)
{
    struct caller *who;
    struct open_args args = {.flags = OPEN_WRITE | OPEN_CREATE, .mode = 0600};
    struct file *f;
    u32 rights;

    fs_env_start();
    who = env_caller();
    for (unsigned n = 1;; n++) {
        int error;

        env_fail_allocation(n, false);
        error = vfs_open(who, AT_FDCWD, "/file", &args, &f, &rights);
        env_fail_allocation(0, false);
        CHECK(env_unlocked());
        if (!error) {
            object_put(file_object(f));
            CHECK_EQ(vfs_unlink(who, AT_FDCWD, "/file"), 0);
        } else {
            CHECK_EQ(error, -ENOMEM);
            if (!lookup("/file", 0))
                CHECK_EQ(vfs_unlink(who, AT_FDCWD, "/file"), 0);
        }
        env_run_rcu();
        if (!env_failed())
            break;
    }
}
