#include "lib/parse.h"
#include "lib/ctype.h"
#include "lib/errno.h"
#include "lib/string.h"

static unsigned int digit_value(char c)
{
    if (isdigit(c))
        return (unsigned int)(c - '0');
    c = (char)tolower(c);
    if (c >= 'a' && c <= 'z')
        return (unsigned int)(c - 'a') + 10;
    return 255;
}

static const char *skip_prefix(const char *s, unsigned int *base)
{
    bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

    if (*base == 0)
        *base = hex ? 16 : s[0] == '0' ? 8 : 10;
    return *base == 16 && hex ? s + 2 : s;
}

int parse_u64(const char *s, const char **end, unsigned int base, u64 *out)
{
    const char *start;
    bool overflow = false;
    u64 v = 0;

    start = s = skip_prefix(s, &base);
    for (; digit_value(*s) < base; s++)
        if (check_mul_overflow(v, (u64)base, &v) ||
            check_add_overflow(v, (u64)digit_value(*s), &v))
            overflow = true;
    if (end)
        *end = s;
    if (s == start)
        return -EINVAL;
    if (overflow)
        return -ERANGE;
    *out = v;
    return 0;
}

int kstrtou64(const char *s, unsigned int base, u64 *out)
{
    const char *end;
    u64 v;
    int err;

    if (*s == '+')
        s++;
    err = parse_u64(s, &end, base, &v);
    if (err == -EINVAL)
        return err;
    if (*end == '\n')
        end++;
    if (*end)
        return -EINVAL;
    if (!err)
        *out = v;
    return err;
}

int kstrtos64(const char *s, unsigned int base, s64 *out)
{
    bool negative = *s == '-';
    u64 v;
    int err;

    if (negative && s[1] == '+')
        return -EINVAL;
    err = kstrtou64(s + negative, base, &v);
    if (err)
        return err;
    if (v > (u64)S64_MAX + negative)
        return -ERANGE;
    *out = (s64)(negative ? 0 - v : v);
    return 0;
}

int kstrtou32(const char *s, unsigned int base, u32 *out)
{
    u64 v;
    int err = kstrtou64(s, base, &v);

    if (err)
        return err;
    if (v > U32_MAX)
        return -ERANGE;
    *out = (u32)v;
    return 0;
}

int kstrtoint(const char *s, unsigned int base, int *out)
{
    s64 v;
    int err = kstrtos64(s, base, &v);

    if (err)
        return err;
    if (v > INT_MAX || v < INT_MIN)
        return -ERANGE;
    *out = (int)v;
    return 0;
}

int kstrtobool(const char *s, bool *out)
{
    switch (tolower(s[0])) {
    case 'y':
    case '1':
        *out = true;
        return 0;
    case 'n':
    case '0':
        *out = false;
        return 0;
    case 'o':
        if (tolower(s[1]) == 'n' || tolower(s[1]) == 'f') {
            *out = tolower(s[1]) == 'n';
            return 0;
        }
    }
    return -EINVAL;
}

u64 memparse(const char *s, const char **end)
{
    static const char suffixes[] = "KMGTPE";
    const char *e, *suffix;
    unsigned int shift = 0;
    u64 v = 0;

    if (parse_u64(s, &e, 0, &v) == -ERANGE)
        v = U64_MAX;
    suffix = *e ? strchr(suffixes, toupper(*e)) : NULL;
    if (suffix && e != s) {
        shift = 10 * (unsigned int)(suffix - suffixes + 1);
        e++;
    }
    if (end)
        *end = e;
    return v > (U64_MAX >> shift) ? U64_MAX : v << shift;
}

char *next_arg(char *args, char **param, char **value)
{
    bool quoted = false, in_quote = false;
    char *p, *equals = NULL, *rest;

    args = skip_spaces(args);
    if (*args == '"') {
        args++;
        quoted = in_quote = true;
    }
    for (p = args; *p; p++) {
        if (isspace((u8)*p) && !in_quote)
            break;
        if (*p == '=' && !equals)
            equals = p;
        if (*p == '"')
            in_quote = !in_quote;
    }
    rest = *p ? p + 1 : p;
    *p = '\0';
    if (quoted && p > args && p[-1] == '"')
        p[-1] = '\0';
    *param = args;
    *value = NULL;
    if (equals) {
        char *v = equals + 1;

        *equals = '\0';
        if (*v == '"') {
            size_t n = strlen(++v);

            if (n && v[n - 1] == '"')
                v[n - 1] = '\0';
        }
        *value = v;
    }
    return skip_spaces(rest);
}

int parse_next_u64(const char **s, unsigned int base, u64 *out)
{
    const char *end;
    int err = parse_u64(*s, &end, base, out);

    if (err)
        return err;
    *s = *end == ',' ? end + 1 : end;
    return 0;
}
