#include "lib/bpf.h"

#include "lib/string.h"

/* ---------------------------------------------------------------- checking */

static bool check_alu(const struct bpf_instruction *i)
{
    bool by_x = i->code & BPF_X;

    switch (i->code & 0xf0) {
    case BPF_ADD:
    case BPF_SUB:
    case BPF_MUL:
    case BPF_OR:
    case BPF_AND:
    case BPF_XOR:
        return true;
    case BPF_DIV:
        return by_x || i->k;
    case BPF_LSH:
    case BPF_RSH:
        return by_x || i->k < 32;
    case BPF_NEG:
        return !by_x;
    default:
        return false;
    }
}

/* `left` instructions follow this one. */
static bool check_jump(const struct bpf_instruction *i, u32 left)
{
    switch (i->code & 0xf0) {
    case BPF_JA:
        return !(i->code & BPF_X) && i->k < left;
    case BPF_JEQ:
    case BPF_JGT:
    case BPF_JGE:
    case BPF_JSET:
        return i->jump_true < left && i->jump_false < left;
    default:
        return false;
    }
}

static bool check_one(const struct bpf_instruction *i, u32 left, u32 size)
{
    if (i->code > 0xff)
        return false;
    switch (i->code) {
    case BPF_LD | BPF_ABS:
        return i->k < size && !(i->k & 3);
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_LD | BPF_LEN:
    case BPF_LDX | BPF_LEN:
        return true;
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX:
        return i->k < BPF_MEMORY_WORDS;
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
        return true;
    default:
        break;
    }
    if (BPF_CLASS(i->code) == BPF_ALU)
        return check_alu(i);
    if (BPF_CLASS(i->code) == BPF_JMP)
        return check_jump(i, left);
    return false;
}

/*
 * No scratch word is read on a path that has not written it. known[i] has a bit
 * for each word that every path to instruction i has written; as jumps lead
 * forward, one pass will do.
 */
static void reach(u16 *known, u32 to, u16 words)
{
    known[to] &= words;
}

static bool check_memory(const struct bpf_instruction *p, u32 count, u16 *known)
{
    for (u32 i = 0; i < count; i++)
        known[i] = 0xffff;
    known[0] = 0;
    for (u32 i = 0; i < count; i++) {
        u16 words = known[i];
        u16 code = p[i].code;

        if (code == BPF_ST || code == BPF_STX)
            words |= 1u << p[i].k;
        if ((code == (BPF_LD | BPF_MEM) || code == (BPF_LDX | BPF_MEM)) &&
            !(words >> p[i].k & 1))
            return false;
        if (code == (BPF_JMP | BPF_JA)) {
            reach(known, i + 1 + p[i].k, words);
        } else if (BPF_CLASS(code) == BPF_JMP) {
            reach(known, i + 1 + p[i].jump_true, words);
            reach(known, i + 1 + p[i].jump_false, words);
        } else if (BPF_CLASS(code) != BPF_RET && i + 1 < count) {
            reach(known, i + 1, words);
        }
    }
    return true;
}

bool bpf_check(const struct bpf_instruction *p, u32 count, u32 size, u16 *room)
{
    if (!count || count > BPF_INSTRUCTIONS_MAX)
        return false;
    for (u32 i = 0; i < count; i++)
        if (!check_one(&p[i], count - i - 1, size))
            return false;
    if (BPF_CLASS(p[count - 1].code) != BPF_RET)
        return false;
    return check_memory(p, count, room);
}

/* ----------------------------------------------------------------- running */

/* False: a division by zero, which ends the program. */
static bool compute(u16 code, u32 *a, u32 by)
{
    switch (code & 0xf0) {
    case BPF_ADD:
        *a += by;
        break;
    case BPF_SUB:
        *a -= by;
        break;
    case BPF_MUL:
        *a *= by;
        break;
    case BPF_DIV:
        if (!by)
            return false;
        *a /= by;
        break;
    case BPF_OR:
        *a |= by;
        break;
    case BPF_AND:
        *a &= by;
        break;
    case BPF_LSH:
        *a <<= by & 31;
        break;
    case BPF_RSH:
        *a >>= by & 31;
        break;
    case BPF_NEG:
        *a = -*a;
        break;
    default:
        *a ^= by;
        break;
    }
    return true;
}

static bool compare(u16 code, u32 a, u32 with)
{
    switch (code & 0xf0) {
    case BPF_JEQ:
        return a == with;
    case BPF_JGT:
        return a > with;
    case BPF_JGE:
        return a >= with;
    default:
        return a & with;
    }
}

u32 bpf_run(const struct bpf_instruction *p, const void *data, u32 size)
{
    u32 a = 0, x = 0, memory[BPF_MEMORY_WORDS];

    for (;; p++) {
        u32 operand = p->code & BPF_X ? x : p->k;

        switch (p->code) {
        case BPF_LD | BPF_ABS:
            memcpy(&a, (const u8 *)data + p->k, sizeof(a));
            continue;
        case BPF_LD | BPF_IMM:
            a = p->k;
            continue;
        case BPF_LDX | BPF_IMM:
            x = p->k;
            continue;
        case BPF_LD | BPF_LEN:
            a = size;
            continue;
        case BPF_LDX | BPF_LEN:
            x = size;
            continue;
        case BPF_LD | BPF_MEM:
            a = memory[p->k];
            continue;
        case BPF_LDX | BPF_MEM:
            x = memory[p->k];
            continue;
        case BPF_ST:
            memory[p->k] = a;
            continue;
        case BPF_STX:
            memory[p->k] = x;
            continue;
        case BPF_RET | BPF_K:
            return p->k;
        case BPF_RET | BPF_A:
            return a;
        case BPF_MISC | BPF_TAX:
            x = a;
            continue;
        case BPF_MISC | BPF_TXA:
            a = x;
            continue;
        case BPF_JMP | BPF_JA:
            p += p->k;
            continue;
        default:
            break;
        }
        if (BPF_CLASS(p->code) == BPF_JMP)
            p += compare(p->code, a, operand) ? p->jump_true : p->jump_false;
        else if (!compute(p->code, &a, operand))
            return 0;
    }
}
