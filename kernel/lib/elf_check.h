/*
 * Checking an ELF64 file for exec, and working out what to map.
 *
 * Linux's loader fails in two ways: what it checks before it gives up the old
 * program is an errno of execve; what it finds wrong while mapping the new one
 * kills the process with SIGSEGV. The plan keeps them apart:
 *
 *   1. elf_check_header on the file's first bytes;
 *   2. the caller reads elf_phdrs_size() bytes at e_phoff;
 *   3. elf_check_plan on them; the caller reads the interpreter's name, checks
 *      it with elf_check_interp_name, and does 1 to 3 with that file (errors
 *      are then ELIBBAD: elf_check_header's `interp`);
 *   4. point of no return; if plan.error is set, SIGSEGV;
 *   5. for each PT_LOAD in order elf_segment, which gives what to map.
 *
 * Nothing is read here but what the caller gives; all of it may be hostile.
 */
#pragma once

#include "lib/elf.h"

#define ELF_PAGE_SIZE 4096ul
/* Program headers that fit in a page: Linux takes no more. */
#define ELF_MAX_PHDRS (ELF_PAGE_SIZE / sizeof(Elf64_Phdr))

struct elf_plan {
    u64 span_start; /* lowest address, page-aligned; 0 without segments */
    u64 span_size;  /* bytes from there to the end of the highest segment */
    u64 align;      /* the largest alignment of a segment, >= a page */
    u64 entry;
    u64 phdr_vaddr; /* AT_PHDR before the bias; 0 if not in a segment */
    u64 start_code, end_code, start_data, end_data; /* for /proc/self/stat */
    u64 brk; /* the highest end of a segment */
    u64 interp_offset;
    u32 interp_size; /* with its NUL; 0: no interpreter */
    u16 segments;    /* number of PT_LOADs */
    bool dynamic;    /* ET_DYN: may be placed anywhere */
    bool stack_exec; /* PT_GNU_STACK asks for it */
    int error;       /* found after the point of no return; 0 if none */
};

struct elf_segment {
    int prot; /* PF_* bits */
    /* Pages of the file; file_size 0: none. All multiples of a page. */
    u64 file_vaddr;
    u64 file_size;
    u64 file_offset;
    /* Bytes to clear at the end of those pages (if writable); may be none. */
    u64 zero_start;
    u64 zero_size;
    /* Anonymous pages behind them; anon_size 0: none. */
    u64 anon_vaddr;
    u64 anon_size;
};

/*
 * The first bytes of the file (n of them, at most 64 are looked at). 0, or
 * -ENOEXEC; for an interpreter -ELIBBAD.
 */
int elf_check_header(const void *buf, size_t n, u16 machine, bool interp);

/* Size of the program headers; for a header that passed. */
static inline size_t elf_phdrs_size(const Elf64_Ehdr *e)
{
    return e->e_phnum * sizeof(Elf64_Phdr);
}

/*
 * task_size: the first address a user mapping must not reach. 0, or -ENOEXEC
 * for a bad PT_INTERP (whose name the caller then checks).
 */
int elf_check_plan(const Elf64_Ehdr *e, const Elf64_Phdr *phdrs, u64 task_size,
                   struct elf_plan *plan);

/* The bytes of PT_INTERP, plan.interp_size of them: 0 or -ENOEXEC. */
int elf_check_interp_name(const char *name, u32 size);

/*
 * What to map for one PT_LOAD, `bias` (a multiple of a page) added to its
 * addresses. 0; -EINVAL or -ENOMEM where it does not fit below task_size.
 */
int elf_segment(const Elf64_Phdr *ph, u64 bias, u64 task_size,
                struct elf_segment *seg);
