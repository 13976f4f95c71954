/*
 * Pseudo-filesystems: trees of files whose contents are made when read.
 *
 *   struct text       a growing buffer that a generator prints into
 *   struct pseudo_ops what one file or directory does
 *
 * A read at offset 0 runs the generator; later reads of the same open file take
 * the rest of that snapshot, so partial reads fit together. A generator of long
 * files may make no more of it than the reads have come to; a read of a page or
 * more then gets what records fit into a page (as Linux has it).
 * Writes hand over the whole buffer of one write().
 */
#ifndef FS_PSEUDO_H
#define FS_PSEUDO_H

#include <stdarg.h>

#include "fs/file.h"
#include "fs/super.h"

struct text {
    char *data; /* owned; kmalloc */
    size_t length, capacity;
    int error; /* -ENOMEM once */
    /* A generator may stop when it has printed this much (0: never); it then
     * sets `more`, and keeps in `cursor` (0 at first) where it goes on. */
    size_t enough;
    size_t record; /* where the last one starts, for reads of whole records */
    u64 cursor;
    bool more;
};
void text_init(struct text *t);
void text_free(struct text *t);
/* Room for n more bytes: printing them then does not allocate. */
bool text_reserve(struct text *t, size_t n);
void text_printf(struct text *t, const char *format, ...) __printf(2, 3);
void text_append(struct text *t, const void *data, size_t n);
void text_putc(struct text *t, char c);
void text_puts(struct text *t, const char *s);
/* A path or name with what `escape` lists as \ooo. */
void text_escape(struct text *t, const char *s, size_t n, const char *escape);

struct pseudo_file_ops {
    /* Print the contents. `inode->private` says of what. 0 or errno. */
    int (*show)(struct caller *who, struct inode *inode, struct text *out);
    /* The same, by the open file. */
    int (*show_file)(struct caller *who, struct file *file, struct text *out);
    /* One write(): n bytes, NUL-terminated copy. n or errno. NULL: EIO. */
    ssize_t (*store)(struct caller *who, struct inode *inode, char *data,
                     size_t n, s64 pos);
    bool as_opener; /* show and store act for who opened it */
    bool once; /* all in one read; a later one gives 0 (numbers in /proc/sys) */
    /* Instead of show: fully own object operations. */
    const struct object_ops *ops;
    int (*open)(struct caller *who, struct inode *inode, struct file *file);
    void (*closed)(struct file *file);
    u32 (*poll)(struct object *obj, struct poll_table *table);
};

/* inode_ops.open of a generated file: sets up the object operations. */
int pseudo_open(struct caller *who, struct inode *inode, struct file *file,
                const struct pseudo_file_ops *ops);
void pseudo_closed(struct file *file); /* inode_ops.closed of such files */

/*
 * Static trees (sysfs, /proc/sys): nodes are added by their owners and live in
 * the dentry cache. parent: a dentry from pseudo_* or the root. They return a
 * borrowed dentry (the tree holds it), or ERR_PTR.
 */
struct dentry *pseudo_add_directory(struct dentry *parent, const char *name);
struct dentry *pseudo_add_file(struct dentry *parent, const char *name,
                               u32 mode, const struct pseudo_file_ops *ops,
                               void *private);
struct dentry *pseudo_add_link(struct dentry *parent, const char *name,
                               const char *target);
/* A character device. The super block must not have
 * SUPER_NO_DEV. */
struct dentry *pseudo_add_device(struct dentry *parent, const char *name,
                                 u32 mode, devnum_t rdev, u64 ino, kuid_t uid,
                                 kgid_t gid, void *private);
void pseudo_remove(struct dentry *d); /* and what is below */
void *pseudo_private(const struct inode *inode);

/* Common create for such a type. ERR_PTR. */
struct super_block *pseudo_super_create(struct file_system_type *type,
                                        u64 magic, const struct super_ops *ops,
                                        u32 root_mode);
extern const struct super_ops pseudo_super_ops;

/* /sys, for those who add to it (dev/, net/ through fs hooks). */
extern struct dentry *sysfs_root;
void sysfs_init(void);
/* A character device: devices/virtual/CLASS/NAME with dev and uevent, and links
 * to it in class/CLASS and dev/char. The directory; NULL: it is there already,
 * or there is no memory. Devices live for ever. */
struct dentry *sysfs_add_device(const char *class, const char *name, u32 major,
                                u32 minor);
/* The directory at a path below /sys, made if need be; ERR_PTR. */
struct dentry *sysfs_directory(const char *path);

#endif
