/*
 * ID registers: what the kernel uses, AT_HWCAP, the values that user mode sees,
 * /proc/cpuinfo. As Linux, user mode is told only of what works: no SVE, SME,
 * MTE or BTI.
 */
#include "arch/aarch64/cpufeature.h"
#include "lib/printf.h"
#include <asm/pte.h>

struct cpu_features cpu_features;
bool cpu_hardware_dirty;

enum id_register {
    ID_ISAR0,
    ID_ISAR1,
    ID_ISAR2,
    ID_PFR0,
    ID_PFR1,
    ID_MMFR0,
    ID_MMFR1,
    ID_MMFR2,
    ID_REGISTERS
};

static u64 hwcaps[2] = {~0UL, ~0UL};
static u64 user_ids[ID_REGISTERS];
static u64 cpu_midr[MAX_CPUS], cpu_revidr0;

/* A capability and the field that gives it: at least `least`. */
struct hwcap {
    const char *name;
    u8 word, bit, reg, shift, least;
    bool is_signed;
};

#define CAP(name, word, bit, reg, shift, least) \
    {                                           \
        name, word, bit, reg, shift, least, 0   \
    }
static const struct hwcap hwcap_table[] = {
    {"fp", 0, 0, ID_PFR0, 16, 0, true},
    {"asimd", 0, 1, ID_PFR0, 20, 0, true},
    CAP("evtstrm", 0, 2, ID_REGISTERS, 0, 0),
    CAP("aes", 0, 3, ID_ISAR0, 4, 1),
    CAP("pmull", 0, 4, ID_ISAR0, 4, 2),
    CAP("sha1", 0, 5, ID_ISAR0, 8, 1),
    CAP("sha2", 0, 6, ID_ISAR0, 12, 1),
    CAP("crc32", 0, 7, ID_ISAR0, 16, 1),
    CAP("atomics", 0, 8, ID_ISAR0, 20, 2),
    {"fphp", 0, 9, ID_PFR0, 16, 1, true},
    {"asimdhp", 0, 10, ID_PFR0, 20, 1, true},
    CAP("cpuid", 0, 11, ID_REGISTERS, 0, 0),
    CAP("asimdrdm", 0, 12, ID_ISAR0, 28, 1),
    CAP("jscvt", 0, 13, ID_ISAR1, 12, 1),
    CAP("fcma", 0, 14, ID_ISAR1, 16, 1),
    CAP("lrcpc", 0, 15, ID_ISAR1, 20, 1),
    CAP("dcpop", 0, 16, ID_ISAR1, 0, 1),
    CAP("sha3", 0, 17, ID_ISAR0, 32, 1),
    CAP("sm3", 0, 18, ID_ISAR0, 36, 1),
    CAP("sm4", 0, 19, ID_ISAR0, 40, 1),
    CAP("asimddp", 0, 20, ID_ISAR0, 44, 1),
    CAP("sha512", 0, 21, ID_ISAR0, 12, 2),
    CAP("asimdfhm", 0, 23, ID_ISAR0, 48, 1),
    CAP("dit", 0, 24, ID_PFR0, 48, 1),
    CAP("uscat", 0, 25, ID_MMFR2, 32, 1),
    CAP("ilrcpc", 0, 26, ID_ISAR1, 20, 2),
    CAP("flagm", 0, 27, ID_ISAR0, 52, 1),
    CAP("ssbs", 0, 28, ID_PFR1, 4, 2),
    CAP("sb", 0, 29, ID_ISAR1, 36, 1),
    CAP("paca", 0, 30, ID_REGISTERS, 1, 0),
    CAP("pacg", 0, 31, ID_REGISTERS, 2, 0),
    CAP("dcpodp", 1, 0, ID_ISAR1, 0, 2),
    CAP("flagm2", 1, 7, ID_ISAR0, 52, 2),
    CAP("frint", 1, 8, ID_ISAR1, 32, 1),
    CAP("i8mm", 1, 13, ID_ISAR1, 52, 1),
    CAP("bf16", 1, 14, ID_ISAR1, 44, 1),
    CAP("dgh", 1, 15, ID_ISAR1, 48, 1),
    CAP("rng", 1, 16, ID_ISAR0, 60, 1),
    CAP("ecv", 1, 19, ID_MMFR0, 60, 1),
    CAP("afp", 1, 20, ID_MMFR1, 44, 1),
    CAP("rpres", 1, 21, ID_ISAR2, 4, 1),
    CAP("wfxt", 1, 31, ID_ISAR2, 0, 2),
    CAP("ebf16", 1, 32, ID_ISAR1, 44, 2),
};

