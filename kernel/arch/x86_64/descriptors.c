/*
 * GDT, TSS, IDT and the system call MSRs.
 *
 * Stacks: exceptions from user mode start on the thread's kernel stack (RSP0);
 * NMI, double fault and machine check have stacks of their own, because they
 * come when the stack pointer may be the user's or broken. Above such a stack's
 * first frame lies this CPU's GS base, which their entry code loads.
 */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"

#define GDT_ENTRIES    12
#define IST_STACK_SIZE 8192

struct tss {
    u32 reserved0;
    u64 rsp[3];
    u64 reserved1;
    u64 ist[7];
    u64 reserved2;
    u16 reserved3, iomap;
} __packed;
ASSERT_SIZE(struct tss, 104);

struct ist_stack {
    u8 space[IST_STACK_SIZE - 16];
    u64 gs_base; /* where the first frame ends */
    u64 unused;
} __aligned(16);

struct descriptors {
    u64 gdt[GDT_ENTRIES];
    struct tss tss;
    struct ist_stack nmi, fault, machine_check;
};
static struct descriptors descriptors __section(".data.percpu") __aligned(64);

enum {
    IST_NMI = 1,
    IST_FAULT,
    IST_MACHINE_CHECK
};

struct gate {
    u16 offset_low, selector;
    u8 ist, type;
    u16 offset_middle;
    u32 offset_high, reserved;
} __packed;
ASSERT_SIZE(struct gate, 16);

#define GATE_INTERRUPT 0x8e
#define GATE_USER      0x60 /* user mode may raise it by INT n */

static struct gate idt[256];

struct table_pointer {
    u16 limit;
    u64 base;
} __packed;

/* entry.S */
extern const char x86_vector_stubs[];
void x86_syscall_entry(void);
void x86_syscall32_entry(void);
void x86_nmi_entry(void);
void x86_double_fault_entry(void);
void x86_machine_check_entry(void);

#define STUB_SIZE 16

static void set_gate(unsigned vector, const void *handler, u8 ist, u8 type)
{
    u64 a = (u64)handler;
    idt[vector] = (struct gate){
        .offset_low = a,
        .selector = SEL_KERNEL_CODE,
        .ist = ist,
        .type = type,
        .offset_middle = a >> 16,
        .offset_high = a >> 32,
    };
}

static void fill_idt(void)
{
    for (unsigned v = 0; v < 256; v++)
        set_gate(v, x86_vector_stubs + v * STUB_SIZE, 0, GATE_INTERRUPT);
    set_gate(3, x86_vector_stubs + 3 * STUB_SIZE, 0,
             GATE_INTERRUPT | GATE_USER);
    set_gate(4, x86_vector_stubs + 4 * STUB_SIZE, 0,
             GATE_INTERRUPT | GATE_USER);
    set_gate(2, x86_nmi_entry, IST_NMI, GATE_INTERRUPT);
    set_gate(8, x86_double_fault_entry, IST_FAULT, GATE_INTERRUPT);
    set_gate(18, x86_machine_check_entry, IST_MACHINE_CHECK, GATE_INTERRUPT);
}

static struct descriptors *my_descriptors(void)
{
    return (void *)((char *)&descriptors + arch_percpu_base());
}

/* Flat segments; user data lies before user code, as SYSRET wants. */
static void fill_gdt(struct descriptors *d, u32 cpu)
{
    u64 tss = (u64)&d->tss;
    d->gdt[SEL_KERNEL_CODE / 8] = 0x00af9b000000ffff;
    d->gdt[SEL_KERNEL_DATA / 8] = 0x00cf93000000ffff;
    d->gdt[SEL_USER_DATA / 8] = 0x00cff3000000ffff;
    d->gdt[SEL_USER_CODE / 8] = 0x00affb000000ffff;
    d->gdt[SEL_TSS / 8] = (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 |
                          0x89UL << 40 | (tss >> 24 & 0xff) << 56;
    d->gdt[SEL_TSS / 8 + 1] = tss >> 32;
    /* The limit is the CPU's number: byte granular, read-only, user. */
    d->gdt[SEL_CPU / 8] = 0x0040f10000000000 | cpu;
}

static void enable_syscall(void)
{
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
    /* SYSRET loads CS from +16 and SS from +8. */
    wrmsr(MSR_STAR,
          (u64)(SEL_USER_DATA - 8) << 48 | (u64)SEL_KERNEL_CODE << 32);
    wrmsr(MSR_LSTAR, (u64)x86_syscall_entry);
    wrmsr(MSR_CSTAR, (u64)x86_syscall32_entry);
    /* Everything but the reserved bits: also IF, TF, DF, NT and AC. */
    wrmsr(MSR_SFMASK, 0x257fd5);
}

void x86_load_descriptors(u32 cpu)
{
    unsigned long base = cpu ? arch_percpu_base() : 0;
    if (cpu == 0) {
        fill_idt();
        arch_set_percpu_base(0);
    }
    struct descriptors *d = my_descriptors();
    fill_gdt(d, cpu);
    d->tss.iomap = sizeof(struct tss);
    d->tss.ist[IST_NMI - 1] = (u64)&d->nmi.gs_base;
    d->tss.ist[IST_FAULT - 1] = (u64)&d->fault.gs_base;
    d->tss.ist[IST_MACHINE_CHECK - 1] = (u64)&d->machine_check.gs_base;
    d->nmi.gs_base = d->fault.gs_base = d->machine_check.gs_base = base;

    struct table_pointer gdt = {sizeof(d->gdt) - 1, (u64)d->gdt};
    struct table_pointer interrupts = {sizeof(idt) - 1, (u64)idt};
    __asm__ volatile("lgdt %0\n"
                     "pushq %2\n"
                     "leaq 1f(%%rip), %%rax\n"
                     "pushq %%rax\n"
                     "lretq\n"
                     "1: movl %3, %%eax\n"
                     "movl %%eax, %%ss\n"
                     "xorl %%eax, %%eax\n"
                     "movl %%eax, %%ds\n"
                     "movl %%eax, %%es\n"
                     "movl %%eax, %%fs\n"
                     "movl %%eax, %%gs\n"
                     "lidt %1\n"
                     "movl %4, %%eax\n"
                     "ltr %%ax\n"
                     :
                     : "m"(gdt), "m"(interrupts), "i"(SEL_KERNEL_CODE),
                       "i"(SEL_KERNEL_DATA), "i"(SEL_TSS)
                     : "rax", "memory");
    arch_set_percpu_base(base); /* loading gs cleared it */
    wrmsr(MSR_KERNEL_GS_BASE, 0);
    enable_syscall();
}

void x86_set_entry_stack(u64 top)
{
    my_descriptors()->tss.rsp[0] = top;
    struct x86_cpu *cpu = (void *)((char *)&x86_cpu + arch_percpu_base());
    cpu->stack = top;
}
