/*
 * exec: a table of formats turns an opened file into a new address space; only
 * when that is complete does the task give up its old one. So whatever fails
 * returns an errno to a program that still runs.
 */
#ifndef PROC_EXEC_H
#define PROC_EXEC_H

#include "core/object.h"
#include "lib/types.h"
#include "proc/auxv.h"
#include "proc/cred.h"
#include "proc/task.h"

struct address_space;
struct grant;
struct task;

#define AT_FDCWD_ABI (-100)

/* securebits (capabilities(7)) */
#define SECBIT_NOROOT               BIT(0)
#define SECBIT_NO_SETUID_FIXUP      BIT(2)
#define SECBIT_KEEP_CAPS            BIT(4)
#define SECBIT_NO_CAP_AMBIENT_RAISE BIT(6)

#define EXEC_HEAD_SIZE  256    /* BINPRM_BUF_SIZE of Linux: the "#!" line */
#define EXEC_DEPTH_MAX  5      /* interpreters of interpreters */
#define EXEC_STRING_MAX 131072 /* MAX_ARG_STRLEN: one string */
#define EXEC_AUXV_MAX   24     /* pairs */

/* /proc/sys/kernel/randomize_va_space: 0 nothing, 1 all but the heap, 2 all. */
extern s32 exec_randomize;
/* At that level, for this task: its personality may say no. */
static inline bool exec_randomizes(const struct task *t, s32 level)
{
    return READ_ONCE(exec_randomize) >= level &&
           !(t->personality & ADDR_NO_RANDOMIZE);
}

struct string_area; /* argument and environment strings, in pages */

struct exec_image {
    struct task *task;
    struct grant *file; /* owned: what is loaded (the interpreter at last) */
    const char *path;   /* AT_EXECFN: as given by the caller; borrowed */
    const char *comm;   /* its last part becomes the task's name; borrowed */
    char fd_path[320];  /* "/dev/fd/N[/path]" when opened by handle */
    bool
        path_is_closed; /* that handle is CLOEXEC: a script could not open it */
    char *script;       /* owned: name of the interpreter loaded last */
    bool doomed;        /* the file is bad in a way that Linux finds too late */
    u8 head[EXEC_HEAD_SIZE];
    size_t head_size;
    u32 depth;

    /* Strings, in the order argv then envp; the first `skip` bytes of argv
     * were replaced by `prefix` (scripts). */
    struct string_area *strings;
    size_t arguments_size, environment_size, skip;
    u32 argument_count, environment_count;
    char *prefix; /* owned; NUL-separated */
    size_t prefix_size;
    u32 prefix_count;

    struct address_space *mm; /* owned: the new one */
    bool executable_stack;
    u64 entry;           /* where user mode starts */
    u64 program_entry;   /* AT_ENTRY */
    u64 program_headers; /* AT_PHDR, a user address */
    u32 program_header_count;
    u64 interpreter_base; /* AT_BASE */
    u64 stack_pointer;

    struct cred *cred; /* owned: the new ones */
    bool secure;       /* AT_SECURE */
    bool shares_fs;    /* with other processes: exec raises no privileges */
    bool unreadable;   /* the caller could not read what is executed */
};

struct exec_format {
    /* Fills mm, entry...; -ENOEXEC: not this format. A script replaces `file`
     * and returns EXEC_AGAIN. */
    int (*load)(struct exec_image *image);
};
#define EXEC_AGAIN 1

extern const struct exec_format exec_format_elf, exec_format_script;

/* Read up to n bytes of the file at pos into a kernel buffer: bytes or errno.
 */
ssize_t exec_read(struct exec_image *image, struct grant *file, void *buffer,
                  size_t n, s64 pos);
/* Open another file for execution (an interpreter). ERR_PTR. */
struct grant *exec_open(struct exec_image *image, const char *path);

/* argument strings: exec_strings.c */
struct string_area *string_area_create(size_t limit); /* NULL: no memory */
void string_area_free(struct string_area *a);
size_t string_area_size(const struct string_area *a);
/* Append with the NUL: -E2BIG, -EFAULT, -ENOMEM. */
int string_area_append_user(struct string_area *a, struct address_space *mm,
                            u64 address);
int string_area_append(struct string_area *a, const char *s);
/* Count bytes that pointers to the strings will take against the limit. */
int string_area_reserve(struct string_area *a, size_t bytes);
/* Length of the first string, without NUL. */
size_t string_area_first_length(const struct string_area *a);
/* Copy [from, from + n) to user memory. */
int string_area_write(const struct string_area *a, size_t from, size_t n,
                      struct address_space *mm, u64 to);
/* Call fn(ctx, offset) for each string start in [from, from + n). */
int string_area_each(const struct string_area *a, size_t from, size_t n,
                     int (*fn)(void *ctx, size_t offset), void *ctx);

/* exec_stack.c: put strings, vectors and auxv on the new stack. */
int exec_build_stack(struct exec_image *image);

#endif
