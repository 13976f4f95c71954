/* The ELF format: maps what lib/elf_check.h planned. */
#include "lib/elf.h"

#include "arch/arch.h"
#include "core/random.h"
#include "core/slab.h"
#include "lib/elf_check.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/auxv.h"
#include "proc/exec.h"
#include "proc/task.h"
#include "vm/address_space.h"
#include "vm/user.h"

/* One ELF file on its way into an address space. */
struct elf_file {
    struct grant *grant; /* borrowed */
    Elf64_Ehdr header;
    Elf64_Phdr *phdrs; /* owned */
    struct elf_plan plan;
    u64 bias;
};

static int read_exactly(struct exec_image *i, struct grant *g, void *buffer,
                        size_t n, s64 pos)
{
    ssize_t got = exec_read(i, g, buffer, n, pos);

    if (got < 0)
        return got;
    return (size_t)got == n ? 0 : -EIO;
}

/* What follows the header: program headers, checked. */
static int read_plan(struct exec_image *i, struct elf_file *f)
{
    size_t size = elf_phdrs_size(&f->header);
    int error;

    f->phdrs = kmalloc(size, ALLOC_KERNEL);
    if (!f->phdrs)
        return -ENOMEM;
    error = read_exactly(i, f->grant, f->phdrs, size, f->header.e_phoff);
    if (error == -EIO || error == -EINVAL)
        error = -ENOEXEC;
    if (!error)
        error = elf_check_plan(&f->header, f->phdrs, ARCH_USER_TOP, &f->plan);
    return error;
}

static int open_interpreter(struct exec_image *i, const struct elf_file *f,
                            struct elf_file *interp)
{
    char *name = kmalloc(f->plan.interp_size, ALLOC_KERNEL);
    struct grant *g;
    ssize_t n;
    int error;

    if (!name)
        return -ENOMEM;
    error = read_exactly(i, f->grant, name, f->plan.interp_size,
                         f->plan.interp_offset);
    if (!error)
        error = elf_check_interp_name(name, f->plan.interp_size);
    if (error)
        goto out;
    g = exec_open(i, name);
    if (IS_ERR(g)) {
        error = PTR_ERR(g);
        goto out;
    }
    interp->grant = g;
    n = exec_read(i, g, &interp->header, sizeof(interp->header), 0);
    error =
        n < 0 ? (int)n
              : elf_check_header(&interp->header, n, arch_elf_machine(), true);
    if (!error) {
        error = read_plan(i, interp);
        if (error == -ENOEXEC)
            error = -ELIBBAD;
    }
out:
    kfree(name);
    return error;
}

static u32 vma_flags_of(int prot)
{
    u32 flags = VMA_MAYALL;

    if (prot & PF_R)
        flags |= VMA_READ;
    if (prot & PF_W)
        flags |= VMA_WRITE;
    if (prot & PF_X)
        flags |= VMA_EXEC;
    return flags;
}

static int map_segment(struct address_space *mm, struct elf_file *f,
                       const Elf64_Phdr *ph)
{
    struct elf_segment s;
    u32 flags;
    s64 at;
    int error = elf_segment(ph, f->bias, ARCH_USER_TOP, &s);

    if (error)
        return error;
    flags = vma_flags_of(s.prot);
    if (s.file_size) {
        at = mm_map_fixed(mm, s.file_vaddr, s.file_size, flags, f->grant,
                          s.file_offset);
        if (at < 0)
            return at;
    }
    if (s.anon_size) {
        at = mm_map_fixed(mm, s.anon_vaddr, s.anon_size, flags, NULL, 0);
        if (at < 0)
            return at;
    }
    /* Linux lets a read-only segment keep what the file has there. */
    if (s.zero_size && user_clear(mm, s.zero_start, s.zero_size) &&
        s.prot & PF_W)
        return -EFAULT;
    return 0;
}

