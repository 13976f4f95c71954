/* /proc/cpuinfo, with Linux's names of the features. */
#include "arch/x86_64/port.h"
#include "arch/x86_64/cpuid.h"
#include "lib/printf.h"
#include "lib/string.h"

extern const char x86_vdso[], x86_vdso_end[];

void arch_vdso_image(const void **image, size_t *size)
{
    *image = x86_vdso;
    *size = x86_vdso_end - x86_vdso;
}

/* By bit; NULL: Linux does not name it. */
static const char *const names_1d[32] = {
    "fpu",  "vme",   "de",   "pse",     "tsc",  "msr", "pae",  "mce",
    "cx8",  "apic",  NULL,   "sep",     "mtrr", "pge", "mca",  "cmov",
    "pat",  "pse36", "pn",   "clflush", NULL,   "dts", "acpi", "mmx",
    "fxsr", "sse",   "sse2", "ss",      "ht",   "tm",  "ia64", "pbe"};
static const char *const names_ext_d[32] = {
    [11] = "syscall",  [19] = "mp",      [20] = "nx",     [22] = "mmxext",
    [25] = "fxsr_opt", [26] = "pdpe1gb", [27] = "rdtscp", [29] = "lm",
    [30] = "3dnowext", [31] = "3dnow"};
static const char *const names_1c[32] = {
    "pni",    "pclmulqdq", "dtes64", "monitor", "ds_cpl",
    "vmx",    "smx",       "est",    "tm2",     "ssse3",
    "cid",    "sdbg",      "fma",    "cx16",    "xtpr",
    "pdcm",   NULL,        "pcid",   "dca",     "sse4_1",
    "sse4_2", "x2apic",    "movbe",  "popcnt",  "tsc_deadline_timer",
    "aes",    "xsave",     NULL,     "avx",     "f16c",
    "rdrand", "hypervisor"};
static const char *const names_ext_c[32] = {
    "lahf_lm",    "cmp_legacy",  "svm",
    "extapic",    "cr8_legacy",  "abm",
    "sse4a",      "misalignsse", "3dnowprefetch",
    "osvw",       "ibs",         "xop",
    "skinit",     "wdt",         NULL,
    "lwp",        "fma4",        "tce",
    NULL,         "nodeid_msr",  NULL,
    "tbm",        "topoext",     "perfctr_core",
    "perfctr_nb", NULL,          "bpext",
    "ptsc",       "perfctr_llc", "mwaitx"};
static const char *const names_7b[32] = {
    "fsgsbase", "tsc_adjust", "sgx",      "bmi1",       "hle",
    "avx2",     NULL,         "smep",     "bmi2",       "erms",
    "invpcid",  "rtm",        "cqm",      NULL,         "mpx",
    "rdt_a",    "avx512f",    "avx512dq", "rdseed",     "adx",
    "smap",     "avx512ifma", NULL,       "clflushopt", "clwb",
    "intel_pt", "avx512pf",   "avx512er", "avx512cd",   "sha_ni",
    "avx512bw", "avx512vl"};
static const char *const names_7c[32] = {NULL,
                                         "avx512vbmi",
                                         "umip",
                                         "pku",
                                         "ospke",
                                         "waitpkg",
                                         "avx512_vbmi2",
                                         NULL,
                                         "gfni",
                                         "vaes",
                                         "vpclmulqdq",
                                         "avx512_vnni",
                                         "avx512_bitalg",
                                         "tme",
                                         "avx512_vpopcntdq",
                                         NULL,
                                         "la57",
                                         [22] = "rdpid",
                                         [24] = "bus_lock_detect",
                                         "cldemote",
                                         NULL,
                                         "movdiri",
                                         "movdir64b",
                                         "enqcmd"};
static const char *const names_7d[32] = {[2] = "avx512_4vnniw",
                                         "avx512_4fmaps",
                                         "fsrm",
                                         [8] = "avx512_vp2intersect",
                                         [10] = "md_clear",
                                         [14] = "serialize",
                                         [16] = "tsxldtrk",
                                         [22] = "amx_bf16",
                                         "avx512_fp16",
                                         "amx_tile",
                                         "amx_int8",
                                         [28] = "flush_l1d",
                                         "arch_capabilities"};
