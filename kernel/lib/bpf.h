/*
 * Classic BPF: programs of a few instructions over an accumulator A, an index
 * register X and 16 words of scratch memory, that look at a block of data and
 * return a number. They can only jump forward, so they end.
 *
 * bpf_check() must have passed a program before bpf_run() may see it. Nothing
 * is allocated or kept.
 */
#ifndef LIB_BPF_H
#define LIB_BPF_H

#include "lib/types.h"

struct bpf_instruction { /* struct sock_filter */
    u16 code;
    u8 jump_true, jump_false; /* instructions to skip */
    u32 k;
};

#define BPF_INSTRUCTIONS_MAX 4096
#define BPF_MEMORY_WORDS     16

/* Instruction classes and fields (linux/bpf_common.h). */
#define BPF_CLASS(code) ((code)&0x07)
enum {
    BPF_LD = 0,
    BPF_LDX,
    BPF_ST,
    BPF_STX,
    BPF_ALU,
    BPF_JMP,
    BPF_RET,
    BPF_MISC
};
enum {
    BPF_IMM = 0x00,
    BPF_ABS = 0x20,
    BPF_MEM = 0x60,
    BPF_LEN = 0x80
};
enum {
    BPF_ADD = 0x00,
    BPF_SUB = 0x10,
    BPF_MUL = 0x20,
    BPF_DIV = 0x30,
    BPF_OR = 0x40,
    BPF_AND = 0x50,
    BPF_LSH = 0x60,
    BPF_RSH = 0x70,
    BPF_NEG = 0x80,
    BPF_XOR = 0xa0
};
enum {
    BPF_JA = 0x00,
    BPF_JEQ = 0x10,
    BPF_JGT = 0x20,
    BPF_JGE = 0x30,
    BPF_JSET = 0x40
};
enum {
    BPF_K = 0x00,
    BPF_X = 0x08,
    BPF_A = 0x10,
    BPF_TAX = 0x00,
    BPF_TXA = 0x80
};

/* Is it a program of aligned 32-bit loads within `size` bytes of data, with no
 * jump out of it, that reads no scratch word it has not written, and returns?
 * `room` is for `count` u16, to work in. */
bool bpf_check(const struct bpf_instruction *program, u32 count, u32 size,
               u16 *room);
/* `data` is the block, of the size that was checked. */
u32 bpf_run(const struct bpf_instruction *program, const void *data, u32 size);

#endif