static int map_file(struct address_space *mm, struct elf_file *f)
{
    for (u32 n = 0; n < f->header.e_phnum; n++) {
        if (f->phdrs[n].p_type == PT_LOAD) {
            int error = map_segment(mm, f, &f->phdrs[n]);
            if (error)
                return error;
        }
    }
    return 0;
}

/* Where an ET_DYN file goes: programs with an interpreter two thirds up the
 * address space, everything else where mmap would put it. */
static int choose_bias(struct exec_image *i, struct elf_file *f, bool program)
{
    u64 align = max(f->plan.align, PAGE_SIZE);
    s64 at;

    if (!f->plan.dynamic)
        return 0;
    if (program) {
        u64 base = ARCH_USER_TOP / 3 * 2;
        if (exec_randomizes(i->task, 1))
            base += (random_u64() & 0xfffffff) << PAGE_SHIFT;
        f->bias =
            round_down(base, align) - round_down(f->plan.span_start, align);
        return 0;
    }
    at = mm_find_free(i->mm, f->plan.span_size + align);
    if (at < 0)
        return at;
    f->bias = round_up((u64)at, align) - round_down(f->plan.span_start, align);
    return 0;
}

static void set_layout(struct exec_image *i, const struct elf_file *f)
{
    struct address_space *mm = i->mm;
    u64 brk = f->bias + f->plan.brk;

    mm->code_start = f->bias + f->plan.start_code;
    mm->code_end = f->bias + f->plan.end_code;
    mm->data_start = f->bias + f->plan.start_data;
    mm->data_end = f->bias + f->plan.end_data;
    brk = round_up(brk, PAGE_SIZE);
    if (exec_randomizes(i->task, 2))
        brk += (random_u64() & 0x1fff) << PAGE_SHIFT; /* up to 32 MiB */
    mm->brk_start = mm->brk = brk;
    i->program_entry = f->bias + f->plan.entry;
    i->program_headers = f->plan.phdr_vaddr ? f->bias + f->plan.phdr_vaddr : 0;
    i->program_header_count = f->header.e_phnum;
}

/* Everything from here on kills the process on Linux when it fails because of
 * the file; only running out of memory is an errno. */
static int load_planned(struct exec_image *i, struct elf_file *f,
                        struct elf_file *interp)
{
    u64 random = exec_randomizes(i->task, 1) ? random_u64() : 0;
    int error;

    i->mm = mm_create(i->task->account);
    if (IS_ERR(i->mm)) {
        error = PTR_ERR(i->mm);
        i->mm = NULL;
        return error;
    }
    mm_set_layout(i->mm, i->task->group->limits[LIMIT_STACK].soft, random);
    i->executable_stack = f->plan.stack_exec;
    error = f->plan.error;
    if (!error)
        error = choose_bias(i, f, interp->grant != NULL);
    if (!error)
        error = map_file(i->mm, f);
    if (!error)
        set_layout(i, f);
    i->entry = i->program_entry;
    if (!error && interp->grant) {
        error = interp->plan.error;
        if (!error)
            error = choose_bias(i, interp, false);
        if (!error)
            error = map_file(i->mm, interp);
        i->interpreter_base = interp->bias;
        i->entry = interp->bias + interp->plan.entry;
    }
    if (error) {
        i->doomed = error != -ENOMEM || f->plan.error || interp->plan.error;
        return error;
    }
    error =
        mm_map_vdso(i->mm, random_u64(), i->task->ns->time != &time_ns_first);
    return error;
}

static int load_elf(struct exec_image *i)
{
    struct elf_file f = {.grant = i->file}, interp = {0};
    int error =
        elf_check_header(i->head, i->head_size, arch_elf_machine(), false);

    if (error)
        return error;
    memcpy(&f.header, i->head, sizeof(f.header));
    error = read_plan(i, &f);
    if (!error && f.plan.interp_size)
        error = open_interpreter(i, &f, &interp);
    if (!error)
        error = load_planned(i, &f, &interp);
    kfree(f.phdrs);
    kfree(interp.phdrs);
    if (interp.grant)
        grant_put(interp.grant);
    return error;
}

const struct exec_format exec_format_elf = {load_elf};
