/* Auxiliary vector keys (uapi/linux/auxvec.h) and personality bits. */
#ifndef PROC_AUXV_H
#define PROC_AUXV_H

#include "lib/elf.h" /* AT_* */

#define UNAME26           0x0020000u
#define ADDR_NO_RANDOMIZE 0x0040000u
#define READ_IMPLIES_EXEC 0x0400000u
#define PER_CLEAR_ON_SETID \
    0x0740000u /* and ADDR_COMPAT_LAYOUT, MMAP_PAGE_ZERO */

#endif
