/*
 * arch.h: everything the rest of the kernel may ask of a CPU architecture.
 *
 * A port is a folder kernel/arch/<arch>/ that implements every function
 * declared here and provides these headers under kernel/arch/<arch>/include:
 *
 *   <asm/cpu.h>     inline: interrupts on and off, cpu_relax, per-CPU base,
 *                   number of this CPU, current thread, counter read
 *   <asm/thread.h>  struct arch_thread (callee-saved context, FP state, TLS)
 *   <asm/regs.h>    struct user_regs (all user registers, saved at one fixed
 *                   place: the top of the thread's kernel stack) and struct
 *                   kernel_regs (what an exception in the kernel saved)
 *   <asm/mmu.h>     struct arch_aspace, ARCH_USER_MIN, ARCH_USER_TOP
 *   <asm/user.h>    inline single-word user accesses
 *   <asm/io.h>      inline device accesses
 *   <asm/pte.h>     one translation, for arch/common/pagetable.c only
 *   <asm/abi.h>     the user ABI where architectures differ: struct stat,
 *                   epoll_event packing, O_* and signal-frame constants
 *
 * Nothing outside kernel/arch/<arch>/ knows page-table formats, privileged
 * instructions or interrupt controllers; a port may be an ordinary process
 * (hence ranges and entries here, and copy functions rather than pointers).
 *
 * Calls upward go only through `arch_upcalls`, which core/ and above fill in
 * before they enable what would use them, and through kernel_start().
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include "lib/types.h"
#include "lib/compiler.h"
#include "lib/atomic.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))
#define MAX_CPUS   256

/* Kernel stacks: 16 KiB, with an unmapped guard page below. */
#define KERNEL_STACK_SIZE 16384

typedef u64 paddr_t; /* a physical address, bytes */
typedef u64 pfn_t;   /* a page frame number: paddr >> PAGE_SHIFT; the frame
                        need not be RAM */

struct user_regs;
struct kernel_regs;
struct thread_head;

#include <asm/regs.h>
#include <asm/thread.h>
#include <asm/mmu.h>
#include <asm/cpu.h>

/* ---------------------------------------------------------- allocation -- */

/*
 * Memory for the port, which lies below the allocators. Core fills this in as
 * soon as they work, before it calls anything that says -ENOMEM.
 */
struct arch_alloc {
    /* Zeroed, 64-byte aligned bytes, or NULL. May sleep if it likes, when
     * called with interrupts on and preemptible. */
    void *(*alloc)(size_t size);
    void (*free)(void *p, size_t size);
    /* A zeroed page inside the direct map, or 0. Any context. */
    paddr_t (*alloc_page)(void);
    void (*free_page)(paddr_t page);
};
extern struct arch_alloc arch_alloc;

/* ---------------------------------------------------------------- boot -- */

enum boot_region_kind {
    BOOT_RAM,      /* usable */
    BOOT_RESERVED, /* exists, not ours (firmware, devices, reserved-memory) */
    BOOT_ACPI,     /* ACPI tables: reserved, mapped on demand */
    BOOT_KERNEL,   /* the kernel image, its early tables and stacks */
    BOOT_INITRD,   /* freed as the archive is unpacked */
    BOOT_INIT,     /* boot-time only data: freed after start */
};

struct boot_region {
    paddr_t start; /* page aligned for BOOT_RAM */
    u64 size;      /* bytes */
    enum boot_region_kind kind;
};

#define BOOT_REGIONS_MAX 128

/* The machine's serial port, for the console driver. */
enum boot_uart_kind {
    UART_NONE,
    UART_16550_PORT,
    UART_16550_MMIO,
    UART_PL011
};

struct boot_uart {
    enum boot_uart_kind kind;
    u64 base;           /* I/O port or physical address */
    u32 register_shift; /* 16550 in memory: log2 of the register distance */
    u32 clock_hz;       /* 0: unknown, leave the divisor alone */
    u32 irq_line;       /* for arch_irq_map_wired; ~0: none, poll */
    bool irq_level, irq_active_low;
};

/*
 * What the port learnt before kernel_start(). Borrowed for ever; lives in the
 * kernel image. Regions other than BOOT_RAM lie inside or outside BOOT_RAM
 * regions and take precedence over them.
 */