/* Fields of each register that user mode sees; the others read as `fixed`. */
#define F(shift) (0xfUL << (shift))
static const struct {
    u64 visible, fixed;
} id_user[ID_REGISTERS] = {
    [ID_ISAR0] = {F(60) | F(52) | F(48) | F(44) | F(40) | F(36) | F(32) |
                      F(28) | F(20) | F(16) | F(12) | F(8) | F(4),
                  0},
    [ID_ISAR1] = {F(52) | F(48) | F(44) | F(40) | F(36) | F(32) | F(28) |
                      F(24) | F(20) | F(16) | F(12) | F(8) | F(4) | F(0),
                  0},
    [ID_ISAR2] = {F(12) | F(8) | F(4) | F(0), 0},
    [ID_PFR0] = {F(48) | F(20) | F(16), 0x11},
    [ID_PFR1] = {F(4), 0},
    [ID_MMFR0] = {F(60), 0},
    [ID_MMFR1] = {F(44), 0},
    [ID_MMFR2] = {F(32), 0},
};

static void read_ids(u64 *ids)
{
    ids[ID_ISAR0] = read_sysreg(id_aa64isar0_el1);
    ids[ID_ISAR1] = read_sysreg(id_aa64isar1_el1);
    ids[ID_ISAR2] = read_sysreg(SYS_ID_AA64ISAR2);
    ids[ID_PFR0] = read_sysreg(id_aa64pfr0_el1);
    ids[ID_PFR1] = read_sysreg(id_aa64pfr1_el1);
    ids[ID_MMFR0] = read_sysreg(id_aa64mmfr0_el1);
    ids[ID_MMFR1] = read_sysreg(id_aa64mmfr1_el1);
    ids[ID_MMFR2] = read_sysreg(SYS_ID_AA64MMFR2);
}

static bool has_cap(const struct hwcap *c, const u64 *ids,
                    const struct cpu_features *f)
{
    unsigned value;

    if (c->reg == ID_REGISTERS)
        return c->shift == 1   ? f->pauth_address
               : c->shift == 2 ? f->pauth_generic
                               : true;
    value = id_field(ids[c->reg], c->shift);
    if (c->is_signed && value >= 8)
        return false;
    return value >= c->least;
}

static void find_features(const u64 *ids, struct cpu_features *f)
{
    u64 isar1 = ids[ID_ISAR1], isar2 = ids[ID_ISAR2];

    f->pan = id_field(ids[ID_MMFR1], 20) >= 1;
    f->pauth_address = (isar1 & (F(4) | F(8))) || id_field(isar2, 12);
    f->pauth_generic = (isar1 & (F(24) | F(28))) || id_field(isar2, 8);
    f->ssbs = id_field(ids[ID_PFR1], 4) >= 2;
    f->dit = id_field(ids[ID_PFR0], 48) >= 1;
    f->hardware_dirty = id_field(ids[ID_MMFR1], 0) >= 2;
    f->random = id_field(ids[ID_ISAR0], 60) >= 1;
    f->asid_bits = id_field(ids[ID_MMFR0], 4) == 2 ? 16 : 8;
}

static void add_cpu(const u64 *ids, const struct cpu_features *f)
{
    u64 caps[2] = {0, 0};

    for (size_t i = 0; i < ARRAY_SIZE(hwcap_table); i++) {
        const struct hwcap *c = &hwcap_table[i];

        if (has_cap(c, ids, f))
            caps[c->word] |= 1UL << c->bit;
    }
    for (unsigned i = 0; i < 2; i++)
        __atomic_and_fetch(&hwcaps[i], caps[i], __ATOMIC_RELAXED);
    cpu_midr[arch_cpu()] = read_sysreg(midr_el1);
}

void cpufeature_init(void)
{
    u64 ids[ID_REGISTERS];

    read_ids(ids);
    find_features(ids, &cpu_features);
    cpu_hardware_dirty = cpu_features.hardware_dirty;
    add_cpu(ids, &cpu_features);
    for (unsigned i = 0; i < ID_REGISTERS; i++)
        user_ids[i] = (ids[i] & id_user[i].visible) | id_user[i].fixed;
    cpu_revidr0 = read_sysreg(revidr_el1);
}

