/* Classes of ASCII characters. Bytes above 127 are in none. */
#pragma once

#include "lib/types.h"

#ifdef HAKO_HOST
/* <ctype.h> of the host has macros of these names. */
#undef isdigit
#undef isspace
#define isdigit  hako_isdigit
#define isxdigit hako_isxdigit
#define islower  hako_islower
#define isupper  hako_isupper
#define isalpha  hako_isalpha
#define isalnum  hako_isalnum
#define isspace  hako_isspace
#define isprint  hako_isprint
#define isgraph  hako_isgraph
#define ispunct  hako_ispunct
#define iscntrl  hako_iscntrl
#define tolower  hako_tolower
#define toupper  hako_toupper
#endif

static inline bool isdigit(int c)
{
    return c >= '0' && c <= '9';
}
static inline bool islower(int c)
{
    return c >= 'a' && c <= 'z';
}
static inline bool isupper(int c)
{
    return c >= 'A' && c <= 'Z';
}
static inline bool isalpha(int c)
{
    return islower(c | 0x20) && c < 128;
}
static inline bool isalnum(int c)
{
    return isalpha(c) || isdigit(c);
}
static inline bool isxdigit(int c)
{
    return isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static inline bool isspace(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool isprint(int c)
{
    return c >= 0x20 && c < 0x7f;
}
static inline bool isgraph(int c)
{
    return c > 0x20 && c < 0x7f;
}
static inline bool ispunct(int c)
{
    return isgraph(c) && !isalnum(c);
}
static inline bool iscntrl(int c)
{
    return (c >= 0 && c < 0x20) || c == 0x7f;
}
static inline int tolower(int c)
{
    return isupper(c) ? c + 32 : c;
}
static inline int toupper(int c)
{
    return islower(c) ? c - 32 : c;
}
