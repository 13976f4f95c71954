/* x86-64's entries serve as well as any. */
#pragma once

#include "arch/x86_64/include/asm/pte.h"
