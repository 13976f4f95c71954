/*
 * /proc/sys: variables as files. Owners add entries at start:
 *
 *   static const struct sysctl entries[] = {
 *       SYSCTL_INT("net/core/somaxconn", 0644, &somaxconn, 0, 65535), ...
 *   };
 *   sysctl_add(entries, ARRAY_SIZE(entries));
 *
 * Values are plain variables, read and written whole.
 */
#ifndef FS_SYSCTL_H
#define FS_SYSCTL_H

#include "fs/fs.h"

struct text;

enum sysctl_kind {
    SYSCTL_INT_KIND,
    SYSCTL_U64_KIND,
    SYSCTL_BOOL_KIND,
    SYSCTL_TEXT_KIND, /* read-only string */
    SYSCTL_CALL_KIND
};

struct sysctl {
    const char *path; /* below /proc/sys */
    u32 mode;
    enum sysctl_kind kind;
    void *variable;
    s64 min, max;
    /* SYSCTL_CALL: make the text (with newline); take a value. */
    int (*show)(struct caller *who, struct text *out);
    int (*store)(struct caller *who, char *value, size_t n);
    /* Where the variable is for this caller (namespaces); NULL: `variable`. */
    void *(*locate)(struct caller *who, const struct sysctl *s);
};

#define SYSCTL_INT(p, m, v, lo, hi)                                   \
    {                                                                 \
        .path = p, .mode = m, .kind = SYSCTL_INT_KIND, .variable = v, \
        .min = lo, .max = hi                                          \
    }
#define SYSCTL_U64(p, m, v)                                          \
    {                                                                \
        .path = p, .mode = m, .kind = SYSCTL_U64_KIND, .variable = v \
    }
#define SYSCTL_BOOL(p, m, v)                                          \
    {                                                                 \
        .path = p, .mode = m, .kind = SYSCTL_BOOL_KIND, .variable = v \
    }
#define SYSCTL_TEXT(p, v)                                  \
    {                                                      \
        .path = p, .mode = 0444, .kind = SYSCTL_TEXT_KIND, \
        .variable = (void *)(v)                            \
    }
#define SYSCTL_CALL(p, m, sh, st)                                   \
    {                                                               \
        .path = p, .mode = m, .kind = SYSCTL_CALL_KIND, .show = sh, \
        .store = st                                                 \
    }

/* The table stays the caller's. -ENOMEM. */
int sysctl_add(const struct sysctl *entries, u32 count);

#endif
