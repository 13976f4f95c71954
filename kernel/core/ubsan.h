/* Undefined behaviour found at run time; see ubsan.c. Debug builds. */
#ifndef CORE_UBSAN_H
#define CORE_UBSAN_H

#include "lib/types.h"

extern u32 ubsan_reports;

#endif