struct boot_info {
    struct boot_region regions[BOOT_REGIONS_MAX];
    u32 region_count;
    char command_line[2048]; /* NUL-terminated, untrusted text */
    paddr_t initrd_start;    /* 0 and 0 when there is none */
    u64 initrd_size;
    paddr_t acpi_rsdp;   /* 0 when there is none */
    paddr_t devicetree;  /* 0 when there is none */
    u32 cpu_count;       /* CPUs found, the boot CPU is number 0 */
    const char *machine; /* for the log: "q35", "linux,dummy-virt" */
    u64 start_counter;   /* arch_counter() at the first instruction */
    struct boot_uart uart;
    u64 random_seed[4]; /* from firmware/CPU, zeros when there is none */
};

/*
 * The boot thread's stack, KERNEL_STACK_SIZE bytes, page aligned, with a guard
 * page below. Core's first thread owns it (and never frees it).
 */
extern char boot_stack[];

/*
 * Per-CPU variables are in the section .data.percpu, between these symbols, and
 * are all zero at first. CPU 0's are those in the image (its base is 0); core
 * gives every other CPU zeroed memory of that size, 64-byte aligned, and passes
 * its distance from __percpu_start as that CPU's base.
 */
extern char __percpu_start[], __percpu_end[];

/*
 * Core's list of start-up functions (core/init.h): the linker script keeps the
 * sections .initcall.* (relocated pointers), sorted by name, between the
 * symbols __initcalls_start and __initcalls_end.
 */

/*
 * The port enters here on the boot CPU, on boot_stack, with interrupts off, the
 * direct map and the final kernel mapping in place, per-CPU base of CPU 0 set,
 * arch_current() NULL and early console output working. Implemented by
 * core/main.c.
 */
void kernel_start(struct boot_info *info) __noreturn;

/* Secondary CPUs enter here: own stack, interrupts off, per-CPU base set. */
void kernel_start_secondary(u32 cpu) __noreturn;

/* ------------------------------------------------------------- threads -- */

/*
 * Work bits: one word per thread, tested once on entry from user mode (mask
 * WORK_ENTRY) and once on the way back (mask WORK_EXIT). Nothing else is on
 * the fast path.
 */
#define WORK_RESCHED       BIT(0) /* a better thread waits: call schedule() */
#define WORK_SIGNAL        BIT(1) /* a signal or stop request is pending */
#define WORK_NOTIFY        BIT(2) /* run queued task work */
#define WORK_TRACE_SYSCALL BIT(3) /* --trace, ptrace syscall stops */
#define WORK_SECCOMP       BIT(4) /* a filter is installed */
#define WORK_RESTORE_MASK  BIT(5) /* put back the signal mask (sigsuspend) */
#define WORK_SINGLE_STEP   BIT(6)
#define WORK_FP_RELOAD     BIT(7) /* user FP state is in memory, reload it */
#define WORK_RCU           BIT(8) /* a grace period waits for this CPU */
#define WORK_ENTRY         (WORK_TRACE_SYSCALL | WORK_SECCOMP)
#define WORK_EXIT                                                   \
    (WORK_RESCHED | WORK_SIGNAL | WORK_NOTIFY | WORK_RESTORE_MASK | \
     WORK_FP_RELOAD | WORK_RCU)

/*
 * The first member of core's struct thread. Offsets are known to assembly
 * (each port asserts them).
 */
struct thread_head {
    atomic_t work;          /* WORK_* */
    u32 preempt_count;      /* owner thread only; > 0: not preemptible */
    void *stack;            /* lowest address, KERNEL_STACK_SIZE bytes, owned */
    struct user_regs *regs; /* at the top of the stack; valid for user threads*/
    struct arch_thread arch;
};

/* The thread running on this CPU: inline arch_current() in <asm/cpu.h>. */

/* Prepare `head` so that the first switch to it calls entry(arg) in the kernel
 * with interrupts off (core's trampoline finishes the switch and enables). */
void arch_thread_init(struct thread_head *head, void (*entry)(void *),
                      void *arg);

