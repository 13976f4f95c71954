/*
 * Linux's siginfo_t (uapi/asm-generic/siginfo.h): 128 bytes, a union by
 * si_code; the same layout on both architectures.
 */
#ifndef PROC_SIGINFO_ABI_H
#define PROC_SIGINFO_ABI_H

#include "lib/types.h"

struct signal_info;

#define SIGINFO_SIZE 128

void signal_info_to_abi(const struct signal_info *info, u8 out[SIGINFO_SIZE]);
/* As rt_sigqueueinfo takes it: signo, code, pid, uid, value. */
void signal_info_from_abi(struct signal_info *info, const u8 in[SIGINFO_SIZE]);
/* signalfd's record (uapi/linux/signalfd.h), 128 bytes. */
void signal_info_to_signalfd(const struct signal_info *info, u8 out[128]);

#endif
