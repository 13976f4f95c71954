/*
 * Self-hosted debug (Arm ARM D2): single steps by MDSCR_EL1.SS, hardware
 * breakpoints and watchpoints of the thread that runs, for its tracer.
 */
#include "arch/aarch64/debug.h"

#include "lib/errno.h"
#include "lib/string.h"

#define MDSCR_SS  BIT(0)
#define MDSCR_MDE BIT(15) /* breakpoints and watchpoints in user mode */

#define CONTROL_ENABLED  BIT(0)
#define CONTROL_EL0      (2u << 1)
#define CONTROL_TYPE(c)  ((c) >> 3 & 3)
#define CONTROL_BYTES(c) ((c) >> 5 & 0xff)
#define CONTROL_KEPT     0x1ff9u /* enabled, type, bytes */

struct arm64_debug {
    struct hw_pair {
        u64 address[DEBUG_PAIRS];
        u32 control[DEBUG_PAIRS];
    } kind[2]; /* breakpoints, watchpoints */
    bool active;
};

static u32 count_of(enum debug_kind kind)
{
    u64 features = read_sysreg(id_aa64dfr0_el1);

    return id_field(features, kind == DEBUG_BREAK ? 12 : 20) + 1;
}

/* A register's number is part of the instruction. */
#define WRITE_PAIR(n)                               \
    case n:                                         \
        if (kind == DEBUG_BREAK) {                  \
            write_sysreg(address, dbgbvr##n##_el1); \
            write_sysreg(control, dbgbcr##n##_el1); \
        } else {                                    \
            write_sysreg(address, dbgwvr##n##_el1); \
            write_sysreg(control, dbgwcr##n##_el1); \
        }                                           \
        break;

static void write_pair(enum debug_kind kind, u32 n, u64 address, u64 control)
{
    switch (n) {
        WRITE_PAIR(0)
        WRITE_PAIR(1)
        WRITE_PAIR(2)
        WRITE_PAIR(3)
        WRITE_PAIR(4)
        WRITE_PAIR(5)
        WRITE_PAIR(6)
        WRITE_PAIR(7)
        WRITE_PAIR(8)
        WRITE_PAIR(9)
        WRITE_PAIR(10)
        WRITE_PAIR(11)
        WRITE_PAIR(12)
        WRITE_PAIR(13)
        WRITE_PAIR(14)
        WRITE_PAIR(15)
    }
}

/* What this CPU's registers hold is this thread's from now on. */
static void load(const struct arm64_debug *d)
{
    for (int kind = DEBUG_BREAK; kind <= DEBUG_WATCH; kind++)
        for (u32 n = 0; n < count_of(kind); n++)
            write_pair(kind, n, d ? d->kind[kind].address[n] : 0,
                       d ? d->kind[kind].control[n] : 0);
}

static void set_control(const struct arch_thread *t)
{
    bool pairs = t->debug && t->debug->active;
    u64 mdscr = read_sysreg(mdscr_el1) & ~(MDSCR_SS | MDSCR_MDE);

    if (t->single_step)
        mdscr |= MDSCR_SS;
    if (pairs)
        mdscr |= MDSCR_MDE;
    write_sysreg(mdscr, mdscr_el1);
    isb();
    this_arm64_cpu()->debugging = pairs || t->single_step;
}

void debug_switch(const struct thread_head *next)
{
    const struct arch_thread *t = &next->arch;

    if (t->debug && t->debug->active)
        load(t->debug);
    set_control(t);
}

void debug_cpu_init(void)
{
    write_sysreg(0, oslar_el1); /* locked after reset: nothing would happen */
    isb();
    load(NULL);
}

void debug_free(struct thread_head *head)
{
    struct arm64_debug *d = head->arch.debug;

    if (!d)
        return;
    head->arch.debug = NULL;
    if (head == arch_current())
        set_control(&head->arch);
    arch_alloc.free(d, sizeof(*d));
}

int arch_set_single_step(struct thread_head *head, bool on)
{
    unsigned long flags;

    if (!head->arch.user)
        return -EIO;
    if (on)
        head->regs->pstate |= PSR_SS;
    else
        head->regs->pstate &= ~(u64)PSR_SS;
    flags = arch_irq_save();
    head->arch.single_step = on;
    if (head == arch_current())
        set_control(&head->arch);
    arch_irq_restore(flags);
    return 0;
}

/* ------------------------------------------------ struct user_hwdebug_state */

struct hw_state {
    u32 info, pad;
    struct {
        u64 address;
        u32 control, pad;
    } pair[DEBUG_PAIRS];
};
ASSERT_SIZE(struct hw_state, DEBUG_SET_SIZE);

void debug_get(struct thread_head *head, enum debug_kind kind, void *out)
{
    const struct arm64_debug *d = head->arch.debug;
    struct hw_state *s = out;

    memset(s, 0, sizeof(*s));
    s->info = id_field(read_sysreg(id_aa64dfr0_el1), 0) << 8 | count_of(kind);
    for (u32 n = 0; d && n < count_of(kind); n++) {
        s->pair[n].address = d->kind[kind].address[n];
        s->pair[n].control = d->kind[kind].control[n];
    }
}

/* The bytes selected are one run; a breakpoint covers an instruction. */
static int check_pair(enum debug_kind kind, u64 address, u32 control)
{
    u32 bytes = CONTROL_BYTES(control);

    if (!(control & CONTROL_ENABLED))
        return 0;
    if (address >= ARCH_USER_TOP || !bytes)
        return -EINVAL;
    if (kind == DEBUG_BREAK)
        return address & 3 || bytes != 0xf || CONTROL_TYPE(control) ? -EINVAL
                                                                    : 0;
    bytes >>= __builtin_ctz(bytes);
    if (bytes & (bytes + 1) || !CONTROL_TYPE(control))
        return -EINVAL;
    return 0;
}

int debug_set(struct thread_head *head, enum debug_kind kind, const void *in,
              size_t size)
{
    struct arm64_debug *d = head->arch.debug;
    struct hw_state s;
    u32 pairs, limit = count_of(kind);

    debug_get(head, kind, &s);
    memcpy(&s, in, size);
    pairs = size < 8 ? 0 : (size - 8) / sizeof(s.pair[0]);
    if (pairs > limit)
        pairs = limit;
    for (u32 n = 0; n < pairs; n++)
        if (check_pair(kind, s.pair[n].address, s.pair[n].control))
            return -EINVAL;
    if (!d) {
        d = arch_alloc.alloc(sizeof(*d));
        if (!d)
            return -ENOMEM;
        head->arch.debug = d;
    }
    for (u32 n = 0; n < pairs; n++) {
        u32 *control = &d->kind[kind].control[n];

        d->kind[kind].address[n] = s.pair[n].address;
        /* One that is off remembers what it was. */
        if (s.pair[n].control & CONTROL_ENABLED)
            *control = (s.pair[n].control & CONTROL_KEPT) | CONTROL_EL0;
        else
            *control &= ~CONTROL_ENABLED;
    }
    d->active = false;
    for (int k = DEBUG_BREAK; k <= DEBUG_WATCH; k++)
        for (u32 n = 0; n < DEBUG_PAIRS; n++)
            if (d->kind[k].control[n] & CONTROL_ENABLED)
                d->active = true;
    return 0;
}
