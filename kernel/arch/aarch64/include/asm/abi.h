/*
 * The user ABI where the architectures differ: Linux's arch/arm64/include/uapi
 * and asm-generic.
 */
#pragma once

#include "lib/compiler.h"

/* A constant that differs: ARCH_PICK(219, 128). */
#define ARCH_PICK(x86_64, aarch64) aarch64
/* Is a system call made ready to restart before a tracer looks? */
#define ARCH_RESTART_EARLY 1

/* struct stat of fstat() and newfstatat(). */
struct arch_stat {
    u64 dev, ino;
    u32 mode, nlink, uid, gid;
    u64 rdev, pad1;
    s64 size;
    s32 blksize, pad2;
    s64 blocks;
    s64 atime;
    u64 atime_nsec;
    s64 mtime;
    u64 mtime_nsec;
    s64 ctime;
    u64 ctime_nsec;
    u32 unused[2];
};
ASSERT_SIZE(struct arch_stat, 128);

struct arch_epoll_event {
    u32 events, pad;
    u64 data;
};
ASSERT_SIZE(struct arch_epoll_event, 16);

#define ARCH_O_DIRECTORY 0x4000
#define ARCH_O_NOFOLLOW  0x8000
#define ARCH_O_DIRECT    0x10000
#define ARCH_O_LARGEFILE 0x20000
