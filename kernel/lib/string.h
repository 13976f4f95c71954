/*
 * Memory and string functions.
 *
 * memcpy, memmove, memset and memcmp are weak: an architecture may have its
 * own. There is no strcpy, strcat or sprintf: copy with strscpy, print with
 * snprintf.
 *
 * On the host these carry the prefix hako_, so that tests exercise the
 * kernel's functions and the C library keeps its own.
 */
#pragma once

#include "lib/compiler.h"

#ifdef HAKO_HOST
#include "lib/string_host.h"
#endif

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
/* The first byte that is not c, or NULL. */
void *memchr_inv(const void *s, int c, size_t n);
/* Clears; the compiler will not leave it out. For keys. */
void memzero_explicit(void *s, size_t n);
/* Compares in a time that does not depend on the bytes; 0 if equal. */
int crypto_memneq(const void *a, const void *b, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
/* Like strchr, but the end of the string if c is not in it. */
char *strchrnul(const char *s, int c);
/* Like strchr within the first n bytes. */
char *strnchr(const char *s, size_t n, int c);
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
/* Cuts the next field off *s at any byte of sep; NULL when *s is. */
char *strsep(char **s, const char *sep);
/* Skips white space. */
char *skip_spaces(const char *s);
/* Skips white space and cuts that at the end, in place. */
char *strstrip(char *s);
bool strstarts(const char *s, const char *prefix);

/*
 * Copies a string into `size` bytes, always terminated if size > 0. Returns
 * its length, or -E2BIG if it was cut.
 */
ssize_t strscpy(char *dst, const char *src, size_t size);
/* The same, but returns strlen(src), as BSD's. */
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);

/* True if `s` equals the field `name`, which has `n` bytes, maybe no NUL. */
static inline bool str_eq_n(const char *s, const char *name, size_t n)
{
    return strnlen(name, n) == strlen(s) && memcmp(s, name, strlen(s)) == 0;
}
