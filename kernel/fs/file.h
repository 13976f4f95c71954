/*
 * Open file descriptions: OBJECT_FILE and OBJECT_PATH.
 *
 * struct file embeds the object that grants point to. Its object.ops are the
 * inode's file_ops, or what inode_ops.open put there (devices, FIFOs). Drivers
 * below fs/ see only the first part, struct device_file of core/device.h.
 *
 * pos is guarded by pos_lock: read, write, lseek and getdents without an offset
 * take it.
 */
#ifndef FS_FILE_H
#define FS_FILE_H

#include "core/device.h"
#include "core/object.h"
#include "core/request.h"
#include "fs/dentry.h"
#include "fs/inode.h"

struct file {
    struct device_file device; /* must be first: object, private, minor */
    struct path path;          /* owned */
    struct inode *inode;       /* borrowed from path.dentry; never changes */
    u32 access;                /* FILE_* */
    mutex_t pos_lock;
    s64 pos;
    struct dentry_link cursor; /* directories: place among the children */
    s64 cursor_pos;
    u64 version;           /* of the filesystem: seeks, directory changes */
    void *locks_hint;      /* not NULL once a lock was taken through it */
    struct device *driver; /* device nodes: borrowed */
    u32 abi_flags;         /* O_* as opened, for F_GETFL; abi/ */
    void *data;            /* of the filesystem */
};
_Static_assert(offsetof(struct file, device) == 0, "drivers see its head");

#define FILE_READ     BIT(0)
#define FILE_WRITE    BIT(1)
#define FILE_EXEC     BIT(2)
#define FILE_WRITER   BIT(3) /* counted in inode.writers and mount.writers */
#define FILE_POSITION BIT(4) /* has a position that pread/pwrite bypass */
#define FILE_LOCKS    BIT(5) /* locks were taken through it */
#define FILE_DNOTIFY  BIT(6) /* dnotify.h was asked */

void file_init(void);
extern u64 file_max;          /* of them, for all but CAP_SYS_ADMIN */
extern atomic64_t file_count; /* open descriptions: /proc/sys/fs/file-nr */

static inline struct object *file_object(struct file *f)
{
    return &f->device.object;
}
static inline bool object_is_file(const struct object *obj)
{
    return obj->kind == OBJECT_FILE || obj->kind == OBJECT_PATH;
}
/* NULL when it is another kind of object (socket, pipe, epoll...). */
static inline struct file *file_from_object(struct object *obj)
{
    return object_is_file(obj) ? container_of(obj, struct file, device.object)
                               : NULL;
}

/* How to open; O_* converted by abi/. */
#define OPEN_READ      BIT(0)
#define OPEN_WRITE     BIT(1)
#define OPEN_CREATE    BIT(2)
#define OPEN_EXCLUSIVE BIT(3)
#define OPEN_TRUNCATE  BIT(4)
#define OPEN_APPEND    BIT(5)
#define OPEN_NONBLOCK  BIT(6)
#define OPEN_DSYNC     BIT(7)
#define OPEN_SYNC      BIT(8)
#define OPEN_DIRECT    BIT(9)
#define OPEN_DIRECTORY BIT(10)
#define OPEN_NOFOLLOW  BIT(11)
#define OPEN_NOATIME   BIT(12)
#define OPEN_CLOEXEC   BIT(13) /* of the slot: for the caller of open */
#define OPEN_PATH      BIT(14)
#define OPEN_TMPFILE   BIT(15)
#define OPEN_NOCTTY    BIT(16)
#define OPEN_EXEC      BIT(17) /* for execve: x permission, regular file */
#define OPEN_ASYNC     BIT(18)
#define OPEN_ACCESS3   BIT(19) /* O_ACCMODE == 3: rw check, no rw access */
#define OPEN_EMPTY     BIT(20) /* "" means dirfd itself (execveat) */

struct open_args {
    u32 flags;   /* OPEN_* */
    u32 mode;    /* permissions of what is created, umask not yet applied */
    u32 resolve; /* WALK_* of openat2 */
};

/* Open by name. *out has one reference, *rights what a grant of it allows. */
int vfs_open(struct caller *who, int dirfd, const char *name,
             const struct open_args *args, struct file **out, u32 *rights);
/* The same with a grant made of it; ERR_PTR. */
struct grant *vfs_open_grant(struct caller *who, int dirfd, const char *name,
                             const struct open_args *args);
/* Open a path that the caller holds (permission is not checked). ERR_PTR. */
struct file *file_open_path(struct caller *who, const struct path *path,
                            u32 flags);
/* A file description without a name, on a kernel-internal mount: takes over
 * the inode reference also when it fails. ERR_PTR. */
struct file *file_open_unnamed(struct caller *who, struct mount *mnt,
                               const char *name, struct inode *inode,
                               u32 flags);
/* The rights of a grant of `f` from its access mode. */
u32 file_rights(const struct file *f);

/* Generic operations for file_ops. */
ssize_t file_read_mapping(struct object *obj, struct io_request *req);
ssize_t file_write_mapping(struct object *obj, struct io_request *req);
s64 file_seek(struct object *obj, s64 offset, int whence);
int file_mmap_mapping(struct object *obj, struct mapping_request *map);
void file_release(struct object *obj); /* every struct file's release */
int file_close_handle(struct object *obj, struct caller *who);
/* For operations that keep the position themselves: where to read or write.
 * Takes pos_lock unless the request has its own position. */
s64 file_position_begin(struct file *f, struct io_request *req);
void file_position_end(struct file *f, struct io_request *req, s64 pos);

/* Kernel-internal reading and writing (exec, initramfs). */
ssize_t file_read_kernel(struct file *f, void *buffer, size_t n, s64 pos);
ssize_t file_write_kernel(struct file *f, const void *buffer, size_t n,
                          s64 pos);

/*
 * Attributes of objects that are not files: fstat of pipes, sockets, eventfds.
 * The owner of a kind registers how; kinds without one look like Linux's
 * anonymous inodes. `link_text` is what readlink of /proc/<pid>/fd/N gives:
 * "pipe:[123]"; returns the length.
 */
struct object_attributes_ops {
    int (*get)(struct object *obj, struct file_attributes *out);
    int (*set)(struct caller *who, struct object *obj,
               const struct set_attributes *set); /* NULL: -EPERM as Linux */
    size_t (*link_text)(struct object *obj, char *buffer, size_t size);
};
void object_attributes_register(enum object_kind kind,
                                const struct object_attributes_ops *ops);
int object_attributes(struct caller *who, struct object *obj,
                      struct file_attributes *out);
int object_set_attributes(struct caller *who, struct object *obj,
                          struct set_attributes *set);
size_t object_link_text(struct object *obj, char *buffer, size_t size);

/*
 * FIFOs: ipc/ registers how to open one. `file` is ready but for its object
 * operations and private data. May sleep until the other side opens.
 */
struct fifo_ops {
    int (*open)(struct caller *who, struct inode *inode, struct file *file);
    void (*inode_evicted)(struct inode *inode); /* endpoint != NULL */
};
extern const struct fifo_ops *fifo_ops;

#endif
