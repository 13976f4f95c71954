#include "lib/elf_check.h"
#include "lib/bitops.h"
#include "lib/errno.h"
#include "lib/string.h"

#define PAGE_MASK     (ELF_PAGE_SIZE - 1)
#define NAME_MAX_PATH 4096 /* PATH_MAX */

int elf_check_header(const void *buf, size_t n, u16 machine, bool interp)
{
    const Elf64_Ehdr *e = buf;
    int bad = interp ? -ELIBBAD : -ENOEXEC;

    if (n < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG) != 0)
        return bad;
    if (e->e_machine != machine)
        return bad;
    /* An interpreter of another type is found out while loading it. */
    if (!interp && e->e_type != ET_EXEC && e->e_type != ET_DYN)
        return bad;
    if (e->e_phentsize != sizeof(Elf64_Phdr) || e->e_phnum < 1 ||
        e->e_phnum > ELF_MAX_PHDRS)
        return bad;
    return 0;
}

int elf_check_interp_name(const char *name, u32 size)
{
    return size < 2 || name[size - 1] != '\0' ? -ENOEXEC : 0;
}

int elf_segment(const Elf64_Phdr *ph, u64 bias, u64 task_size,
                struct elf_segment *seg)
{
    u64 vaddr = ph->p_vaddr + bias;
    u64 in_page = vaddr & PAGE_MASK;
    u64 file_end, mem_end, file_pages;

    memset(seg, 0, sizeof(*seg));
    if (vaddr < bias || vaddr >= task_size || ph->p_filesz > ph->p_memsz ||
        ph->p_memsz > task_size || task_size - ph->p_memsz < vaddr)
        return -EINVAL;
    seg->prot = (int)(ph->p_flags & (PF_R | PF_W | PF_X));
    file_end = vaddr + ph->p_filesz;
    mem_end = vaddr + ph->p_memsz;
    file_pages = round_up(file_end, ELF_PAGE_SIZE);
    seg->file_vaddr = vaddr - in_page;
    /* Like mmap: nothing to map is no error, but an odd offset is one. */
    if (ph->p_filesz + in_page) {
        u64 offset = ph->p_offset - in_page;

        seg->file_size = file_pages - seg->file_vaddr;
        if (offset & PAGE_MASK)
            return -EINVAL;
        if (offset + seg->file_size < offset ||
            offset + seg->file_size > S64_MAX)
            return -EOVERFLOW;
        seg->file_offset = offset;
    }
    if (ph->p_memsz == ph->p_filesz)
        return 0;
    if (file_pages > file_end) {
        seg->zero_start = file_end;
        seg->zero_size = file_pages - file_end;
    }
    if (mem_end > file_pages) {
        seg->anon_vaddr = file_pages;
        seg->anon_size = round_up(mem_end, ELF_PAGE_SIZE) - file_pages;
        if (file_pages + seg->anon_size > task_size)
            return -ENOMEM;
    }
    return 0;
}

static void note_segment(const Elf64_Ehdr *e, const Elf64_Phdr *ph,
                         struct elf_plan *plan)
{
    u64 file_end = ph->p_vaddr + ph->p_filesz;
    u64 mem_end = ph->p_vaddr + ph->p_memsz;

    if (ph->p_offset <= e->e_phoff && e->e_phoff - ph->p_offset < ph->p_filesz)
        plan->phdr_vaddr = e->e_phoff - ph->p_offset + ph->p_vaddr;
    if ((ph->p_flags & PF_X) && ph->p_vaddr < plan->start_code)
        plan->start_code = ph->p_vaddr;
    plan->start_data = max(plan->start_data, ph->p_vaddr);
    if (ph->p_flags & PF_X)
        plan->end_code = max(plan->end_code, file_end);
    plan->end_data = max(plan->end_data, file_end);
    plan->brk = max(plan->brk, mem_end);
}

static void check_load(const Elf64_Ehdr *e, const Elf64_Phdr *ph, u64 task_size,
                       struct elf_plan *plan, u64 *end, bool *unclear)
{
    struct elf_segment seg;
    u64 start = ph->p_vaddr & ~PAGE_MASK;
    int err = elf_segment(ph, 0, task_size, &seg);

    if (!plan->segments || start < plan->span_start)
        plan->span_start = start;
    plan->segments++;
    if (err) {
        if (!plan->error)
            plan->error = err;
        return;
    }
    if (is_power_of_2(ph->p_align))
        plan->align = max(plan->align, ph->p_align);
    if (ph->p_vaddr + ph->p_memsz >= *end) {
        *end = ph->p_vaddr + ph->p_memsz;
        *unclear = seg.zero_size && !(ph->p_flags & PF_W);
    }
    note_segment(e, ph, plan);
}

int elf_check_plan(const Elf64_Ehdr *e, const Elf64_Phdr *phdrs, u64 task_size,
                   struct elf_plan *plan)
{
    bool unclear = false;
    u64 end = 0;

    *plan = (struct elf_plan){
        .align = ELF_PAGE_SIZE,
        .entry = e->e_entry,
        .dynamic = e->e_type == ET_DYN,
        .start_code = U64_MAX,
    };
    for (unsigned int i = 0; i < e->e_phnum; i++) {
        const Elf64_Phdr *ph = &phdrs[i];

        switch (ph->p_type) {
        case PT_INTERP:
            if (plan->interp_size)
                break; /* the first counts */
            if (ph->p_filesz > NAME_MAX_PATH || ph->p_filesz < 2)
                return -ENOEXEC;
            plan->interp_size = (u32)ph->p_filesz;
            plan->interp_offset = ph->p_offset;
            break;
        case PT_GNU_STACK:
            plan->stack_exec = ph->p_flags & PF_X;
            break;
        case PT_LOAD:
            check_load(e, ph, task_size, plan, &end, &unclear);
            break;
        }
    }
    if (plan->start_code == U64_MAX)
        plan->start_code = 0;
    if (plan->error)
        return 0;
    if (plan->segments)
        plan->span_size = end - plan->span_start;
    if (e->e_type != ET_EXEC && e->e_type != ET_DYN)
        plan->error = -EPERM;
    else if (plan->dynamic && !plan->span_size)
        plan->error = -EINVAL;
    else if (plan->align > task_size)
        plan->error = -ENOMEM;
    else if (unclear)
        plan->error = -EFAULT; /* Linux fails to clear that page's end */
    return 0;
}
