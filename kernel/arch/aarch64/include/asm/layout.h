/*
 * The kernel's half of the address space (48 bits, TTBR1):
 *
 *   DIRECT_MAP_BASE  all RAM, at base + physical address      (up to 64 TiB)
 *   VMAP_BASE        core/vmap's range: stacks, devices         (64 TiB)
 *   KIMAGE_BASE      the image, moved by a random multiple of 2 MiB (128 GiB)
 *   FIXMAP_BASE      one page each for devices that are needed early
 */
#pragma once

#define DIRECT_MAP_BASE 0xffff000000000000
#define DIRECT_MAP_BITS 46
#define VMAP_BASE       0xffff800000000000
#define VMAP_END        0xffffc00000000000
#define KIMAGE_BASE     0xffffffc000000000
#define KIMAGE_SPAN     0x0000002000000000
#define FIXMAP_BASE     0xffffffffc0000000

#define FIXMAP_CONSOLE 0
#define FIXMAP_RTC     1