static const char *const names_d1a[32] = {"xsaveopt", "xsavec", "xgetbv1",
                                          "xsaves"};

static const struct {
    u8 word;
    const char *const *names;
} feature_names[] = {
    {CPUID_1_D, names_1d}, {CPUID_EXT_D, names_ext_d},
    {CPUID_1_C, names_1c}, {CPUID_EXT_C, names_ext_c},
    {CPUID_7_B, names_7b}, {CPUID_D1_A, names_d1a},
    {CPUID_7_C, names_7c}, {CPUID_7_D, names_7d},
};

static size_t put_flags(char *buffer, size_t size)
{
    size_t n = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(feature_names); i++) {
        u32 bits = x86_features[feature_names[i].word];
        for (unsigned b = 0; b < 32; b++)
            if (bits >> b & 1 && feature_names[i].names[b])
                n += scnprintf(buffer + n, size - n, " %s",
                               feature_names[i].names[b]);
        /* Where Linux's own words have these. */
        if (feature_names[i].word == CPUID_EXT_D)
            n += scnprintf(buffer + n, size - n,
                           " constant_tsc rep_good nopl cpuid%s",
                           x86_hypervisor == ON_METAL ? "" : " tsc_known_freq");
    }
    return n;
}

static void read_model_name(char *out, size_t size)
{
    char name[49] = "";
    if (cpuid_count(0x80000000, 0).a >= 0x80000004)
        for (u32 i = 0; i < 3; i++) {
            struct cpuid r = cpuid_count(0x80000002 + i, 0);
            memcpy(name + 16 * i, &r, 16);
        }
    strscpy(out, strstrip(name), size);
}

static void read_vendor(char out[13])
{
    struct cpuid r = cpuid_count(0, 0);
    memcpy(out, &r.b, 4);
    memcpy(out + 4, &r.d, 4);
    memcpy(out + 8, &r.c, 4);
    out[12] = 0;
}

size_t arch_cpuinfo(u32 cpu, char *buffer, size_t size)
{
    char vendor[13], model_name[49];
    struct cpuid r = cpuid(1), ext = cpuid(0x80000008);
    u32 family = r.a >> 8 & 15, model = r.a >> 4 & 15;
    if (family == 15)
        family += r.a >> 20 & 255;
    if (family == 6 || family >= 15)
        model |= r.a >> 12 & 0xf0;
    read_vendor(vendor);
    read_model_name(model_name, sizeof(model_name));
    u64 khz = arch_counter_hz() / 1000;
    size_t n = scnprintf(
        buffer, size,
        "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n"
        "model name\t: %s\nstepping\t: %u\n"
        "cpu MHz\t\t: %lu.%03lu\ncache size\t: 512 KB\nphysical id\t: %u\n"
        "siblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\napicid\t\t: %u\n"
        "initial apicid\t: %u\nfpu\t\t: yes\nfpu_exception\t: yes\n"
        "cpuid level\t: %u\nwp\t\t: yes\nflags\t\t:",
        cpu, vendor, family, model, *model_name ? model_name : "unknown",
        r.a & 15, khz / 1000, khz % 1000, cpu, x86_platform.apic_ids[cpu],
        x86_platform.apic_ids[cpu], cpuid_count(0, 0).a);
    n += put_flags(buffer + n, size - n);
    n += scnprintf(buffer + n, size - n,
                   "\nbugs\t\t:\nbogomips\t: %lu.%02lu\nclflush size\t: %u\n"
                   "cache_alignment\t: %u\naddress sizes\t: %u bits physical, "
                   "%u bits virtual\npower management:\n\n",
                   khz * 2 / 1000, khz * 2 / 10 % 100, (r.b >> 8 & 255) * 8,
                   (r.b >> 8 & 255) * 8, ext.a & 255, ext.a >> 8 & 255);
    return n;
}
