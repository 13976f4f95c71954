/*
 * CPUs and per-CPU data.
 *
 *   DEFINE_PER_CPU(struct runqueue, runqueues);
 *   this_cpu(runqueues)      an lvalue; preemption off
 *   per_cpu(runqueues, cpu)
 *
 * The variables of a CPU are a copy of the .data.percpu section; the port keeps
 * the distance from the section to the CPU's copy in a register.
 */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include "arch/arch.h"
#include "lib/bitmap.h"

#define DEFINE_PER_CPU(type, name) \
    __attribute__((section(".data.percpu"))) __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name

extern unsigned long *percpu_offset; /* by CPU */
#define per_cpu_at(name, offset) \
    (*(__typeof__(name) *)((unsigned long)&(name) + (offset)))
#define this_cpu(name)     per_cpu_at(name, arch_percpu_base())
#define per_cpu(name, cpu) per_cpu_at(name, percpu_offset[cpu])

struct cpumask {
    u64 bits[MAX_CPUS / 64];
};
extern struct cpumask cpus_present, cpus_online;
extern u32 cpu_number; /* of CPUs present */
static inline u32 cpu_count(void)
{
    return cpu_number;
}
/* Number of this CPU; preemption off to be of use. */
static inline u32 cpu_current(void)
{
    return arch_cpu();
}
static inline bool cpumask_test(const struct cpumask *m, u32 cpu)
{
    return m->bits[cpu / 64] >> (cpu % 64) & 1;
}
static inline void cpumask_set(struct cpumask *m, u32 cpu) /* atomic */
{
    __atomic_fetch_or(&m->bits[cpu / 64], 1UL << (cpu % 64), __ATOMIC_RELAXED);
}
/* The first CPU of the mask >= from; MAX_CPUS: none. */
u32 cpumask_next(const struct cpumask *m, u32 from);
u32 cpumask_weight(const struct cpumask *m);
#define for_each_cpu(cpu, mask)                             \
    for (u32 cpu = cpumask_next((mask), 0); cpu < MAX_CPUS; \
         cpu = cpumask_next((mask), cpu + 1))
#define for_each_online_cpu(cpu)                                  \
    for (u32 cpu = cpumask_next(&cpus_online, 0); cpu < MAX_CPUS; \
         cpu = cpumask_next(&cpus_online, cpu + 1))

/* Run fn(arg) on every CPU of the mask (here too, if included),
 * with interrupts off there; wait until all have. Interrupts on here. */
void cpu_call(const struct cpumask *mask, void (*fn)(void *), void *arg);
/* The other end of it: IPI_CALL. */
void cpu_call_handle(void);
void cpu_init(const struct boot_info *info); /* per-CPU areas */
void cpu_call_init(void);
void cpu_bring_up_all(void);

#endif