/* In case the CPUs differ, each visible field is the least of all; all of them
 * are unsigned but FP and AdvSIMD, where 15 (none) is below 0. */
static void lower_user_ids(const u64 *ids)
{
    for (unsigned i = 0; i < ID_REGISTERS; i++) {
        u64 seen = user_ids[i];

        for (unsigned shift = 0; shift < 64; shift += 4) {
            if ((id_user[i].visible & F(shift)) &&
                id_field(ids[i], shift) < id_field(seen, shift))
                seen = (seen & ~F(shift)) | (ids[i] & F(shift));
        }
        WRITE_ONCE(user_ids[i], seen);
    }
}

bool cpufeature_secondary(void)
{
    u64 ids[ID_REGISTERS];
    struct cpu_features f;

    read_ids(ids);
    find_features(ids, &f);
    if ((cpu_features.pan && !f.pan) ||
        (cpu_features.pauth_address && !f.pauth_address) ||
        (cpu_features.pauth_generic && !f.pauth_generic) ||
        (cpu_features.hardware_dirty && !f.hardware_dirty) ||
        (cpu_features.random && !f.random) ||
        cpu_features.asid_bits > f.asid_bits)
        return false;
    add_cpu(ids, &f);
    lower_user_ids(ids);
    return true;
}

bool cpufeature_user_id(unsigned crm, unsigned op2, u64 *value)
{
    static const struct {
        u8 crm, op2, reg;
    } registers[] = {
        {4, 0, ID_PFR0},  {4, 1, ID_PFR1},  {6, 0, ID_ISAR0}, {6, 1, ID_ISAR1},
        {6, 2, ID_ISAR2}, {7, 0, ID_MMFR0}, {7, 1, ID_MMFR1}, {7, 2, ID_MMFR2},
    };

    *value = 0;
    if (crm == 0) {
        switch (op2) {
        case 0:
            *value = READ_ONCE(cpu_midr[arch_cpu()]);
            return true;
        case 5: /* MPIDR_EL1: nothing of the topology */
            *value = BIT(31);
            return true;
        case 6:
            *value = cpu_revidr0;
            return true;
        default:
            return false;
        }
    }
    if (crm < 4 || crm > 7)
        return false;
    if (crm == 5 && op2 == 0)
        *value = 6; /* ID_AA64DFR0_EL1: the Armv8 debug architecture */
    for (size_t i = 0; i < ARRAY_SIZE(registers); i++) {
        if (registers[i].crm == crm && registers[i].op2 == op2)
            *value = READ_ONCE(user_ids[registers[i].reg]);
    }
    return true;
}

u64 arch_hwcap(void)
{
    return hwcaps[0];
}

u64 arch_hwcap2(void)
{
    return hwcaps[1];
}

/* As Linux's c_show() of arch/arm64. */
size_t arch_cpuinfo(u32 cpu, char *buffer, size_t size)
{
    u64 midr = cpu < MAX_CPUS ? READ_ONCE(cpu_midr[cpu]) : 0;
    u64 lpj = arch_counter_hz() / 250;
    size_t n;

    n = (size_t)scnprintf(buffer, size,
                          "processor\t: %u\nBogoMIPS\t: %lu.%02lu\n"
                          "Features\t:",
                          cpu, lpj / (500000 / 250), lpj / (5000 / 250) % 100);
    for (size_t i = 0; i < ARRAY_SIZE(hwcap_table); i++) {
        if (hwcaps[hwcap_table[i].word] >> hwcap_table[i].bit & 1)
            n += (size_t)scnprintf(buffer + n, size - n, " %s",
                                   hwcap_table[i].name);
    }
    n += (size_t)scnprintf(
        buffer + n, size - n,
        "\nCPU implementer\t: 0x%02x\nCPU architecture: 8\n"
        "CPU variant\t: 0x%x\nCPU part\t: 0x%03x\nCPU revision\t: %u\n\n",
        (u32)(midr >> 24 & 0xff), (u32)(midr >> 20 & 0xf),
        (u32)(midr >> 4 & 0xfff), (u32)(midr & 0xf));
    return n;
}