/* Switch stacks from `prev` to `next`, both heads of threads of this CPU, with
 * interrupts off. Returns, on prev's stack, when prev is switched to again;
 * the return value is the thread that ran just before. Saves and restores FP
 * state lazily or eagerly; also sets the user TLS register and the entry stack.
 */
struct thread_head *arch_switch(struct thread_head *prev,
                                struct thread_head *next);

/* Free what arch_thread owns beyond the structure (FP area). */
void arch_thread_destroy(struct thread_head *head);

/* --- a thread's user state. All act on a thread that is not running, or on the
 * current one. --- */

/* exec: zero every register, FP state reset to the ABI's initial state, user
 * mode at pc with stack pointer sp. -ENOMEM: only if the thread has been a
 * kernel thread so far, and then nothing has changed. */
int arch_user_exec(struct thread_head *head, u64 pc, u64 sp) __must_check;

/* clone: child continues where parent entered, returns 0; FP state copied.
 * sp == 0 keeps the parent's. set_tls: TLS base becomes tls. -ENOMEM. */
int arch_user_clone(struct thread_head *child, struct thread_head *parent,
                    u64 sp, bool set_tls, u64 tls);

/* Leave the kernel for user mode with head->regs of the current thread, after
 * doing exit work. A new user thread's entry function ends with this. */
void arch_user_enter(void) __noreturn;

void arch_set_tls(struct thread_head *head, u64 base);
u64 arch_get_tls(struct thread_head *head);
/* The arch_prctl system call, of the current thread; -EINVAL for an unknown
 * code. Ports that have no such call do not implement it. */
s64 arch_prctl(struct thread_head *head, u64 code, u64 value);

/* System call decoding of the register frame. <asm/regs.h> also has
 * arch_syscall_tell(), arch_syscall_told() and arch_syscall_first_arg(), for
 * stops around calls. */
static inline u64 arch_syscall_number(const struct user_regs *r);
static inline u64 arch_syscall_arg(const struct user_regs *r, unsigned i);
static inline void arch_syscall_set_result(struct user_regs *r, s64 value);
static inline s64 arch_syscall_result(const struct user_regs *r);
/* Make the thread execute the system call instruction again with its original
 * arguments (restart) or as system call number nr (restart_syscall). */
void arch_syscall_restart(struct user_regs *r);
void arch_syscall_restart_as(struct user_regs *r, u64 nr);
/* True when the frame was entered by a system call (so restart applies). */
bool arch_in_syscall(const struct user_regs *r);
/* Forget that, after a signal frame changed the registers. */
void arch_syscall_forget(struct user_regs *r);

u64 arch_user_pc(const struct user_regs *r);
u64 arch_user_sp(const struct user_regs *r);
void arch_user_set_pc(struct user_regs *r, u64 pc);

/* Register sets as ptrace and core files have them (NT_PRSTATUS,
 * NT_FPREGSET/NT_PRFPREG, NT_X86_XSTATE, NT_ARM_TLS...). Copies at most `size`
 * bytes at offset 0; returns bytes or -EINVAL (unknown set, bad value), -EIO.
 */
ssize_t arch_regset_get(struct thread_head *head, u32 type, void *buffer,
                        size_t size);
ssize_t arch_regset_set(struct thread_head *head, u32 type, const void *buffer,
                        size_t size);
/* Bytes of a set, 0: there is none; they are read and written in whole units.
 */
size_t arch_regset_size(u32 type, size_t *unit);
int arch_set_single_step(struct thread_head *head, bool on);
/* Words of Linux's struct user (PTRACE_PEEKUSER), where there is one: -EIO. */
int arch_user_area_get(struct thread_head *head, u64 offset, u64 *value);
int arch_user_area_set(struct thread_head *head, u64 offset, u64 value);

/* ---------------------------------------------------------- signal frames */

struct arch_signal {
    int signo;
    u64 handler;    /* user address */
    u64 flags;      /* SA_* */
    u64 restorer;   /* user address, when flags have SA_RESTORER */
    u64 vdso;       /* where the vDSO's image is mapped, 0: it is not */
    u64 stack_top;  /* where the frame goes: sp of the alternate stack's end or
                       0 for the current stack */
    u64 saved_mask; /* blocked set to put back at sigreturn */
    u64 altstack_sp, altstack_size; /* uc_stack */
    u32 altstack_flags;
    u64 fault_address, fault_trapno, fault_error; /* sigcontext's cr2 & co. */
    u8 siginfo[128];
};

