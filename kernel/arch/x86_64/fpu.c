/*
 * FP and vector state: an XSAVE area per user thread, in the standard format,
 * which is also what signal frames and core files hold.
 *
 * The kernel does not use these registers, so they stay the thread's until
 * another user thread runs on the CPU. A switch away stores them (XSAVEOPT
 * skips what did not change); the way back to user mode loads them if another
 * thread's were loaded since. WORK_FP_RELOAD set: the area is newer.
 */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/string.h"

#define XFEATURES_WANTED  0xe7UL /* x87, SSE, AVX, AVX-512 */
#define FXSAVE_SIZE       512
#define XSAVE_HEADER_SIZE 64
#define FX_CONTROL        0
#define FX_MXCSR          24
#define FX_MXCSR_MASK     28

u32 x86_fp_size;
static u64 features; /* XCR0 */
static u32 mxcsr_mask;

/* The thread whose state this CPU's registers hold, if its fp_cpu agrees. */
static struct thread_head *fp_owner __section(".data.percpu");

static struct thread_head **my_fp_owner(void)
{
    return (void *)((char *)&fp_owner + arch_percpu_base());
}

void x86_fpu_enable(void)
{
    if (features)
        __asm__ volatile("xsetbv"
                         :
                         : "c"(0), "a"((u32)features), "d"(features >> 32));
    __asm__ volatile("fninit");
    u32 mxcsr = 0x1f80;
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

void x86_fpu_init(void)
{
    static u8 area[FXSAVE_SIZE] __aligned(16);
    x86_fp_size = FXSAVE_SIZE;
    if (x86_has(FEATURE_XSAVE)) {
        struct cpuid r = cpuid_count(0xd, 0);
        features = (r.a | (u64)r.d << 32) & XFEATURES_WANTED;
        if ((features & 0xe0) != 0xe0)
            features &= ~0xe0UL;
    }
    x86_fpu_enable();
    if (features)
        x86_fp_size = cpuid_count(0xd, 0).b;
    __asm__ volatile("fxsave %0" : "+m"(area));
    memcpy(&mxcsr_mask, area + FX_MXCSR_MASK, sizeof(mxcsr_mask));
    if (!mxcsr_mask)
        mxcsr_mask = 0xffbf;
}

u64 x86_fpu_features(void)
{
    return features;
}

u32 x86_fpu_mxcsr_mask(void)
{
    return mxcsr_mask;
}

static void save(void *area, bool whole)
{
    u32 low = features, high = features >> 32;
    if (!features)
        __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
    else if (whole || !x86_has(FEATURE_XSAVEOPT))
        __asm__ volatile("xsave64 (%0)"
                         :
                         : "r"(area), "a"(low), "d"(high)
                         : "memory");
    else
        __asm__ volatile("xsaveopt64 (%0)"
                         :
                         : "r"(area), "a"(low), "d"(high)
                         : "memory");
}

static void load(const void *area)
{
    u32 low = features, high = features >> 32;
    if (!features)
        __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
    else
        __asm__ volatile("xrstor64 (%0)"
                         :
                         : "r"(area), "a"(low), "d"(high)
                         : "memory");
}

static bool in_registers(const struct thread_head *t)
{
    return !((u32)atomic_load(&t->work) & WORK_FP_RELOAD);
}

void x86_fpu_switch_out(struct thread_head *t)
{
    if (!t->arch.fp || !in_registers(t))
        return;
    save(t->arch.fp, false);
    t->arch.fp_cpu = arch_cpu() + 1;
    *my_fp_owner() = t;
    atomic_or(WORK_FP_RELOAD, &t->work);
}

void x86_fpu_switch_in(struct thread_head *t)
{
    if (!t->arch.fp)
        return;
    if (t->arch.fp_cpu == arch_cpu() + 1 && *my_fp_owner() == t)
        atomic_and(~(int)WORK_FP_RELOAD, &t->work);
    else
        atomic_or(WORK_FP_RELOAD, &t->work);
}

void x86_fpu_load(struct thread_head *t)
{
    if (t->arch.fp)
        load(t->arch.fp);
    *my_fp_owner() = t;
    t->arch.fp_cpu = arch_cpu() + 1;
    atomic_and(~(int)WORK_FP_RELOAD, &t->work);
}

/* Every component is written, also those in their initial state. */
void x86_fpu_store(struct thread_head *t)
{
    if (t != arch_current())
        return;
    unsigned long flags = arch_irq_save();
    if (!in_registers(t))
        x86_fpu_load(t);
    save(t->arch.fp, true);
    arch_irq_restore(flags);
}

/*
 * The registers straight to or from a signal frame, when its pages are there:
 * a fault that must sleep would let another thread have the registers. A frame
 * that the CPU refuses raises #GP, which ends the same way: false.
 */
static bool transfer(u64 user, bool store)
{
    u32 low = features, high = features >> 32;
    int error = -14;
    arch_fault_disable();
    if (store)
        __asm__ volatile(USER_ACCESS_BEGIN
                         "1: xsave64 (%1)\n"
                         "xor %0, %0\n"
                         "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b")
                         : "+r"(error)
                         : "r"(user), "a"(low), "d"(high)
                         : "memory", "cc");
    else
        __asm__ volatile(USER_ACCESS_BEGIN
                         "1: xrstor64 (%1)\n"
                         "xor %0, %0\n"
                         "2:\n" USER_ACCESS_END EXCEPTION_ENTRY("1b", "2b")
                         : "+r"(error)
                         : "r"(user), "a"(low), "d"(high)
                         : "memory", "cc");
    arch_fault_enable();
    return !error;
}

