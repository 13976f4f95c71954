/*
 * Traps: between vectors.S and the C files of this port.
 */
#pragma once

#include "arch/arch.h"

/* Entered from vectors.S. */
void trap_user_sync(struct user_regs *regs, u64 esr, u64 far);
void trap_user_irq(struct user_regs *regs);
void trap_user_serror(struct user_regs *regs, u64 esr);
void trap_kernel_sync(struct kernel_regs *regs);
void trap_kernel_irq(struct kernel_regs *regs);
void trap_kernel_serror(struct kernel_regs *regs);
void trap_bad(struct kernel_regs *regs, unsigned reason) __noreturn;
void trap_exit_work(struct user_regs *regs);

/* Give a signal for a synchronous exception; interrupts on. */
void trap_signal(struct user_regs *regs, int signo, int code, u64 address,
                 u64 esr);
/* Aborts (fault.c). True: handled. */
void fault_user(struct user_regs *regs, u64 esr, u64 far);
bool fault_kernel(struct kernel_regs *regs);
/* MRS of an ID register and friends from user mode (emulate.c). */
bool emulate_user_instruction(struct user_regs *regs, u64 esr);
/* Handle what the interrupt controller has pending (gic.c). */
void gic_handle(void);
/* The timer of this CPU (time.c). */
void timer_cpu_init(void);
void timer_interrupt(void);
/* Panic, through core if it is there. */
void trap_die(const char *what, const struct kernel_regs *regs) __noreturn;

/* Signal numbers and codes, as Linux's asm-generic/siginfo.h has them. */
#define SIGNO_ILL   4
#define SIGNO_TRAP  5
#define SIGNO_BUS   7
#define SIGNO_FPE   8
#define SIGNO_SEGV  11
#define ILL_ILLOPC  1
#define ILL_ILLOPN  2
#define FPE_FLTDIV  3
#define FPE_FLTOVF  4
#define FPE_FLTUND  5
#define FPE_FLTRES  6
#define FPE_FLTINV  7
#define FPE_FLTUNK  14
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN  1
#define BUS_ADRERR  2
#define BUS_OBJERR  3
#define TRAP_BRKPT  1
#define TRAP_TRACE  2
#define TRAP_HWBKPT 4
