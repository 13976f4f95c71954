/*
 * Formatted printing into a buffer.
 *
 * The conversions of C (d i u o x X c s p %, with flags, width, precision and
 * hh h l ll z t j), but no floating point and no %n. Beyond C:
 *   %p    16 hexadecimal digits; %#p puts 0x in front
 *   %pS   symbol+offset/size of an address, if printf_symbol is set; else %p
 *   %pe   the name of the error in an ERR_PTR, else as %p
 * %s of NULL prints "(null)".
 */
#pragma once

#include <stdarg.h>

#include "lib/compiler.h"

#ifdef HAKO_HOST
#include <stdio.h>
#define snprintf   hako_snprintf
#define vsnprintf  hako_vsnprintf
#define scnprintf  hako_scnprintf
#define vscnprintf hako_vscnprintf
#endif

/*
 * At most size bytes with the NUL; returns the length that the whole would
 * have had, so a result >= size was cut.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
    __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/* The same, but these return how many bytes are in the buffer (no NUL). */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
    __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/*
 * Printing bit by bit to somewhere else: `emit` gets runs of bytes. Returns
 * their sum.
 */
typedef void (*printf_emit_fn)(void *ctx, const char *s, size_t n);
int vcbprintf(printf_emit_fn emit, void *ctx, const char *fmt, va_list args)
    __printf(3, 0);

/*
 * Writes "name+0xoff/0xsize" of an address into buf; returns its length, 0 if
 * the address is in no symbol. Set once by core at start.
 */
extern int (*printf_symbol)(char *buf, size_t size, const void *addr);
