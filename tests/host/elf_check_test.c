// about: what exec makes of ELF headers
#include "test.h"

#include "lib/elf_check.h"
#include "lib/errno.h"
#include "lib/string.h"

#define TASK 0x7ffffffff000ul

struct file {
    Elf64_Ehdr e;
    Elf64_Phdr ph[8];
};

/* Code, data with bss, a stack note and an interpreter. */
static struct file good(void)
{
    struct file f = {
        .e = {.e_type = ET_EXEC,
              .e_machine = EM_X86_64,
              .e_entry = 0x401000,
              .e_phoff = 64,
              .e_phentsize = 56,
              .e_phnum = 4},
        .ph = {{PT_INTERP, PF_R, 0x200, 0x400200, 0, 28, 28, 1},
               {PT_LOAD, PF_R | PF_X, 0, 0x400000, 0, 0x1800, 0x1800, 0x1000},
               {PT_LOAD, PF_R | PF_W, 0x2e10, 0x403e10, 0, 0x1f8, 0x3000,
                0x1000},
               {PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16}},
    };

    (memcpy)(f.e.e_ident, ELFMAG, 4);
    return f;
}

static int header(const struct file *f)
{
    return elf_check_header(&f->e, sizeof(f->e), EM_X86_64, false);
}

TEST(headers)
{
    struct file f = good();

    CHECK_EQ(header(&f), 0);
    CHECK_EQ(elf_check_header(&f, 63, EM_X86_64, false), -ENOEXEC);
    CHECK_EQ(elf_check_header(&f, 64, EM_AARCH64, false), -ENOEXEC);
    CHECK_EQ(elf_check_header(&f, 64, EM_AARCH64, true), -ELIBBAD);
    f.e.e_type = ET_REL;
    CHECK_EQ(header(&f), -ENOEXEC);
    f.e.e_type = ET_DYN;
    CHECK_EQ(header(&f), 0);
    f.e.e_phentsize = 32;
    CHECK_EQ(header(&f), -ENOEXEC);
    f.e.e_phentsize = 56;
    f.e.e_phnum = 0;
    CHECK_EQ(header(&f), -ENOEXEC);
    f.e.e_phnum = 73;
    CHECK_EQ(header(&f), 0);
    f.e.e_phnum = 74;
    CHECK_EQ(header(&f), -ENOEXEC);
    f = good();
    f.e.e_ident[0] = 0;
    CHECK_EQ(header(&f), -ENOEXEC);
}

TEST(plan_of_a_program)
{
    struct file f = good();
    struct elf_segment seg;
    struct elf_plan plan;

    CHECK_EQ(elf_check_plan(&f.e, f.ph, TASK, &plan), 0);
    CHECK(plan.error == 0 && plan.segments == 2 && !plan.dynamic);
    CHECK(plan.span_start == 0x400000 && plan.span_size == 0x6e10);
    CHECK(plan.interp_offset == 0x200 && plan.interp_size == 28);
    CHECK(!plan.stack_exec && plan.align == 4096);
    CHECK_EQ(plan.phdr_vaddr, 0x400040);
    CHECK_EQ(plan.brk, 0x406e10);
    CHECK(plan.start_code == 0x400000 && plan.end_code == 0x401800);
    CHECK(plan.start_data == 0x403e10 && plan.end_data == 0x404008);

    CHECK_EQ(elf_segment(&f.ph[1], 0x10000, TASK, &seg), 0);
    CHECK(seg.prot == (PF_R | PF_X) && seg.file_vaddr == 0x410000 &&
          seg.file_size == 0x2000 && seg.file_offset == 0 &&
          seg.zero_size == 0 && seg.anon_size == 0);
    CHECK_EQ(elf_segment(&f.ph[2], 0, TASK, &seg), 0);
    CHECK(seg.file_vaddr == 0x403000 && seg.file_size == 0x2000 &&
          seg.file_offset == 0x2000);
    CHECK(seg.zero_start == 0x404008 && seg.zero_size == 0xff8);
    CHECK(seg.anon_vaddr == 0x405000 && seg.anon_size == 0x2000);

    CHECK_EQ(elf_check_interp_name("/lib/ld.so", 11), 0);
    CHECK_EQ(elf_check_interp_name("/lib/ld.so", 10), -ENOEXEC);
}

TEST(odd_segments)
{
    struct file f = good();
    struct elf_segment seg;
    struct elf_plan plan;

    f.ph[2].p_filesz = 0x3001; /* more in the file than in memory */
    CHECK_EQ(elf_check_plan(&f.e, f.ph, TASK, &plan), 0);
    CHECK_EQ(plan.error, -EINVAL);
    f = good();
    f.ph[2].p_offset++; /* does not fit in its page as its address does */
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK_EQ(plan.error, -EINVAL);
    f = good();
    f.ph[2].p_vaddr = TASK;
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK_EQ(plan.error, -EINVAL);
    f = good();
    f.ph[2].p_memsz = U64_MAX;
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK_EQ(plan.error, -EINVAL);
    f = good();
    f.ph[2].p_flags = PF_R; /* bss that cannot be cleared */
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK_EQ(plan.error, -EFAULT);
    f = good();
    f.e.e_type = ET_DYN;
    f.ph[1].p_type = f.ph[2].p_type = PT_NULL;
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK_EQ(plan.error, -EINVAL);
    f.e.e_type = ET_EXEC; /* no segment at all: it runs, and faults */
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK_EQ(plan.error, 0);
    f = good();
    f.ph[0].p_filesz = 1;
    CHECK_EQ(elf_check_plan(&f.e, f.ph, TASK, &plan), -ENOEXEC);
    f.ph[0].p_filesz = 4097;
    CHECK_EQ(elf_check_plan(&f.e, f.ph, TASK, &plan), -ENOEXEC);
    f = good();
    f.ph[3].p_flags = PF_X;
    f.ph[1].p_align = 0x200000;
    elf_check_plan(&f.e, f.ph, TASK, &plan);
    CHECK(plan.stack_exec && plan.align == 0x200000);
    /* Only bss: nothing of the file. */
    CHECK_EQ(elf_segment(&(Elf64_Phdr){PT_LOAD, PF_W, 0, 0x5000, 0, 0, 10, 1},
                         0, TASK, &seg),
             0);
    CHECK(seg.file_size == 0 && seg.zero_size == 0);
    CHECK(seg.anon_vaddr == 0x5000 && seg.anon_size == 0x1000);
}

/* The programs of this machine pass, and their segments lie in the span. */
TEST(real_programs)
{
    static const char *const paths[] = {"/bin/true", "/bin/ls", "/bin/bash",
                                        "/usr/bin/python3"};

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        FILE *file = fopen(paths[i], "r");
        static u8 buf[8192];
        const Elf64_Ehdr *e = (void *)buf;
        struct elf_plan plan;
        size_t n = file ? fread(buf, 1, sizeof(buf), file) : 0;

        if (!file)
            continue;
        fclose(file);
        CHECK_EQ(elf_check_header(buf, n, e->e_machine, false), 0);
        CHECK_EQ(elf_check_plan(e, (void *)(buf + e->e_phoff), TASK, &plan), 0);
        CHECK(plan.error == 0 && plan.segments >= 2 && plan.interp_size > 2);
        CHECK(plan.entry - plan.span_start < plan.span_size);
    }
}
