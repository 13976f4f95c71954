/*
 * Numbers and options from text.
 *
 * A base of 0 takes 0x... as hexadecimal, 0... as octal, else decimal. All
 * return 0, -EINVAL (not a number, or junk after it) or -ERANGE, and leave *out
 * alone on failure.
 */
#pragma once

#include "lib/compiler.h"

/*
 * Reads digits from s, leaves *end at the first character that is none.
 * -EINVAL if there is no digit.
 */
int parse_u64(const char *s, const char **end, unsigned int base, u64 *out);

/* The whole string must be the number; one newline may follow. */
int kstrtou64(const char *s, unsigned int base, u64 *out);
int kstrtos64(const char *s, unsigned int base, s64 *out);
int kstrtou32(const char *s, unsigned int base, u32 *out);
int kstrtoint(const char *s, unsigned int base, int *out);
/* 0 1 n y N Y no yes off on. */
int kstrtobool(const char *s, bool *out);

/*
 * A size with a suffix K, M, G, T, P or E (powers of 1024), as mem= takes.
 * *end is left after it. Saturates at U64_MAX.
 */
u64 memparse(const char *s, const char **end);

/*
 * Takes the next word off a command line, in place: "a=b" or "a", split at
 * blanks; double quotes around a value or a whole word keep its blanks and are
 * removed. *value is NULL without '='. Returns the rest, which starts at a
 * word or is empty. *param is empty only at the end of the line.
 */
char *next_arg(char *args, char **param, char **value);

/*
 * Takes the next of several comma-separated numbers: the rest of an option
 * such as console=ttyS0,115200. Returns 0 and moves *s behind the comma.
 */
int parse_next_u64(const char **s, unsigned int base, u64 *out);
