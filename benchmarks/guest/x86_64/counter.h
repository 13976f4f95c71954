/* The CPU's counter on x86-64: the time-stamp counter. */
#include <stdint.h>

static inline uint64_t counter(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* Only the kernel knows it: 0. */
static inline uint64_t frequency(void)
{
    return 0;
}
