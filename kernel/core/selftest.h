/*
 * Tests that need a running kernel: boot parameter `selftest` (debug builds).
 * They print "selftest: NAME ok" or fail by panic, and at the end power off
 * unless `selftest=continue`.
 */
#ifndef CORE_SELFTEST_H
#define CORE_SELFTEST_H

#ifdef CONFIG_DEBUG
void selftest_run(void);
#else
static inline void selftest_run(void)
{
}
#endif

#endif
