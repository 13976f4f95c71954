/*
 * Start-up functions of the layers above core, in order.
 *
 *   INITCALL(driver, virtio_blk_init);      static int virtio_blk_init(void)
 *
 * Each is called once, in the first kernel thread, with interrupts on and all
 * CPUs up; it may sleep. Levels run in the order of enum init_level; within one
 * level the order is the linker's and means nothing. A negative result is
 * logged. The linker scripts keep the sections .initcall.* sorted by name
 * between __initcalls_start and __initcalls_end.
 */
#ifndef CORE_INIT_H
#define CORE_INIT_H

#include "arch/arch.h"
#include "lib/compiler.h"
#include "lib/list.h"

struct initcall {
    int (*fn)(void);
    const char *name;
};

#define INIT_LEVEL_core   "0"
#define INIT_LEVEL_bus    "1"
#define INIT_LEVEL_driver "2"
#define INIT_LEVEL_vm     "3"
#define INIT_LEVEL_proc   "4"
#define INIT_LEVEL_fs     "5"
#define INIT_LEVEL_late   "6"

#define INITCALL(level, function)                                      \
    static const struct initcall initcall_##function __used __section( \
        ".initcall." INIT_LEVEL_##level) __aligned(8) = {function, #function}

extern const struct initcall __initcalls_start[], __initcalls_end[];

/* What the port found; valid from kernel_start() on. */
const struct boot_info *boot_info(void);

/*
 * Command line options. boot_option("root") returns the text after "root=" of
 * the last such word, "" for the bare word, NULL when it is absent. The words
 * after "--" are not options.
 */
const char *boot_option(const char *name);
bool boot_option_bool(const char *name, bool otherwise);
u64 boot_option_u64(const char *name, u64 otherwise);
/* Call fn for each word of the command line, in order: init's arguments and
 * environment come from the words that nobody knows. value is NULL without '='.
 * after_dashes: the word stands behind "--". */
void boot_options_for_each(void (*fn)(void *ctx, const char *name,
                                      const char *value, bool after_dashes),
                           void *ctx);

/* Called in the first kernel thread when every level is done; proc/ registers
 * it and starts /init. */
void start_user_space_register(void (*fn)(void));

/* Give back boot memory that is no longer needed: [start, start + size), whole
 * pages inside are freed. For the initrd, as the archive is unpacked. */
void boot_memory_free(paddr_t start, u64 size);

void boot_options_init(void);

/* The ends of the machine. */
void machine_power_off(void) __noreturn;
void machine_reboot(void) __noreturn;
void machine_halt(void) __noreturn;

#endif
