#include "arch/common/symbols.h"
#include "arch/arch.h"
#include "lib/printf.h"
#include "lib/string.h"

bool arch_is_kernel_text(u64 pc)
{
    return pc >= (u64)__image && pc < (u64)__text_end;
}

static u64 read_uleb(const u8 **at)
{
    u64 v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        u8 b = *(*at)++;
        v |= (u64)(b & 127) << shift;
        if (!(b & 128))
            break;
    }
    return v;
}

static void spell(const struct symbols *s, const u8 *name, unsigned n,
                  char *buffer, size_t size)
{
    size_t used = 0;
    for (unsigned i = 0; i < n; i++) {
        const u8 *piece = &name[i];
        unsigned length = 1;
        if (name[i] >= SYMBOLS_TOKENS) {
            unsigned t = name[i] - SYMBOLS_TOKENS;
            piece = s->text + s->token[t];
            length = s->token[t + 1] - s->token[t];
        }
        for (unsigned j = 0; j < length && used + 1 < size; j++)
            buffer[used++] = (char)piece[j];
    }
    buffer[used] = 0;
}

const char *arch_symbol_name(u64 pc, char *buffer, size_t size)
{
    const struct symbols *s = (const void *)__symbols;
    u64 offset = pc - (u64)__image, at = 0, found_at = 0;
    const u8 *found = NULL;
    if (!arch_is_kernel_text(pc) || __symbols_end - __symbols < 16 ||
        s->magic != SYMBOLS_MAGIC) {
        snprintf(buffer, size, "%#lx", pc);
        return buffer;
    }
    const u8 *entry = s->text + s->token[SYMBOLS_TOKENS];
    for (u32 i = 0; i < s->count; i++) {
        at += read_uleb(&entry);
        if (at > offset)
            break;
        found = entry;
        found_at = at;
        entry += 1 + *entry;
    }
    if (!found) {
        snprintf(buffer, size, "%#lx", pc);
        return buffer;
    }
    spell(s, found + 1, *found, buffer, size);
    size_t n = strlen(buffer);
    snprintf(buffer + n, size - n, "+%#lx", offset - found_at);
    return buffer;
}
