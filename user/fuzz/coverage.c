/* Kernel coverage through /dev/kcov, one a thread of the program. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define KCOV_INIT_TRACE _IOR('c', 1, unsigned long)
#define KCOV_ENABLE     _IO('c', 100)
#define KCOV_DISABLE    _IO('c', 101)
#define WORDS           (1 << 16)

struct coverage_map *coverage;
static uint64_t *areas[RUNNERS];
static int devices[RUNNERS];
static bool is_open;

bool coverage_open(void)
{
    for (int i = 0; i < RUNNERS; i++) {
        devices[i] = open("/dev/kcov", O_RDWR | O_CLOEXEC);
        if (devices[i] < 0 || ioctl(devices[i], KCOV_INIT_TRACE, WORDS))
            return false;
        areas[i] = mmap(NULL, WORDS * sizeof *areas[i], PROT_READ | PROT_WRITE,
                        MAP_SHARED, devices[i], 0);
        if (areas[i] == MAP_FAILED)
            return false;
    }
    return is_open = true;
}

void coverage_forget(void)
{
    for (int i = 0; is_open && i < RUNNERS; i++)
        areas[i][0] = 0;
}

void coverage_begin(unsigned runner)
{
    if (is_open)
        ioctl(devices[runner], KCOV_ENABLE, 0);
}

void coverage_end(unsigned runner)
{
    if (is_open)
        ioctl(devices[runner], KCOV_DISABLE, 0);
}

static bool area_is_new(const uint64_t *area)
{
    uint64_t previous = 0;
    bool new = false;

    for (uint64_t i = 1; i <= area[0] && i < WORDS; i++) {
        uint64_t edge = area[i] ^ previous;
        uint8_t *bit = &coverage->bits[edge * 0x9e3779b97f4a7c15ull >> 46];

        previous = area[i] >> 1;
        if (*bit)
            continue;
        *bit = 1;
        __atomic_fetch_add(&coverage->count, 1, __ATOMIC_RELAXED);
        new = true;
    }
    return new;
}

bool coverage_is_new(void)
{
    bool new = false;

    for (int i = 0; is_open && i < RUNNERS; i++)
        new |= area_is_new(areas[i]);
    return new;
}
