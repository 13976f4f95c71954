/*
 * Pointer authentication for user mode: new keys at each exec, kept by fork and
 * shared by threads. The kernel's own code does not sign.
 */
#include "arch/aarch64/cpufeature.h"

static u64 next_id = 1;
u64 pauth_seed[4]; /* from boot */

static u64 random_word(void)
{
    /* xorshift64* over the boot seed, stirred with the counter, where the CPU
     * has no generator of its own. */
    static u64 state;
    bool ok;
    u64 r = arch_random(&ok), s;

    if (ok)
        return r;
    s = __atomic_add_fetch(&state, arch_counter() * 0x9e3779b97f4a7c15,
                           __ATOMIC_RELAXED);
    for (unsigned i = 0; i < 4; i++) {
        s ^= pauth_seed[i];
        s ^= s >> 12;
        s ^= s << 25;
        s ^= s >> 27;
        s *= 0x2545f4914f6cdd1d;
    }
    return s;
}

void pauth_new_keys(struct thread_head *head)
{
    u64 *words = (u64 *)&head->arch.keys;

    if (!cpu_features.pauth_address && !cpu_features.pauth_generic)
        return;
    for (unsigned i = 0; i < sizeof(head->arch.keys) / sizeof(u64); i++)
        words[i] = random_word();
    head->arch.keys_id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
}

void pauth_load(const struct thread_head *head)
{
    const struct pauth_keys *k = &head->arch.keys;

    if (!head->arch.keys_id)
        return;
    if (cpu_features.pauth_address) {
        write_sysreg(k->apia[0], SYS_APIAKEYLO);
        write_sysreg(k->apia[1], SYS_APIAKEYHI);
        write_sysreg(k->apib[0], SYS_APIBKEYLO);
        write_sysreg(k->apib[1], SYS_APIBKEYHI);
        write_sysreg(k->apda[0], SYS_APDAKEYLO);
        write_sysreg(k->apda[1], SYS_APDAKEYHI);
        write_sysreg(k->apdb[0], SYS_APDBKEYLO);
        write_sysreg(k->apdb[1], SYS_APDBKEYHI);
    }
    if (cpu_features.pauth_generic) {
        write_sysreg(k->apga[0], SYS_APGAKEYLO);
        write_sysreg(k->apga[1], SYS_APGAKEYHI);
    }
    this_arm64_cpu()->keys_id = head->arch.keys_id;
}
