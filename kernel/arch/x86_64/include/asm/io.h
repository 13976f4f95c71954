/* Device accesses. The CPU keeps uncached accesses in order by itself. */
#ifndef ASM_IO_H
#define ASM_IO_H

#include "lib/compiler.h"
#include "lib/types.h"

#define X86_MMIO(bits, suffix, reg)                                       \
    static inline u##bits arch_mmio_read##bits(const volatile void *p)    \
    {                                                                     \
        u##bits v;                                                        \
        __asm__ volatile("mov" suffix " %1, %0"                           \
                         : "=" reg(v)                                     \
                         : "m"(*(const volatile u##bits *)p)              \
                         : "memory");                                     \
        return v;                                                         \
    }                                                                     \
    static inline void arch_mmio_write##bits(volatile void *p, u##bits v) \
    {                                                                     \
        __asm__ volatile("mov" suffix " %0, %1"                           \
                         :                                                \
                         : reg(v), "m"(*(volatile u##bits *)p)            \
                         : "memory");                                     \
    }
X86_MMIO(8, "b", "q")
X86_MMIO(16, "w", "r")
X86_MMIO(32, "l", "r")
X86_MMIO(64, "q", "r")
#undef X86_MMIO

#define X86_PORT(bits, suffix)                                  \
    static inline u##bits arch_port_in##bits(u16 port)          \
    {                                                           \
        u##bits v;                                              \
        __asm__ volatile("in" suffix " %1, %0"                  \
                         : "=a"(v)                              \
                         : "Nd"(port)                           \
                         : "memory");                           \
        return v;                                               \
    }                                                           \
    static inline void arch_port_out##bits(u16 port, u##bits v) \
    {                                                           \
        __asm__ volatile("out" suffix " %0, %1"                 \
                         :                                      \
                         : "a"(v), "Nd"(port)                   \
                         : "memory");                           \
    }
X86_PORT(8, "b")
X86_PORT(16, "w")
X86_PORT(32, "l")
#undef X86_PORT

static inline bool arch_has_ports(void)
{
    return true;
}

/* Devices see memory in the CPU's order; only the compiler could reorder,
 * except stores before later loads. */
static inline void arch_dma_rmb(void)
{
    barrier();
}

static inline void arch_dma_wmb(void)
{
    barrier();
}

static inline void arch_dma_mb(void)
{
    __asm__ volatile("mfence" : : : "memory");
}

#endif
