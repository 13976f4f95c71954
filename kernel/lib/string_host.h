/*
 * Host builds only: the kernel's string functions under the prefix hako_.
 * The C library's own declarations must be seen before the names change.
 */
#pragma once

#include <string.h>
#include <strings.h>

#define memcpy           hako_memcpy
#define memmove          hako_memmove
#define memset           hako_memset
#define memcmp           hako_memcmp
#define memchr           hako_memchr
#define memchr_inv       hako_memchr_inv
#define memzero_explicit hako_memzero_explicit
#define crypto_memneq    hako_crypto_memneq
#define strlen           hako_strlen
#define strnlen          hako_strnlen
#define strcmp           hako_strcmp
#define strncmp          hako_strncmp
#define strcasecmp       hako_strcasecmp
#define strncasecmp      hako_strncasecmp
#define strchr           hako_strchr
#define strrchr          hako_strrchr
#define strchrnul        hako_strchrnul
#define strnchr          hako_strnchr
#define strstr           hako_strstr
#define strspn           hako_strspn
#define strcspn          hako_strcspn
#define strpbrk          hako_strpbrk
#define strsep           hako_strsep
#define skip_spaces      hako_skip_spaces
#define strstrip         hako_strstrip
#define strstarts        hako_strstarts
#define strscpy          hako_strscpy
#define strlcpy          hako_strlcpy
#define strlcat          hako_strlcat
