/* The early console of the port; arch_console_early_write() prints on it. */
#pragma once

#include "arch/arch.h"

/* `registers`: a mapped PL011. */
void console_init(void *registers);