/* Build an rt signal frame on the user stack and point regs at the handler.
 * Current thread only; may fault and sleep. -EFAULT: stack is not writable. */
int arch_signal_deliver(struct user_regs *regs, const struct arch_signal *sig);

/* rt_sigreturn: restore all registers and FP state from the frame at sp. Fills
 * saved_mask and altstack_*. -EFAULT/-EINVAL: the caller sends SIGSEGV. */
int arch_signal_return(struct user_regs *regs, struct arch_signal *out);

/* ------------------------------------------------------ address spaces -- */

/* Protection and attributes of a translation. */
#define MAP_PROT_READ   BIT(0)
#define MAP_PROT_WRITE  BIT(1)
#define MAP_PROT_EXEC   BIT(2)
#define MAP_ATTR_USER   BIT(3)
#define MAP_ATTR_DEVICE BIT(4) /* uncached, ordered (MMIO) */
#define MAP_ATTR_WC     BIT(5) /* write combining / normal non-cacheable */
#define MAP_ATTR_SPECIAL \
    BIT(6) /* frame without struct page accounting (vDSO, device memory) */

/*
 * A snapshot of one translation; value 0 means nothing is mapped. Opaque but
 * comparable; arch/common/entry.h takes it apart.
 */
typedef struct {
    u64 raw;
} arch_entry_t;

/*
 * User address spaces. `as` is embedded in vm's address space. The functions
 * lock inside: any number of CPUs may call them on one space at once. Those
 * that take translations away wait for other CPUs, so interrupts are on.
 */
int arch_aspace_init(struct arch_aspace *as);     /* -ENOMEM */
void arch_aspace_destroy(struct arch_aspace *as); /* all unmapped before */
/* Make `as` the user half of this CPU (NULL: none, for kernel threads; a port
 * may stay on the old one lazily but must not touch it once destroyed).
 * Preemption off. */
void arch_aspace_activate(struct arch_aspace *as);

arch_entry_t arch_aspace_lookup(struct arch_aspace *as, u64 va);

/*
 * Replace the translation of one page, if it still is `expected`. Concurrent
 * callers (faults under the shared lock) are safe against each other. Flushes
 * other CPUs where the old translation could be cached (break-before-make where
 * the architecture wants it). *old_dirty, when not NULL, tells whether the
 * replaced entry had been written to. prot == 0 with MAP_ATTR_USER: PROT_NONE.
 * Returns 0, -EAGAIN (it changed: look again), -ENOMEM (no table page).
 */
int arch_aspace_set(struct arch_aspace *as, u64 va, arch_entry_t expected,
                    pfn_t pfn, u32 prot, bool *old_dirty);

/*
 * Map up to 64 pages at once where nothing is mapped yet: bit i of `wanted`
 * asks for pfns[i] at va + i * PAGE_SIZE. All lie in one 2 MiB block. Returns
 * the bits that were done (none without memory).
 */
u64 arch_aspace_fill(struct arch_aspace *as, u64 va, const pfn_t *pfns,
                     u64 wanted, u32 prot);

/* What arch_aspace_unmap hands back, in batches. */
struct arch_unmapped {
    u64 va;
    pfn_t pfn;
    bool dirty, young, special;
};
struct arch_unmap_sink {
    /* Called after the TLBs forgot the batch; `count` entries at `pages`.
     * Interrupts on, no lock of the port held. */
    void (*release)(struct arch_unmap_sink *sink, struct arch_unmapped *pages,
                    size_t count);
};

/* Remove all translations in [start, end), page aligned; give each removed one
 * to sink->release after the shoot-down; free empty tables. Never fails. */
void arch_aspace_unmap(struct arch_aspace *as, u64 start, u64 end,
                       struct arch_unmap_sink *sink);

