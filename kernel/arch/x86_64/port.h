/*
 * Between the files of this port. What the rest of the kernel may use is in
 * arch/arch.h.
 */
#ifndef X86_PORT_H
#define X86_PORT_H

#include "arch/arch.h"

/* ------------------------------------------------- console.c, early output */
void x86_console_init(const char *command_line);
/* Finds word or word=value on a command line; the value goes to buffer (cut to
 * size). False if it is not there. The last one counts. */
bool x86_option(const char *line, const char *name, char *buffer, size_t size);

/* ------------------------------------------------------------------- cpu.c */
extern u32 x86_features[8]; /* enum x86_feature_word */
enum x86_feature_word {
    CPUID_1_C,
    CPUID_1_D,
    CPUID_7_B,
    CPUID_7_C,
    CPUID_7_D,
    CPUID_EXT_C,
    CPUID_EXT_D,
    CPUID_D1_A,
};
#define X86_FEATURE(word, bit) ((word)*32 + (bit))
#define FEATURE_PCID           X86_FEATURE(CPUID_1_C, 17)
#define FEATURE_X2APIC         X86_FEATURE(CPUID_1_C, 21)
#define FEATURE_TSC_DEADLINE   X86_FEATURE(CPUID_1_C, 24)
#define FEATURE_XSAVE          X86_FEATURE(CPUID_1_C, 26)
#define FEATURE_RDRAND         X86_FEATURE(CPUID_1_C, 30)
#define FEATURE_HYPERVISOR     X86_FEATURE(CPUID_1_C, 31)
#define FEATURE_PAT            X86_FEATURE(CPUID_1_D, 16)
#define FEATURE_FSGSBASE       X86_FEATURE(CPUID_7_B, 0)
#define FEATURE_SMEP           X86_FEATURE(CPUID_7_B, 7)
#define FEATURE_ERMS           X86_FEATURE(CPUID_7_B, 9)
#define FEATURE_INVPCID        X86_FEATURE(CPUID_7_B, 10)
#define FEATURE_RDSEED         X86_FEATURE(CPUID_7_B, 18)
#define FEATURE_SMAP           X86_FEATURE(CPUID_7_B, 20)
#define FEATURE_UMIP           X86_FEATURE(CPUID_7_C, 2)
#define FEATURE_RDPID          X86_FEATURE(CPUID_7_C, 22)
#define FEATURE_NX             X86_FEATURE(CPUID_EXT_D, 20)
#define FEATURE_1GB_PAGES      X86_FEATURE(CPUID_EXT_D, 26)
#define FEATURE_RDTSCP         X86_FEATURE(CPUID_EXT_D, 27)
#define FEATURE_XSAVEOPT       X86_FEATURE(CPUID_D1_A, 0)

static inline bool x86_has(unsigned feature)
{
    return x86_features[feature / 32] >> feature % 32 & 1;
}

enum x86_hypervisor {
    ON_METAL,
    ON_KVM,
    ON_TCG,
    ON_OTHER
};
extern enum x86_hypervisor x86_hypervisor;

void x86_find_features(void);     /* once, boot CPU */
void x86_enable_features(void);   /* each CPU: control registers, MSRs */
void x86_cpu_set_number(u32 cpu); /* each CPU: RDPID, LSL */

/* ------------------------------------------------- descriptors.c, entry.S */
void x86_load_descriptors(u32 cpu); /* each CPU: GDT, TSS, IDT, SYSCALL */
void x86_set_entry_stack(u64 top);  /* this CPU's, for the thread to run */

#define VECTOR_SPURIOUS 0xff
#define VECTOR_ERROR    0xfe
#define VECTOR_TIMER    0xfd
#define VECTOR_RESCHED  0xfc
#define VECTOR_CALL     0xfb
#define VECTOR_TLB      0xfa
#define VECTOR_WAKE     0xf9 /* only to end a HLT */
#define VECTOR_DEVICES  0x30 /* first for devices ... */
#define VECTOR_LIMIT    0xf0 /* ... and behind the last */

