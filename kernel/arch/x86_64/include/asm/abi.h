/*
 * The user ABI where the architectures differ: Linux's arch/x86/include/uapi.
 */
#pragma once

#include "lib/compiler.h"

/* A constant that differs: ARCH_PICK(219, 128). */
#define ARCH_PICK(x86_64, aarch64) x86_64
/* Is a system call made ready to restart before a tracer looks? */
#define ARCH_RESTART_EARLY 0

/* struct stat of stat(), fstat() and newfstatat(). */
struct arch_stat {
    u64 dev, ino, nlink;
    u32 mode, uid, gid, pad0;
    u64 rdev;
    s64 size, blksize, blocks;
    s64 atime;
    u64 atime_nsec;
    s64 mtime;
    u64 mtime_nsec;
    s64 ctime;
    u64 ctime_nsec;
    s64 unused[3];
};
ASSERT_SIZE(struct arch_stat, 144);

struct arch_epoll_event {
    u32 events;
    u64 data;
} __packed;
ASSERT_SIZE(struct arch_epoll_event, 12);

#define ARCH_O_DIRECTORY 0x10000
#define ARCH_O_NOFOLLOW  0x20000
#define ARCH_O_DIRECT    0x4000
#define ARCH_O_LARGEFILE 0x8000
