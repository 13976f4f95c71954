#include "arch/arch.h"
#include "arch/common/entry.h"
#include "lib/printf.h"
#include "lib/string.h"
void kernel_start_secondary(u32 cpu);
static void pr(const char *fmt, ...) __printf(1,2);
static void pr(const char *fmt, ...)
{
    char b[256]; va_list a; va_start(a, fmt); vsnprintf(b, sizeof b, fmt, a); va_end(a);
    arch_console_early_write(b, strlen(b));
}
static void print_line(const char *l) { pr("%s\n", l); }
static void fr(void *c, u64 pc) { char n[64]; (void)c; pr("  %s\n", arch_symbol_name(pc, n, 64)); }
static void __noreturn tdie(const char *what, const struct kernel_regs *r)
{
    pr("DIE: %s\n", what);
    if (r) arch_print_regs(r, print_line);
    arch_backtrace(r, NULL, fr, NULL);
    arch_power_off();
    arch_halt();
}
static struct thread_head boot_thread, threads[8];
static char stacks[8][KERNEL_STACK_SIZE] __aligned(4096);
static paddr_t pool, pool_end;
static paddr_t t_page(void) { if (pool>=pool_end) return 0; paddr_t p = pool; pool += 4096; memset(arch_phys_to_virt(p),0,4096); return p; }
static void t_free(paddr_t p) { (void)p; }
static void *t_alloc(size_t n) { paddr_t p = pool; pool += (n + 4095) & ~4095UL; memset(arch_phys_to_virt(p),0,n); return arch_phys_to_virt(p); }
static void t_freep(void *p, size_t n) { (void)p; (void)n; }
static volatile u32 ticks, ipis;
static void t_timer(void) { ticks++; }
static void t_ipi(enum arch_ipi k) { (void)k; ipis++; }
static void t_irq(u32 q) { pr("irq %u\n", q); }
static void t_preempt(void) {}
static volatile u32 up;
static struct arch_aspace as;
static pfn_t upage;
__asm__(".section .rodata; .globl ubin, ubin_end; .balign 4096; ubin: .incbin \"/tmp/s/utest.bin\"; .balign 4096; ubin_end: .previous");
extern const char ubin[], ubin_end[];
static bool usig; static u64 uh, ur;
static int t_fault(const struct fault *f)
{
    pr("fault %lx acc %d user %d present %d\n", f->address, f->access, f->user, f->present);
    if (usig && f->address >= 0x400000 && f->address < 0x402000) {
        paddr_t q = t_page(); memcpy(arch_phys_to_virt(q), ubin + (f->address & 0x1000), 4096);
        return arch_aspace_set(&as, f->address & PAGE_MASK, (arch_entry_t){0}, q >> 12, MAP_PROT_READ|MAP_PROT_EXEC|MAP_ATTR_USER, NULL);
    }
    if (usig && f->address < 0x500000 && f->address >= 0x402000)
        return arch_aspace_set(&as, f->address & PAGE_MASK, (arch_entry_t){0}, t_page() >> 12, MAP_PROT_READ|MAP_PROT_WRITE|MAP_ATTR_USER, NULL);
    if (f->address < 0x400000 || f->address >= 0x500000) return -14;
    paddr_t p = (f->address & PAGE_MASK) == 0x400000 ? upage << 12 : t_page();
    return arch_aspace_set(&as, f->address & PAGE_MASK, (arch_entry_t){0}, p >> 12, MAP_PROT_READ|MAP_PROT_EXEC|(f->address>=0x410000?MAP_PROT_WRITE:0)|MAP_ATTR_USER, NULL);
}
static void t_trap(struct user_regs *r, const struct user_trap *t)
{
    if (usig && (t->signo == 4)) {
        struct arch_signal sg = {.signo = t->signo, .handler = uh, .flags = 0x04000004, .restorer = ur, .saved_mask = 5, .fault_trapno = t->trapno, .siginfo = {4}};
        int e = arch_signal_deliver(r, &sg); if (e) pr("deliver %d\n", e);
        return;
    }
    pr("user trap %d sig %d code %d addr %lx rip %lx\n", (int)t->trapno, t->signo, t->code, t->address, r->rip);
    r->rip += 2;
}
static void t_syscall(struct user_regs *r)
{
    if (usig && arch_syscall_number(r) == 1) {
        char b[64] = ""; ssize_t n = arch_strncpy_from_user(b, arch_syscall_arg(r, 0), 63);
        pr("  U %s = %#lx (%zd)\n", b, arch_syscall_arg(r, 1), n); return; }
    if (usig && arch_syscall_number(r) == 13) { uh = arch_syscall_arg(r, 0); ur = arch_syscall_arg(r, 1); return; }
    if (usig && arch_syscall_number(r) == 15) { struct arch_signal o; int e = arch_signal_return(r, &o); pr("sigreturn %d mask %lx\n", e, o.saved_mask); return; }
    pr("syscall %lu(%lx, %lx)\n", arch_syscall_number(r), arch_syscall_arg(r,0), arch_syscall_arg(r,1));
    if (arch_syscall_number(r) == 60) {
        arch_irq_disable();
        pr("done, off\n");
        arch_power_off();
        pr("still on\n");
        arch_reboot();
    }
    char buf[8];
    pr("copy %zu str %zd\n", arch_copy_from_user(buf, 0x411ff0, 8), arch_strncpy_from_user(buf, 0x400000, 8));
    pr("bad copy %zu\n", arch_copy_to_user(0x4ffffc, buf, 8));
    arch_syscall_set_result(r, 42);
}
static void t_work(struct user_regs *r, u32 w) { (void)r; (void)w; }
void kernel_start_secondary(u32 cpu)
{
    arch_cpu_init(cpu);
    pr("cpu %u (%u) up, current %p\n", cpu, arch_cpu(), (void *)arch_current());
    __atomic_fetch_add(&up, 1, __ATOMIC_SEQ_CST);
    arch_irq_enable();
    for (;;) { arch_irq_disable(); arch_cpu_idle(); }
}
static struct thread_head *bt;
static void user_thread(void *arg)
{
    (void)arg;
    static const u8 code[] = {
        0xb8, 1, 0,0,0,            /* mov $1,%eax */
        0x48,0x89,0x04,0x25,0,0,0x41,0, /* mov %rax,0x410000 */
        0x0f,0x05,
        0x0f,0x0b,               /* ud2 */
        0x89,0xc7,               /* mov %eax,%edi */
        0xb8, 60,0,0,0, 0x0f,0x05 };
    upage = t_page() >> 12;
    memcpy(arch_phys_to_virt(upage << 12), code, sizeof code);
    arch_aspace_init(&as);
    arch_aspace_activate(&as);
    if (arch_user_exec(arch_current(), 0x400000, 0x420000)) pr("no exec\n");
    arch_user_enter();
}
void kernel_start(struct boot_info *info)
{
    usig = strstr(info->command_line, "usig");
    u64 t0 = arch_counter();
    arch_upcalls = (struct arch_upcalls){ .die = tdie, .timer = t_timer, .ipi = t_ipi, .irq = t_irq, .preempt = t_preempt, .page_fault=t_fault, .user_trap=t_trap, .syscall=t_syscall,.exit_work=t_work };
    pr("hello from Hako: %s, '%s', text %p image %lx\n", info->machine, info->command_line, (void *)kernel_start, arch_virt_to_phys(kernel_start));
    for (u32 i = 0; i < info->region_count; i++)
        pr("  %12lx %12lx %d\n", info->regions[i].start, info->regions[i].size, info->regions[i].kind);
    pr("cpus %u rsdp %lx initrd %lx+%lx seed %lx\n", info->cpu_count, info->acpi_rsdp, info->initrd_start, info->initrd_size, info->random_seed[0]);
    boot_thread.stack = boot_stack;
    boot_thread.preempt_count = 1;
    arch_set_current(&boot_thread); bt = &boot_thread;
    for (u32 i = 0; i < info->region_count; i++)
        if (info->regions[i].kind == BOOT_RAM && info->regions[i].start >= 0x100000) { pool = info->regions[i].start + 0x800000; pool_end = info->regions[i].start+info->regions[i].size; if (info->initrd_size) pool_end = info->initrd_start; break; }
    arch_alloc = (struct arch_alloc){t_alloc, t_freep, t_page, t_free};
    u64 t1 = arch_counter();
    arch_cpu_init(0);
    u64 t2 = arch_counter();
    pr("TIMES entry->kernel_start %lu us, cpu_init %lu us\n", (t0 - info->start_counter) / (arch_counter_hz()/1000000), (t2 - t1)/(arch_counter_hz()/1000000));
    u64 c = arch_counter();
    pr("hz %lu wall %ld; us since start %lu\n", arch_counter_hz(), arch_wallclock_seconds(), (c - info->start_counter) / (arch_counter_hz()/1000000));
    arch_irq_enable();
    arch_timer_program(arch_counter() + arch_counter_hz() / 100);
    while (!ticks) arch_cpu_relax();
    pr("tick after %lu us\n", (arch_counter() - c) / (arch_counter_hz() / 1000000));
    if (strstr(info->command_line, "crash")) *(volatile int *)0x1234 = 1;
    if (strstr(info->command_line, "text")) *(volatile int *)(u64)&kernel_start = 1;
    if (strstr(info->command_line, "alias")) *(volatile int *)arch_phys_to_virt(arch_virt_to_phys(kernel_start)) = 1;
    if (strstr(info->command_line, "deep")) { volatile char *p = __builtin_frame_address(0); for(;;) *p-- = 1; }
    for (u32 i = 1; i < info->cpu_count && i < 8; i++) {
        threads[i].stack = stacks[i];
        threads[i].preempt_count = 1;
        size_t n = __percpu_end - __percpu_start;
        char *p = t_alloc(n);
        int r = arch_cpu_start(i, &threads[i], p - __percpu_start);
        if (r) pr("cpu %u: %d\n", i, r);
        while (!r && up < i) arch_cpu_relax();
        arch_send_ipi(i, IPI_CALL);
        u64 e = arch_counter();
        while (!ipis && arch_counter() - e < arch_counter_hz()) arch_cpu_relax();
        pr("ipis %u\n", ipis); ipis = 0;
    }
    threads[0].stack = stacks[0];
    arch_thread_init(&threads[0], user_thread, NULL);
    arch_irq_disable();
    arch_switch(&boot_thread, &threads[0]);
    arch_halt();
}