/* ------------------------------------------------------------------ trap.c */
void x86_trap(struct kernel_regs *regs, u32 vector);
void x86_interrupt(struct kernel_regs *regs, u32 vector);
void x86_nmi(struct kernel_regs *regs);
void x86_double_fault(struct kernel_regs *regs);
void x86_machine_check(struct kernel_regs *regs);
bool x86_system_call(struct user_regs *regs);  /* true: SYSRET will do */
void x86_exit_to_user(struct user_regs *regs); /* returns, interrupts off */
/* entry.S: leave for user mode; nothing is left to do. */
void x86_return_to_user(struct user_regs *regs) __noreturn;

/* ------------------------------------------------------------------- fpu.c */
extern u32 x86_fp_size;    /* bytes of an FP area */
void x86_fpu_init(void);   /* boot CPU: sizes */
void x86_fpu_enable(void); /* each CPU */
void x86_fpu_switch_out(struct thread_head *t);
void x86_fpu_switch_in(struct thread_head *t);
void x86_fpu_load(struct thread_head *t);    /* interrupts off, exit to user */
void x86_fpu_store(struct thread_head *t);   /* area := registers, if newer */
void x86_fpu_changed(struct thread_head *t); /* registers := area, later */
/* The current thread's registers, in XSAVE's format, to or from user memory
 * that is present; false: they were not, go through the area. */
bool x86_fpu_store_user(struct thread_head *t, u64 to);
bool x86_fpu_load_user(struct thread_head *t, u64 from);
/* Write out what XSAVEOPT left out of a stored area: initial components. */
void x86_fpu_complete(void *area);
void x86_fpu_reset(struct thread_head *t);
u64 x86_fpu_features(void); /* XCR0, 0 without XSAVE */
u32 x86_fpu_mxcsr_mask(void);

/* signal.c: take an FP state that a program wrote; -EINVAL if it is no good.
 * extended: XSAVE's format, else FXSAVE's. */
int x86_fp_import(struct thread_head *t, const void *from, size_t size,
                  bool extended);

/* ----------------------------------------------------------------- debug.c */
void x86_debug_switch(struct thread_head *prev, struct thread_head *next);
void x86_debug_free(struct thread_head *head);
/* What a debug exception of user mode was for: DR6, cleared. */
u64 x86_debug_status(struct user_regs *regs);

/* ------------------------------------------------------------------- tlb.c */
void x86_tlb_interrupt(void);
void x86_tlb_init(void); /* each CPU */

/* ------------------------------------------- apic.c, ioapic.c, irq.c, smp.c */
void x86_apic_init(u32 cpu);
void x86_apic_eoi(void);
void x86_apic_send(u32 apic_id, u32 command); /* low word of the ICR */
void x86_apic_timer_init(u32 cpu);
u32 x86_apic_id(void);
/* For calibration: count up from 0 at hz / 16 without interrupts. */
void x86_apic_timer_run(void);
u32 x86_apic_timer_elapsed(void);
void x86_apic_timer_stop(void);
#define APIC_NMI     0x400
#define APIC_INIT    0x4500
#define APIC_STARTUP 0x4600
void x86_ioapic_init(void);
void x86_irq_vector(u32 vector); /* a device vector fired here */

/* --------------------------------------------- platform.c: what ACPI tells */
void x86_platform_init(struct boot_info *info, paddr_t mp_table);
struct x86_ioapic_info {
    u64 address;
    u32 gsi_base;
};
struct x86_platform {
    u32 cpu_count;
    u32 apic_ids[MAX_CPUS]; /* by CPU; 0 is the boot CPU */
    u64 lapic_address;
    struct x86_ioapic_info ioapics[8];
    u32 ioapic_count;
    struct {
        u32 gsi;
        bool level, active_low;
    } isa[16]; /* ISA interrupt lines */
    u16 pm_timer_port;
    u64 hpet;
    bool has_pic, has_cmos;
};
extern struct x86_platform x86_platform;

/* Map device registers or tables for ever; NULL if there is no memory. */
void *x86_map_device(paddr_t pa, u64 size);
void *x86_map_table(paddr_t pa, u64 size);

/* ------------------------------------------------------------------ time.c */
void x86_time_init(void); /* boot CPU: counter frequency */
extern u64 x86_apic_timer_hz;

/* smp.c */
extern paddr_t x86_low_page;
extern u64 x86_nmi_stop;

#endif
