/*
 * Device accesses: registers are mapped nGnRE, so accesses to one device stay
 * in order; barriers order them against normal memory.
 */
#pragma once

#include <asm/sysreg.h>

static inline void arch_dma_rmb(void)
{
    dmb(oshld);
}

static inline void arch_dma_wmb(void)
{
    dmb(oshst);
}

static inline void arch_dma_mb(void)
{
    dmb(osh);
}

#define ARM64_MMIO(bits, suffix, w)                                       \
    static inline u##bits arch_mmio_read##bits(const volatile void *p)    \
    {                                                                     \
        u##bits v;                                                        \
        __asm__ volatile("ldr" suffix " %" w "0, %1"                      \
                         : "=r"(v)                                        \
                         : "Q"(*(const volatile u##bits *)p)              \
                         : "memory");                                     \
        arch_dma_rmb();                                                   \
        return v;                                                         \
    }                                                                     \
    static inline void arch_mmio_write##bits(volatile void *p, u##bits v) \
    {                                                                     \
        arch_dma_wmb();                                                   \
        __asm__ volatile("str" suffix " %" w "1, %0"                      \
                         : "=Q"(*(volatile u##bits *)p)                   \
                         : "rZ"(v)                                        \
                         : "memory");                                     \
    }
ARM64_MMIO(8, "b", "w")
ARM64_MMIO(16, "h", "w")
ARM64_MMIO(32, "", "w")
ARM64_MMIO(64, "", "x")
#undef ARM64_MMIO

static inline bool arch_has_ports(void)
{
    return false;
}

#define ARM64_NO_PORT(bits)                                         \
    static inline u##bits arch_port_in##bits(u16 port)              \
    {                                                               \
        (void)port;                                                 \
        return (u##bits) ~0;                                        \
    }                                                               \
    static inline void arch_port_out##bits(u16 port, u##bits value) \
    {                                                               \
        (void)port;                                                 \
        (void)value;                                                \
    }
ARM64_NO_PORT(8)
ARM64_NO_PORT(16)
ARM64_NO_PORT(32)
#undef ARM64_NO_PORT
