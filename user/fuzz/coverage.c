/* Kernel coverage through /dev/kcov. */
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
static uint8_t *seen_now; /* shared with the children: what this run reached */
static uint64_t *area;
static int device = -1;

bool coverage_open(void)
{
    device = open("/dev/kcov", O_RDWR | O_CLOEXEC);
    if (device < 0)
        return false;
    if (ioctl(device, KCOV_INIT_TRACE, WORDS))
        return false;
    area = mmap(NULL, WORDS * sizeof *area, PROT_READ | PROT_WRITE, MAP_SHARED,
                device, 0);
    seen_now = mmap(NULL, sizeof coverage->bits, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return area != MAP_FAILED && seen_now != MAP_FAILED;
}

void coverage_begin(void)
{
    if (device >= 0)
        ioctl(device, KCOV_ENABLE, 0);
}

void coverage_end(void)
{
    uint64_t previous = 0;

    if (device < 0)
        return;
    ioctl(device, KCOV_DISABLE, 0);
    for (uint64_t i = 1; i <= area[0] && i < WORDS; i++) {
        uint64_t edge = area[i] ^ previous;
        previous = area[i] >> 1;
        seen_now[edge * 0x9e3779b97f4a7c15ull >> 48] = 1;
    }
}

bool coverage_is_new(void)
{
    bool new = false;

    if (device < 0)
        return false;
    for (uint32_t i = 0; i < sizeof coverage->bits; i++) {
        if (!(i & 7) && !*(uint64_t *)(seen_now + i)) {
            i += 7;
            continue;
        }
        if (!seen_now[i])
            continue;
        seen_now[i] = 0;
        if (!coverage->bits[i]) {
            coverage->bits[i] = 1;
            coverage->count++;
            new = true;
        }
    }
    return new;
}
