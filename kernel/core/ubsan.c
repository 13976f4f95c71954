/*
 * What the debug build's compiler calls when code does something undefined: one
 * line in the log and a backtrace, once for each place, and the code goes on.
 *
 * The structures are the compiler's (gcc's and clang's are the same); the names
 * of the functions too.
 */
#include "core/log.h"
#include "core/ubsan.h"
#include "lib/compiler.h"
#include "lib/types.h"

#ifdef CONFIG_DEBUG

struct ubsan_location {
    const char *file;
    u32 line, column; /* column: all ones once it was reported */
};

struct ubsan_type {
    u16 kind, info; /* info: bit 0 signed, above it log2 of the bits */
    char name[];
};

struct ubsan_data {
    struct ubsan_location location; /* must be first: of every handler's */
    const struct ubsan_type *type, *index_type;
};

u32 ubsan_reports;

static bool take(struct ubsan_location *l)
{
    return __atomic_exchange_n(&l->column, ~0u, __ATOMIC_RELAXED) != ~0u;
}

static void __no_sanitize report(void *data, const char *what, u64 a, u64 b)
{
    struct ubsan_data *d = data;
    u32 column = d->location.column;
    if (!take(&d->location))
        return;
    __atomic_fetch_add(&ubsan_reports, 1, __ATOMIC_RELAXED);
    log_err("UBSan: %s at %s:%u:%u (%#lx, %#lx)\n", what, d->location.file,
            d->location.line, column, a, b);
    log_backtrace();
}

#define HANDLER2(name, what)                                           \
    void __ubsan_handle_##name(void *data, u64 a, u64 b);              \
    void __no_sanitize __ubsan_handle_##name(void *data, u64 a, u64 b) \
    {                                                                  \
        report(data, what, a, b);                                      \
    }
#define HANDLER1(name, what)                                    \
    void __ubsan_handle_##name(void *data, u64 a);              \
    void __no_sanitize __ubsan_handle_##name(void *data, u64 a) \
    {                                                           \
        report(data, what, a, 0);                               \
    }
#define HANDLER0(name, what)                             \
    void __ubsan_handle_##name(void *data);              \
    void __no_sanitize __ubsan_handle_##name(void *data) \
    {                                                    \
        report(data, what, 0, 0);                        \
    }

HANDLER2(add_overflow, "signed addition overflows")
HANDLER2(sub_overflow, "signed subtraction overflows")
HANDLER2(mul_overflow, "signed multiplication overflows")
HANDLER2(divrem_overflow, "division overflows")
HANDLER2(shift_out_of_bounds, "shift out of bounds")
HANDLER2(pointer_overflow, "pointer overflows")
HANDLER1(negate_overflow, "negation overflows")
HANDLER1(out_of_bounds, "index out of bounds")
HANDLER1(load_invalid_value, "value that its type does not have")
HANDLER1(vla_bound_not_positive, "array of no size")
HANDLER1(type_mismatch_v1, "null pointer or wrong type")
HANDLER0(builtin_unreachable, "unreachable code reached")
HANDLER0(missing_return, "no return value")
HANDLER0(nonnull_arg, "null argument")
HANDLER1(invalid_builtin, "invalid argument of a builtin")

#endif
