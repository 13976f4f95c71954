/* The command line. */
#include "core/init.h"
#include "core/log.h"
#include "core/panic.h"
#include "lib/parse.h"
#include "lib/string.h"

/* A copy that is cut into words: "name\0value\0" has value behind name. */
static char words[2048];
static struct {
    const char *name, *value;
    bool after_dashes;
} options[96];
static u32 option_count;

static void options_console(void)
{
    if (boot_option("debug"))
        log_console_level = LOG_DEBUG + 1;
    if (boot_option("quiet"))
        log_console_level = LOG_WARNING;
    log_console_level =
        (int)boot_option_u64("loglevel", (u64)log_console_level);
    panic_timeout = (s32)boot_option_u64("panic", 0);
}

void boot_options_init(void)
{
    char *rest, *name, *value;
    bool dashes = false;

    strscpy(words, boot_info()->command_line, sizeof(words));
    rest = skip_spaces(words);
    while (*rest && option_count < ARRAY_SIZE(options)) {
        rest = next_arg(rest, &name, &value);
        if (!dashes && !value && !strcmp(name, "--")) {
            dashes = true;
            continue;
        }
        options[option_count].name = name;
        options[option_count].value = value;
        options[option_count].after_dashes = dashes;
        option_count++;
    }
    options_console();
}

const char *boot_option(const char *name)
{
    for (u32 i = option_count; i-- > 0;)
        if (!options[i].after_dashes && !strcmp(options[i].name, name))
            return options[i].value ? options[i].value : "";
    return NULL;
}

bool boot_option_bool(const char *name, bool otherwise)
{
    const char *value = boot_option(name);
    bool result;

    if (!value)
        return otherwise;
    if (!*value)
        return true;
    return kstrtobool(value, &result) ? otherwise : result;
}

u64 boot_option_u64(const char *name, u64 otherwise)
{
    const char *value = boot_option(name);
    u64 result;
    s64 negative;

    if (!value)
        return otherwise;
    if (!kstrtou64(value, 0, &result))
        return result;
    return kstrtos64(value, 0, &negative) ? otherwise : (u64)negative;
}

void boot_options_for_each(void (*fn)(void *ctx, const char *name,
                                      const char *value, bool after_dashes),
                           void *ctx)
{
    for (u32 i = 0; i < option_count; i++)
        fn(ctx, options[i].name, options[i].value, options[i].after_dashes);
}