bool x86_fpu_store_user(struct thread_head *t, u64 to)
{
    unsigned long flags = arch_irq_save();
    if (!in_registers(t))
        x86_fpu_load(t);
    bool done = transfer(to, true);
    arch_irq_restore(flags);
    return done;
}

bool x86_fpu_load_user(struct thread_head *t, u64 from)
{
    unsigned long flags = arch_irq_save();
    bool done = transfer(from, false);
    if (done) {
        *my_fp_owner() = t;
        t->arch.fp_cpu = arch_cpu() + 1;
        atomic_and(~(int)WORK_FP_RELOAD, &t->work);
    } else {
        x86_fpu_changed(t); /* the caller writes the area */
    }
    arch_irq_restore(flags);
    return done;
}

void x86_fpu_changed(struct thread_head *t)
{
    unsigned long flags = arch_irq_save();
    t->arch.fp_cpu = 0;
    atomic_or(WORK_FP_RELOAD, &t->work);
    arch_irq_restore(flags);
}

/* With XSAVE the header says that every component is in its initial state, and
 * what the rest of the area holds does not matter. */
void x86_fpu_reset(struct thread_head *t)
{
    u16 control = 0x37f;
    u32 mxcsr = 0x1f80;
    u8 *area = t->arch.fp;
    unsigned long flags = arch_irq_save();
    x86_fpu_changed(t);
    if (features)
        memset(area + FXSAVE_SIZE, 0, XSAVE_HEADER_SIZE);
    else
        memset(area, 0, FXSAVE_SIZE);
    memcpy(area + FX_CONTROL, &control, sizeof(control));
    memcpy(area + FX_MXCSR, &mxcsr, sizeof(mxcsr));
    arch_irq_restore(flags);
}

void x86_fpu_complete(void *area)
{
    u8 *a = area;
    u16 control = 0x37f;
    u64 present;
    if (!features)
        return;
    memcpy(&present, a + FXSAVE_SIZE, sizeof(present));
    if (!(present & 1)) {
        memset(a, 0, FX_MXCSR);
        memset(a + 32, 0, 128);
        memcpy(a + FX_CONTROL, &control, sizeof(control));
    }
    if (!(present & 2))
        memset(a + 160, 0, 256);
    for (u32 i = 2; i < 63; i++) {
        if (!(features >> i & 1) || present >> i & 1)
            continue;
        struct cpuid r = cpuid_count(0xd, i);
        if (r.b + r.a <= x86_fp_size)
            memset(a + r.b, 0, r.a);
    }
}
