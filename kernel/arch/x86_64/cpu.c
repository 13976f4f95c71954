/* Which features this CPU has, and turning them on. */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/string.h"

struct x86_cpu x86_cpu __section(".data.percpu");
ASSERT_OFFSET(struct x86_cpu, base, CPU_BASE);
ASSERT_OFFSET(struct x86_cpu, current, CPU_CURRENT);
ASSERT_OFFSET(struct x86_cpu, stack, CPU_STACK);
ASSERT_OFFSET(struct x86_cpu, user_sp, CPU_USER_SP);
ASSERT_OFFSET(struct x86_cpu, number, CPU_NUMBER);
ASSERT_OFFSET(struct thread_head, arch.sp, THREAD_SAVED_SP);
ASSERT_OFFSET(struct thread_head, stack, THREAD_STACK);

u32 x86_features[8];
enum x86_hypervisor x86_hypervisor;

/* Entry 0 write-back, 1 write-combining, 2 and 3 uncached; again for 4-7. */
#define PAT_VALUE 0x0007010600070106UL

static void clear_feature(unsigned feature)
{
    x86_features[feature / 32] &= ~(1u << feature % 32);
}

static void find_hypervisor(void)
{
    if (!x86_has(FEATURE_HYPERVISOR))
        return;
    struct cpuid r = cpuid_count(0x40000000, 0);
    u32 name[3] = {r.b, r.c, r.d};
    if (!memcmp(name, "KVMKVMKVM\0\0\0", 12))
        x86_hypervisor = ON_KVM;
    else if (!memcmp(name, "TCGTCGTCGTCG", 12))
        x86_hypervisor = ON_TCG;
    else
        x86_hypervisor = ON_OTHER;
}

void x86_find_features(void)
{
    struct cpuid r = cpuid(1);
    x86_features[CPUID_1_C] = r.c;
    x86_features[CPUID_1_D] = r.d;
    r = cpuid(7);
    x86_features[CPUID_7_B] = r.b;
    x86_features[CPUID_7_C] = r.c;
    x86_features[CPUID_7_D] = r.d;
    r = cpuid(0x80000001);
    x86_features[CPUID_EXT_C] = r.c;
    x86_features[CPUID_EXT_D] = r.d;
    if (x86_has(FEATURE_XSAVE))
        x86_features[CPUID_D1_A] = cpuid_count(0xd, 1).a;
    find_hypervisor();
    /* PCIDs without INVPCID would need a CR3 dance for each other space. */
    if (!x86_has(FEATURE_INVPCID))
        clear_feature(FEATURE_PCID);
}

void x86_enable_features(void)
{
    u64 cr0 = read_cr0();
    cr0 &= ~(CR0_EM | CR0_TS | CR0_NW | CR0_CD | CR0_AM);
    write_cr0(cr0 | CR0_MP | CR0_NE | CR0_WP);
    u64 cr4 = read_cr4();
    cr4 &= ~(CR4_TSD | CR4_PCIDE);
    cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_PGE | CR4_MCE;
    if (x86_has(FEATURE_SMEP))
        cr4 |= CR4_SMEP;
    if (x86_has(FEATURE_SMAP))
        cr4 |= CR4_SMAP;
    if (x86_has(FEATURE_UMIP))
        cr4 |= CR4_UMIP;
    if (x86_has(FEATURE_FSGSBASE))
        cr4 |= CR4_FSGSBASE;
    if (x86_has(FEATURE_XSAVE))
        cr4 |= CR4_OSXSAVE;
    write_cr4(cr4);
    if (x86_has(FEATURE_PAT))
        wrmsr(MSR_PAT, PAT_VALUE);
    if (x86_has(FEATURE_NX))
        wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
    /* CR4.PCIDE may be set only while the PCID in CR3 is 0: it is. */
    if (x86_has(FEATURE_PCID))
        write_cr4(read_cr4() | CR4_PCIDE);
}

void arch_set_percpu_base(unsigned long base)
{
    wrmsr(MSR_GS_BASE, base);
    struct x86_cpu *cpu = (void *)((char *)&x86_cpu + base);
    cpu->base = base;
}

void arch_set_current(struct thread_head *head)
{
    struct x86_cpu *cpu = (void *)((char *)&x86_cpu + arch_percpu_base());
    cpu->current = head;
    x86_set_entry_stack((u64)head->stack + KERNEL_STACK_SIZE);
}

u64 arch_random(bool *ok)
{
    u64 v = 0;
    u8 got = 0;
    for (unsigned i = 0; i < 10 && !got; i++) {
        if (x86_has(FEATURE_RDSEED) && i < 5)
            __asm__ volatile("rdseed %0; setc %1" : "=r"(v), "=qm"(got));
        else if (x86_has(FEATURE_RDRAND))
            __asm__ volatile("rdrand %0; setc %1" : "=r"(v), "=qm"(got));
    }
    *ok = got;
    return got ? v : 0;
}

u64 arch_hwcap(void)
{
    return x86_features[CPUID_1_D];
}

u64 arch_hwcap2(void)
{
    return x86_has(FEATURE_FSGSBASE) ? BIT(1) : 0;
}

const char *arch_platform(void)
{
    return "x86_64";
}

const char *arch_machine_name(void)
{
    return "x86_64";
}

u16 arch_elf_machine(void)
{
    return 62;
}

void arch_sync_icache(void *kernel_va, size_t size)
{
    /* The CPU keeps its instruction side coherent with stores. */
    (void)kernel_va;
    (void)size;
}
