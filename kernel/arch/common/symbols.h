/*
 * The symbol table that tools/symbols.py packs from the first link: for
 * every function, ascending, ULEB128 of the distance from the one before (the
 * first: from the image's start), one byte n, and n bytes that spell the name,
 * where a byte >= 128 stands for the token of that number.
 *
 *   u32 magic, count; u16 token offsets [129]; token text; entries
 */
#ifndef ARCH_COMMON_SYMBOLS_H
#define ARCH_COMMON_SYMBOLS_H

#include "lib/types.h"

#define SYMBOLS_MAGIC  0x314d5953
#define SYMBOLS_TOKENS 128

struct symbols {
    u32 magic, count;
    u16 token[SYMBOLS_TOKENS + 1]; /* offsets in text; the last: its length */
    u8 text[];
};

/* The linker script's. Empty in the first link. */
extern const u8 __symbols[], __symbols_end[];
extern char __image[], __text_end[];

#endif
