// about: ELF headers from anywhere: what is to be mapped is sound
#include <stdlib.h>

#include "lib/elf_check.h"
#include "lib/string.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

#define TASK 0x7ffffffff000ul

static void require(bool cond)
{
    if (!cond)
        abort();
}

static void check_segment(const Elf64_Phdr *ph, const struct elf_plan *plan,
                          u64 bias)
{
    struct elf_segment s;
    u64 end;

    if (elf_segment(ph, bias, TASK, &s))
        return;
    require(!(s.file_vaddr & 4095) && !(s.file_size & 4095) &&
            !(s.file_offset & 4095) && !(s.anon_vaddr & 4095) &&
            !(s.anon_size & 4095));
    end = s.file_vaddr + s.file_size;
    require(end <= TASK + 4096 && s.file_size <= TASK);
    if (s.zero_size)
        require(s.zero_size < 4096 && s.zero_start + s.zero_size == end &&
                s.zero_start >= s.file_vaddr);
    if (s.anon_size) {
        require(s.anon_vaddr >= end || !s.file_size);
        require(s.anon_vaddr + s.anon_size <= TASK);
        end = s.anon_vaddr + s.anon_size;
    }
    if (!bias && !plan->error)
        require(s.file_vaddr >= plan->span_start &&
                end <= ((plan->span_start + plan->span_size + 4095) & ~4095ul));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    static struct {
        Elf64_Ehdr e;
        Elf64_Phdr ph[ELF_MAX_PHDRS];
    } f;
    struct elf_plan plan;

    memset(&f, 0, sizeof(f));
    memcpy(&f, data, min(n, sizeof(f)));
    if (elf_check_header(&f, n, EM_X86_64, false) &&
        elf_check_header(&f, n, EM_AARCH64, true))
        return 0;
    require(elf_phdrs_size(&f.e) <= sizeof(f.ph));
    if (elf_check_plan(&f.e, f.ph, TASK, &plan))
        return 0;
    require(plan.align >= 4096 && !(plan.align & (plan.align - 1)));
    require(plan.interp_size <= 4096);
    for (int i = 0; i < f.e.e_phnum; i++) {
        if (f.ph[i].p_type != PT_LOAD)
            continue;
        check_segment(&f.ph[i], &plan, 0);
        check_segment(&f.ph[i], &plan, 0x555555554000);
    }
    return 0;
}
