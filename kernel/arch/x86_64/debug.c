/*
 * Debug registers: hardware breakpoints and watchpoints, single steps, and the
 * "user area" through which a tracer reaches them (struct user of Linux).
 */
#include "arch/x86_64/port.h"
#include "lib/errno.h"

#define DR6_CLEAR      0xffff0ff0UL
#define DR6_STEP       BIT(14)
#define DR7_ENABLE     0xffUL
#define DR7_FIXED      0x400UL
#define DR7_TYPE(v, n) ((v) >> (16 + (n)*4) & 3)
#define DR7_SIZE(v, n) ((v) >> (18 + (n)*4) & 3)

#define WATCHPOINTS 4

struct x86_debug {
    u64 address[WATCHPOINTS];
    u64 status;  /* DR6 as the program's own exceptions left it */
    u64 control; /* DR7 as the tracer wrote it */
};

static void load(const struct x86_debug *d)
{
    u64 control = d && d->control & DR7_ENABLE ? d->control | DR7_FIXED : 0;

    if (control) {
        __asm__ volatile("mov %0, %%db0" ::"r"(d->address[0]));
        __asm__ volatile("mov %0, %%db1" ::"r"(d->address[1]));
        __asm__ volatile("mov %0, %%db2" ::"r"(d->address[2]));
        __asm__ volatile("mov %0, %%db3" ::"r"(d->address[3]));
    }
    __asm__ volatile("mov %0, %%db7" ::"r"(control));
}

void x86_debug_switch(struct thread_head *prev, struct thread_head *next)
{
    if (prev->arch.debug || next->arch.debug)
        load(next->arch.debug);
}

void x86_debug_free(struct thread_head *head)
{
    struct x86_debug *d = head->arch.debug;

    if (!d)
        return;
    head->arch.debug = NULL;
    if (head == arch_current())
        load(NULL);
    arch_alloc.free(d, sizeof(*d));
}

u64 x86_debug_status(struct user_regs *regs)
{
    struct x86_debug *d = arch_current()->arch.debug;
    u64 status;

    __asm__ volatile("mov %%db6, %0" : "=r"(status));
    __asm__ volatile("mov %0, %%db6" : : "r"(DR6_CLEAR));
    status ^= DR6_CLEAR; /* some bits are 0 for "yes" */
    if (!d)
        return status & (DR6_STEP | 0xf);
    status &= DR6_STEP | 0xf;
    /* Watchpoints that are not enabled may show, too. */
    for (unsigned n = 0; n < WATCHPOINTS; n++) {
        if (!(d->control >> n * 2 & 3))
            status &= ~(u64)BIT(n);
        else if (status & BIT(n) && DR7_TYPE(d->control, n) == 0)
            regs->rflags |= RFLAGS_RF; /* go on behind the breakpoint */
    }
    d->status = (d->status & ~(u64)(DR6_STEP | 0xf)) | status;
    return status;
}

static struct x86_debug *get(struct thread_head *head)
{
    if (!head->arch.debug)
        head->arch.debug = arch_alloc.alloc(sizeof(struct x86_debug));
    return head->arch.debug;
}

/* Lengths as the CPU encodes them: 1, 2, 8, 4. */
static int check_one(const struct x86_debug *d, u64 control, unsigned n)
{
    static const u8 lengths[4] = {1, 2, 8, 4};
    u64 length = lengths[DR7_SIZE(control, n)];

    if (!(control >> n * 2 & 3))
        return 0;
    if (DR7_TYPE(control, n) == 2 ||
        (DR7_TYPE(control, n) == 0 && length != 1) ||
        d->address[n] & (length - 1) || d->address[n] >= ARCH_USER_TOP)
        return -EINVAL;
    return 0;
}

static int set(struct thread_head *head, unsigned n, u64 value)
{
    struct x86_debug *d = get(head);

    if (!d)
        return -ENOMEM;
    if (n < WATCHPOINTS) {
        if (value >= ARCH_USER_TOP)
            return -EINVAL;
        d->address[n] = value;
    } else if (n == 6) {
        d->status = value;
    } else if (n == 7) {
        value &= 0xffff03ffUL;
        for (unsigned i = 0; i < WATCHPOINTS; i++)
            if (check_one(d, value, i))
                return -EINVAL;
        d->control = value;
    } else {
        return -EIO;
    }
    return 0;
}

static u64 read_register(const struct thread_head *head, unsigned n)
{
    const struct x86_debug *d = head->arch.debug;

    if (!d)
        return 0;
    return n < WATCHPOINTS ? d->address[n]
           : n == 6        ? d->status
           : n == 7        ? d->control
                           : 0;
}

/* ------------------------------------------------------------ the user area */

#define AREA_REGISTERS 216 /* struct user_regs_struct comes first */
#define AREA_DEBUG     848
#define AREA_SIZE      928
#define NT_PRSTATUS    1

int arch_user_area_get(struct thread_head *head, u64 offset, u64 *value)
{
    u64 registers[AREA_REGISTERS / 8];

    if (offset & 7 || offset >= AREA_SIZE)
        return -EIO;
    *value = 0;
    if (offset < AREA_REGISTERS) {
        if (arch_regset_get(head, NT_PRSTATUS, registers, sizeof(registers)) <
            0)
            return -EIO;
        *value = registers[offset / 8];
    } else if (offset >= AREA_DEBUG && offset < AREA_DEBUG + 64) {
        *value = read_register(head, (offset - AREA_DEBUG) / 8);
    }
    return 0;
}

int arch_user_area_set(struct thread_head *head, u64 offset, u64 value)
{
    u64 registers[AREA_REGISTERS / 8];

    if (offset & 7 || offset >= AREA_SIZE)
        return -EIO;
    if (offset < AREA_REGISTERS) {
        ssize_t n;

        if (arch_regset_get(head, NT_PRSTATUS, registers, sizeof(registers)) <
            0)
            return -EIO;
        registers[offset / 8] = value;
        n = arch_regset_set(head, NT_PRSTATUS, registers, sizeof(registers));
        return n < 0 ? (int)n : 0;
    }
    if (offset >= AREA_DEBUG && offset < AREA_DEBUG + 64)
        return set(head, (offset - AREA_DEBUG) / 8, value);
    return -EIO;
}
