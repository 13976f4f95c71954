/*
 * procfs: /proc.
 *
 * Everything but the processes is a tree of nodes, which their owners add at
 * start and which stay: proc_add_file("net/tcp", ...). Inodes and dentries for
 * them are made as they are looked up. Directories of processes come from
 * tables (proc_pid.c); their dentries are asked (revalidate) whether the
 * process is still there.
 */
#ifndef FS_PROCFS_H
#define FS_PROCFS_H

#include "fs/pseudo.h"

struct object;
struct pid;
struct pid_entry;
struct task;

struct proc_node {
    const char *name;
    u32 mode;                          /* type and permissions */
    const struct pseudo_file_ops *ops; /* files */
    void *private;
    bool strict;      /* the mode binds root too (/proc/sys) */
    const char *link; /* symlinks */
    u64 ino;
    struct proc_node *parent;
    struct list_head children; /* in the order of listing */
    struct list_head sibling;
};

/* Called at start (INITCALL fs or later); path relative to /proc, directories
 * on the way are made. The strings stay the caller's. -ENOMEM. */
int proc_add_file(const char *path, u32 mode, const struct pseudo_file_ops *ops,
                  void *private);
/* The same, whose mode binds root too. */
int proc_add_strict_file(const char *path, u32 mode,
                         const struct pseudo_file_ops *ops, void *private);
int proc_add_link(const char *path, const char *target);

/* The commonest file: text from a function. */
#define PROC_FILE(variable, function) \
    static const struct pseudo_file_ops variable = {.show = function}

/* The process whose directory this opened object is, borrowed; NULL: it is
 * none (pidfd_send_signal takes such a directory for a process handle). */
struct pid *proc_directory_pid(struct object *obj);

/* inside procfs */
struct proc_inode {
    struct inode inode;
    struct proc_node *node;        /* of the static tree, or NULL */
    const struct pid_entry *entry; /* of a process's table, or NULL */
    struct pid *pid; /* owned; NULL in the static tree, but for net/ */
    u32 number;      /* fd */
    bool thread;     /* below task/ */
};
static inline struct proc_inode *proc_inode(const struct inode *inode)
{
    return container_of((struct inode *)inode, struct proc_inode, inode);
}
extern struct proc_node proc_root, proc_net;
extern const struct inode_ops proc_node_directory_ops;
extern const struct object_ops proc_directory_file_ops;
struct inode *proc_new_inode(struct super_block *sb, u32 mode, u64 ino);
int proc_instantiate(struct dentry *d, struct inode *inode);
struct pid_namespace *proc_pid_ns(const struct super_block *sb);
/* The task of a process's inode, referenced; NULL: gone. */
struct task *proc_task(const struct inode *inode);
extern const struct dentry_ops proc_pid_dentry_ops;
int proc_lookup_node(struct inode *dir, struct dentry *d);
/* "123" -> 123; false when it is no number. */
bool proc_parse_number(const struct dentry_name *name, u32 *number);

/* proc_pid.c */
int proc_lookup_process(struct inode *dir, struct dentry *d);
struct dir_context;
bool proc_list_processes(struct super_block *sb, struct dir_context *ctx,
                         s64 base);
char *proc_self_link(struct caller *who, struct dentry *d);

/* proc_pid_text.c and proc_pid_maps.c: contents of a process's files. */
int proc_show_stat(struct caller *who, struct task *t, struct text *out,
                   bool whole_group);
int proc_show_status(struct caller *who, struct task *t, struct text *out);
int proc_show_statm(struct caller *who, struct task *t, struct text *out);
int proc_show_cmdline(struct caller *who, struct task *t, struct text *out);
int proc_show_environ(struct caller *who, struct address_space *mm,
                      struct text *out);
int proc_show_auxv(struct caller *who, struct address_space *mm,
                   struct text *out);
int proc_show_limits(struct caller *who, struct task *t, struct text *out);
int proc_show_io(struct caller *who, struct task *t, struct text *out);
int proc_show_maps(struct caller *who, struct address_space *mm,
                   struct text *out);
int proc_show_smaps(struct caller *who, struct address_space *mm,
                    struct text *out);
int proc_show_smaps_rollup(struct caller *who, struct address_space *mm,
                           struct text *out);

#endif