/* Set the protection of what is mapped in [start, end); flushes. Entries gain
 * MAP_PROT_WRITE only if `grant(ctx, va, entry)` says so (NULL: never), which
 * is called under the port's lock: it must not sleep nor call arch_aspace_*. */
void arch_aspace_protect(struct arch_aspace *as, u64 start, u64 end, u32 prot,
                         bool (*grant)(void *ctx, u64 va, arch_entry_t e),
                         void *ctx);

/*
 * fork: for each translation of src in [start, end) call
 * visit(ctx, va, entry), then, when it returns 1, install the same in dst;
 * with `write_protect` both become read-only (src is flushed before return).
 * visit returns 0 to skip, or a negative errno to stop; it must not sleep nor
 * call arch_aspace_*. -ENOMEM.
 */
int arch_aspace_copy(struct arch_aspace *dst, struct arch_aspace *src,
                     u64 start, u64 end, bool write_protect,
                     int (*visit)(void *ctx, u64 va, arch_entry_t e),
                     void *ctx);

/* Call visit for each present translation in [start, end) until it returns
 * non-zero, which is returned. Skips empty tables quickly. Entries are
 * snapshots; no lock is held during visit. */
int arch_aspace_walk(struct arch_aspace *as, u64 start, u64 end,
                     int (*visit)(void *ctx, u64 va, arch_entry_t e),
                     void *ctx);

/* Clear and return accessed / dirty; write-protects when clearing dirty. */
bool arch_aspace_clear_young(struct arch_aspace *as, u64 va);
bool arch_aspace_clear_dirty(struct arch_aspace *as, u64 va);

/* Bytes of page tables that `as` uses (for accounting and /proc). */
u64 arch_aspace_table_bytes(const struct arch_aspace *as);

/* User pages that become executable: make the instruction side coherent. */
void arch_sync_icache(void *kernel_va, size_t size);

/* ------------------------------------------------------- kernel memory -- */

/* The direct map covers all BOOT_RAM (and memory added later). */
static inline void *arch_phys_to_virt(paddr_t pa);
static inline paddr_t arch_virt_to_phys(const void *va);

/* Range of kernel addresses that core/vmap hands out. */
void arch_vmap_range(u64 *start, u64 *end);
/* The first physical address that the CPU has not. */
u64 arch_phys_end(void);
/* Map [va, va+size) to physical pa; -ENOMEM. W^X is asserted. */
int arch_kernel_map(u64 va, paddr_t pa, u64 size, u32 prot);
/* Unmap and flush on every CPU. */
void arch_kernel_unmap(u64 va, u64 size);
/* Extend the direct map over memory that was added at run time; -ENOMEM. */
int arch_direct_map_add(paddr_t start, u64 size);
/* After start: final protections, boot-only mappings gone. */
void arch_seal_kernel(void);

/* ---------------------------------------------------------- user copies -- */

/*
 * Act on the active address space of this CPU; recover from faults, which may
 * sleep (call with preemption enabled, or inside arch_fault_disable() for a
 * copy that must not sleep). Each returns the number of bytes NOT copied.
 * Addresses outside user space copy nothing.
 */
/* [va, va + size) lies in user space; says nothing of what is mapped. */
static inline bool arch_user_range_ok(u64 va, u64 size)
{
    return size <= ARCH_USER_TOP && va <= ARCH_USER_TOP - size;
}

/* <asm/user.h> provides inline, 0 or -EFAULT:
 *   int arch_get_user8/16/32/64(u64 uaddr, u8/16/32/64 *value);
 *   int arch_put_user8/16/32/64(u64 uaddr, u8/16/32/64 value);
 */
size_t arch_copy_from_user(void *dst, u64 src, size_t n) __must_check;
size_t arch_copy_to_user(u64 dst, const void *src, size_t n) __must_check;
size_t arch_clear_user(u64 dst, size_t n) __must_check;
/* Copies up to and including the NUL; returns the length without it, n if
 * there was none in n bytes, or -EFAULT. */
ssize_t arch_strncpy_from_user(char *dst, u64 src, size_t n);
/* Atomic operations on an aligned user word; 0 or -EFAULT. *old: what was. */
int arch_user_cmpxchg32(u64 uaddr, u32 expected, u32 desired, u32 *old);
enum arch_user_op {
    USER_SET,
    USER_ADD,
    USER_OR,
    USER_ANDN,
    USER_XOR
};
int arch_user_atomic32(u64 uaddr, enum arch_user_op op, u32 operand, u32 *old);

