/*
 * The initial stack of a program (System V ABI, "Process Initialization"):
 * from the top down: file name, environment strings, argument strings, the
 * platform's name, 16 random bytes, auxiliary vector, envp, argv, argc.
 */
#include "arch/arch.h"
#include "core/random.h"
#include "core/slab.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/auxv.h"
#include "proc/exec.h"
#include "proc/task.h"
#include "vm/address_space.h"
#include "vm/user.h"

/* Room below the strings that exec makes before the stack has to grow. */
#define STACK_SLACK (128 * 1024)

struct vector_writer {
    struct address_space *mm;
    u64 *buffer; /* one page, written out when full */
    u32 used;
    u64 to;   /* user address of buffer[0] */
    u64 base; /* user address of string offset 0 */
};

static int vector_flush(struct vector_writer *w)
{
    int error = user_write(w->mm, w->to, w->buffer, w->used * sizeof(u64));

    w->to += w->used * sizeof(u64);
    w->used = 0;
    return error;
}

static int vector_put(struct vector_writer *w, u64 value)
{
    w->buffer[w->used++] = value;
    return w->used == PAGE_SIZE / sizeof(u64) ? vector_flush(w) : 0;
}

static int put_string_address(void *ctx, size_t offset)
{
    struct vector_writer *w = ctx;

    return vector_put(w, w->base + offset);
}

/* Where each part goes. */
struct stack_plan {
    u64 file_name, environment, arguments, arguments_end, platform, random;
    u64 vectors; /* argc's address: the stack pointer */
};

static void make_auxv(struct exec_image *i, const struct stack_plan *plan)
{
    struct address_space *mm = i->mm;
    const struct cred *c = i->cred;
    struct user_namespace *ns = c->user_ns;
    u32 n = 0;

#define AUX(key, value)               \
    do {                              \
        mm->auxv[n++] = (key);        \
        mm->auxv[n++] = (u64)(value); \
    } while (0)
    if (mm->vdso)
        AUX(AT_SYSINFO_EHDR, mm->vdso);
    AUX(AT_HWCAP, arch_hwcap());
    AUX(AT_PAGESZ, PAGE_SIZE);
    AUX(AT_CLKTCK, 100);
    AUX(AT_PHDR, i->program_headers);
    AUX(AT_PHENT, 56);
    AUX(AT_PHNUM, i->program_header_count);
    AUX(AT_BASE, i->interpreter_base);
    AUX(AT_FLAGS, 0);
    AUX(AT_ENTRY, i->program_entry);
    AUX(AT_UID, uid_from_kernel(ns, c->uid));
    AUX(AT_EUID, uid_from_kernel(ns, c->euid));
    AUX(AT_GID, gid_from_kernel(ns, c->gid));
    AUX(AT_EGID, gid_from_kernel(ns, c->egid));
    AUX(AT_SECURE, i->secure);
    AUX(AT_RANDOM, plan->random);
    AUX(AT_HWCAP2, arch_hwcap2());
    AUX(AT_MINSIGSTKSZ, arch_minsigstksz());
    AUX(AT_EXECFN, plan->file_name);
    AUX(AT_PLATFORM, plan->platform);
    AUX(AT_NULL, 0);
#undef AUX
    mm->auxv_words = n;
}

static int write_strings(struct exec_image *i, const struct stack_plan *plan)
{
    struct address_space *mm = i->mm;
    u8 random[16];
    int error;

    random_bytes(random, sizeof(random));
    error = user_write(mm, plan->file_name, i->path, strlen(i->path) + 1);
    if (!error)
        error = string_area_write(i->strings, i->arguments_size,
                                  i->environment_size, mm, plan->environment);
    if (!error)
        error = user_write(mm, plan->arguments, i->prefix, i->prefix_size);
    if (!error)
        error =
            string_area_write(i->strings, i->skip, i->arguments_size - i->skip,
                              mm, plan->arguments + i->prefix_size);
    if (!error)
        error = user_write(mm, plan->platform, arch_platform(),
                           strlen(arch_platform()) + 1);
    if (!error)
        error = user_write(mm, plan->random, random, sizeof(random));
    return error;
}

static int write_vectors(struct exec_image *i, const struct stack_plan *plan)
{
    struct vector_writer w = {.mm = i->mm, .to = plan->vectors};
    int error;

    w.buffer = page_alloc_kernel(0, ALLOC_KERNEL);
    if (!w.buffer)
        return -ENOMEM;
    error = vector_put(&w, i->argument_count);
    for (size_t at = 0; !error && at < i->prefix_size;
         at += strlen(i->prefix + at) + 1)
        error = vector_put(&w, plan->arguments + at);
    w.base = plan->arguments + i->prefix_size - i->skip;
    if (!error)
        error =
            string_area_each(i->strings, i->skip, i->arguments_size - i->skip,
                             put_string_address, &w);
    if (!error)
        error = vector_put(&w, 0);
    w.base = plan->environment - i->arguments_size;
    if (!error)
        error = string_area_each(i->strings, i->arguments_size,
                                 i->environment_size, put_string_address, &w);
    if (!error)
        error = vector_put(&w, 0);
    for (u32 n = 0; !error && n < i->mm->auxv_words; n++)
        error = vector_put(&w, i->mm->auxv[n]);
    if (!error)
        error = vector_flush(&w);
    page_free_kernel(w.buffer, 0);
    return error;
}

static u64 stack_top(const struct exec_image *i)
{
    u64 pages = 0;

    if (exec_randomizes(i->task, 1))
        pages = random_u64() & MM_STACK_RANDOM_PAGES;
    return ARCH_USER_TOP - (pages << PAGE_SHIFT);
}

int exec_build_stack(struct exec_image *i)
{
    struct address_space *mm = i->mm;
    struct stack_plan plan;
    u64 top = stack_top(i), bottom, jitter = 0;
    u64 words;
    u32 flags = VMA_READ | VMA_WRITE | VMA_MAYREAD | VMA_MAYWRITE |
                VMA_MAYEXEC | VMA_GROWSDOWN;
    s64 mapped;
    int error;

    if (exec_randomizes(i->task, 1))
        jitter = random_u64() & 0x1ff0; /* below the strings, 16-byte steps */
    plan.file_name = top - 8 - (strlen(i->path) + 1);
    plan.environment = plan.file_name - i->environment_size;
    plan.arguments_end = plan.environment;
    plan.arguments =
        plan.environment - (i->arguments_size - i->skip) - i->prefix_size;
    plan.platform =
        round_down(plan.arguments - jitter, 16) - (strlen(arch_platform()) + 1);
    plan.random = plan.platform - 16;
    words = 1 + i->argument_count + 1 + i->environment_count + 1 +
            2 * EXEC_AUXV_MAX;
    plan.vectors = round_down(plan.random - words * sizeof(u64), 16);

    bottom = round_down(plan.vectors - STACK_SLACK, PAGE_SIZE);
    if (i->executable_stack)
        flags |= VMA_EXEC;
    mapped = mm_map_fixed(mm, bottom, top - bottom, flags, NULL, 0);
    if (mapped < 0)
        return mapped;
    mm->stack_start = plan.vectors;
    mm->arg_start = plan.arguments;
    mm->arg_end = mm->env_start = plan.arguments_end;
    mm->env_end = plan.file_name;
    i->stack_pointer = plan.vectors;

    make_auxv(i, &plan);
    error = write_strings(i, &plan);
    if (!error)
        error = write_vectors(i, &plan);
    /* All of it is mapped: only memory can be wanting. */
    return error ? -ENOMEM : 0;
}
