/*
 * Inside procfs: the tables of what a process's directory holds.
 */
#ifndef FS_PROC_PID_H
#define FS_PROC_PID_H

#include "fs/procfs.h"

/* Who may look beyond the mode bits. */
enum pid_access {
    PID_ANYBODY,
    PID_READ,  /* as ptrace reads: task_may_access(READ) */
    PID_ATTACH /* as ptrace attaches */
};

struct pid_entry {
    const char *name;
    u32 mode; /* type and permissions */
    enum pid_access access;
    /* Files: */
    int (*show)(struct caller *who, struct task *t, struct text *out);
    ssize_t (*store)(struct caller *who, struct task *t, char *data, size_t n);
    /* Of the memory that the process had when the file was opened. */
    int (*show_memory)(struct caller *who, struct address_space *mm,
                       struct text *out);
    const struct object_ops *ops; /* own operations on that memory instead */
    const struct pseudo_file_ops *file; /* more than show and store */
    /* Links: where it leads (a path, referenced), or a text. */
    int (*follow)(struct caller *who, struct task *t, struct path *out);
    int (*text)(struct caller *who, struct task *t, char *buffer, size_t size);
    /* Directories: */
    const struct inode_ops *directory;
};

/* pseudo_file_ops.show for `file`: calls the entry's show. */
int pid_show(struct caller *who, struct inode *inode, struct text *out);
struct inode *pid_new_inode(struct super_block *sb, struct pid *pid,
                            const struct pid_entry *entry, bool thread);
/* Owner of a process's files: its effective ids, or root when it may not be
 * dumped (directories that all may read keep the ids). */
void pid_set_owner(struct inode *inode, struct task *t);
int pid_lookup_table(struct inode *dir, struct dentry *d,
                     const struct pid_entry *table, u32 count);
bool pid_list_table(struct dir_context *ctx, const struct pid_entry *table,
                    u32 count);

/* proc_fd.c */
extern const struct inode_ops pid_fd_directory_ops, pid_fdinfo_directory_ops;
bool pid_fd_valid(struct inode *inode, struct task *t);
/* proc_pid_ns.c */
extern const struct inode_ops pid_ns_directory_ops;
extern const struct pseudo_file_ops pid_id_map_file, pid_setgroups_file,
    pid_timens_offsets_file;
/* proc_pid_files.c */
extern const struct pid_entry pid_common[];
extern const u32 pid_common_count;
extern const struct object_ops pid_mem_ops;
s64 pid_mem_seek(struct object *obj, s64 offset, int whence);
/* proc_pagemap.c */
extern const struct object_ops pid_pagemap_ops;
/* proc_fault.c */
extern const struct object_ops pid_fail_nth_ops;
/* The memory that an open file of show_memory or ops is about: a user of it,
 * or NULL. */
struct address_space *pid_file_memory(const struct file *f);

#endif