/* ------------------------------------------------------ CPUs, interrupts -- */

/* <asm/cpu.h> also provides, inline:
 *   bool arch_irqs_enabled(void); void arch_irq_enable/disable(void);
 *   unsigned long arch_irq_save(void); void arch_irq_restore(unsigned long);
 *   void arch_cpu_relax(void);
 *   struct thread_head *arch_current(void); (through the per-CPU base)
 *   u32 arch_cpu(void);      number of this CPU
 *   unsigned long arch_percpu_base(void);  offset added to a per-CPU symbol
 *   u64 arch_counter(void);  monotonic, same on all CPUs
 */
void arch_set_current(struct thread_head *head); /* boot of each CPU only */
void arch_set_percpu_base(unsigned long base);   /* boot of each CPU only */

/* Start CPU `cpu` (1..cpu_count-1) on idle thread `idle`; it will enter
 * kernel_start_secondary(cpu). 0 or a negative errno. */
int arch_cpu_start(u32 cpu, struct thread_head *idle, unsigned long percpu);
/* Per-CPU set-up that is left, called from kernel_start*(): interrupt
 * controller, timer, features. */
void arch_cpu_init(u32 cpu);

/* With interrupts off: sleep until one is pending; returns with interrupts
 * still off or after having handled it (both are allowed). */
void arch_cpu_idle(void);

/* IPI_STOP arrives even where interrupts are off, if the hardware can (NMI). */
enum arch_ipi {
    IPI_RESCHED,
    IPI_CALL,
    IPI_STOP,
    IPI_KINDS
};
void arch_send_ipi(u32 cpu, enum arch_ipi kind);

/* What the innermost interrupt or exception on this CPU interrupted; NULL
 * outside of one. From user mode too: see arch_regs_user(). */
const struct kernel_regs *arch_irq_regs(void);
bool arch_regs_user(const struct kernel_regs *regs);
/* void arch_capture_regs(struct kernel_regs *): the registers here and now, for
 * a panic's report; inline in <asm/regs.h>. */

/* Interrupt lines are small integers. Wired lines come from the devicetree or
 * ACPI (GSI); message-signalled ones are allocated. */
int arch_irq_map_wired(u32 line, bool level, bool active_low);
/* Allocates one for the device with that PCI requester id, towards `cpu`:
 * *address and *data go into its MSI-X table. Returns the irq number or a
 * negative errno. */
int arch_irq_alloc_msi(u32 device, u32 cpu, u64 *address, u32 *data);
void arch_irq_free_msi(u32 irq);
void arch_irq_unmask(u32 irq);
void arch_irq_mask(u32 irq);
u32 arch_irq_limit(void); /* all irq numbers are below this */

/* ------------------------------------------------------------------ time -- */

/* Counter frequency: ns = (counter - base) * mult >> shift is core's work. */
u64 arch_counter_hz(void);
/* Program this CPU's next timer event at the absolute counter value, or ~0 for
 * none. A past value fires at once. Interrupts off. */
void arch_timer_program(u64 counter);
/* Wall clock at start: seconds since 1970 from the RTC or firmware; 0: none. */
s64 arch_wallclock_seconds(void);
/* True if user mode can read the counter (the vDSO then uses it). */
bool arch_counter_user_readable(void);
u64 arch_random(bool *ok); /* from the CPU; *ok = false when there is none */

/* --------------------------------------------------------------- the rest */

void arch_console_early_write(const char *text, size_t n);
void arch_power_off(void); /* returns only if it failed */
void arch_reboot(void);    /* likewise */
void arch_halt(void) __noreturn;

/* Walk the frame pointers: from `regs` if given, else of the switched-out
 * thread `t` if given, else from the caller. Never faults. */
void arch_backtrace(const struct kernel_regs *regs, const struct thread_head *t,
                    void (*frame)(void *ctx, u64 pc), void *ctx);
/* Prints registers through print, one line a call, without a newline. */
void arch_print_regs(const struct kernel_regs *regs,
                     void (*print)(const char *line));
/* "vm_fault+0x1c/0x200" of a kernel text address, from the built-in table, or
 * the number if there is none. Returns buffer. */
const char *arch_symbol_name(u64 pc, char *buffer, size_t size);

/* True for addresses inside the kernel's text. */
bool arch_is_kernel_text(u64 pc);

/* Auxiliary vector contents. */
u64 arch_hwcap(void);
u64 arch_hwcap2(void);
const char *arch_platform(void); /* "x86_64", "aarch64" */
u32 arch_minsigstksz(void);
/* uname -m and the ELF machine number. */
const char *arch_machine_name(void);
u16 arch_elf_machine(void);
/* The vDSO: an ELF image in kernel memory, page aligned. The page(s) with
 * core's struct vdso_data are mapped right below it. */
void arch_vdso_image(const void **image, size_t *size);
/* /proc/cpuinfo of one CPU into buffer; returns the length. */
size_t arch_cpuinfo(u32 cpu, char *buffer, size_t size);

/* ---------------------------------------------------------------- upcalls */

enum fault_access {
    FAULT_READ,
    FAULT_WRITE,
    FAULT_EXEC
};

struct fault {
    u64 address;
    enum fault_access access;
    bool user;      /* from user mode (else from a user copy in the kernel) */
    bool present;   /* a translation existed: protection fault */
    bool may_sleep; /* false inside arch_fault_disable() or with irqs off */
    u64 code;       /* architecture's error code, for the signal frame */
    u64 trapno;     /* the exception's number, for the signal frame */
    struct user_regs *regs; /* when from user mode */
};

/* A synchronous exception of user mode, already in Linux's terms. */
struct user_trap {
    int signo;         /* SIGILL, SIGFPE, SIGTRAP, SIGBUS, SIGSEGV */
    int code;          /* si_code */
    u64 address;       /* si_addr */
    u64 trapno, error; /* for the signal frame */
};

struct arch_upcalls {
    /* A system call from user mode: interrupts on, preemptible. Sets the result
     * in regs. Entry work has not been done: abi does it. */
    void (*syscall)(struct user_regs *regs);
    /* Work bits are set on the way to user mode: interrupts on; called again
     * until none is left. */
    void (*exit_work)(struct user_regs *regs, u32 work);
    /* User address fault: interrupts on if they were. 0: retry the access; a
     * negative errno: the fault is bad. For a fault from user mode it has
     * already queued the signal. */
    int (*page_fault)(const struct fault *fault);
    void (*user_trap)(struct user_regs *regs, const struct user_trap *trap);
    /* Interrupts off, in interrupt context. */
    void (*irq)(u32 irq);
    void (*timer)(void);
    void (*ipi)(enum arch_ipi kind);
    /* Bracket every interrupt (accounting, RCU's idle exit). `from_user` */
    void (*irq_enter)(bool from_user);
    void (*irq_exit)(bool from_user);
    /* On return from an interrupt to preemptible kernel code with
     * WORK_RESCHED set: interrupts off. */
    void (*preempt)(void);
    /* A bug: never returns. regs may be NULL. */
    void (*die)(const char *what, const struct kernel_regs *regs) __noreturn;
};
extern struct arch_upcalls arch_upcalls;

/* Make user faults fail instead of sleeping; nests. Current thread. */
void arch_fault_disable(void);
void arch_fault_enable(void);

/* <asm/io.h> provides inline:
 *   u8/16/32/64 arch_mmio_read8/16/32/64(const volatile void *);
 *   void arch_mmio_write8/16/32/64(volatile void *, u8/16/32/64);
 *     ordered among themselves and against earlier and later accesses of
 *     normal memory (DMA)
 *   bool arch_has_ports(void);  I/O ports exist (else reads give all ones)
 *   u8/16/32 arch_port_in8/16/32(u16 port);
 *   void arch_port_out8/16/32(u16 port, u8/16/32 value);
 * and barriers towards devices: arch_dma_rmb(), arch_dma_wmb(), arch_dma_mb().
 */
#include <asm/user.h>
#include <asm/io.h>

#endif
