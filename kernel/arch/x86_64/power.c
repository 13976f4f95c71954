/* Power-off by ACPI's S5; reset by whatever works. */
#include "arch/x86_64/power.h"
#include "arch/x86_64/port.h"

#define I8042_STATUS  0x64
#define I8042_BUSY    0x02
#define I8042_RESET   0xfe
#define RESET_CONTROL 0xcf9

/* A register of ACPI's; `memory` when it is not a port. */
struct acpi_register {
    u16 port;
    u8 *memory;
};

static struct {
    struct acpi acpi;
    u16 pm1a, pm1b, smi_command;
    u8 acpi_enable;
    struct acpi_register sleep, reset;
    u8 reset_value;
} power;

static struct acpi_register find_register(const struct acpi_gas *gas)
{
    struct acpi_register r = {0};
    if (!gas->address)
        return r;
    if (gas->space == ACPI_SPACE_IO)
        r.port = gas->address;
    else if (gas->space == ACPI_SPACE_MEMORY)
        r.memory = x86_map_device(gas->address, 1);
    return r;
}

static void write_register(const struct acpi_register *r, u8 v)
{
    if (r->port)
        arch_port_out8(r->port, v);
    else if (r->memory)
        arch_mmio_write8(r->memory, v);
}

void x86_power_init(const struct acpi *acpi, const struct acpi_fadt *fadt)
{
    power.acpi = *acpi;
    if (fadt->flags & ACPI_FADT_HW_REDUCED) {
        power.sleep = find_register(&fadt->sleep_control_reg);
    } else {
        power.pm1a = fadt->pm1a_cnt_blk;
        power.pm1b = fadt->pm1b_cnt_blk;
        power.smi_command = fadt->smi_cmd;
        power.acpi_enable = fadt->acpi_enable;
    }
    if (fadt->flags & ACPI_FADT_RESET_REG) {
        power.reset = find_register(&fadt->reset_reg);
        power.reset_value = fadt->reset_value;
    }
}

static void settle(void)
{
    for (unsigned i = 0; i < 1000000; i++)
        arch_cpu_relax();
}

/* Firmware owns the power registers until it is told otherwise. */
static void enable_acpi(void)
{
    if (arch_port_in16(power.pm1a) & ACPI_PM1_SCI_EN || !power.smi_command ||
        !power.acpi_enable)
        return;
    arch_port_out8(power.smi_command, power.acpi_enable);
    for (unsigned i = 0; i < 10000; i++)
        if (arch_port_in16(power.pm1a) & ACPI_PM1_SCI_EN)
            return;
}

void arch_power_off(void)
{
    u8 type_a, type_b;
    bool registers = power.pm1a || power.sleep.port || power.sleep.memory;
    arch_irq_disable();
    /* Only now: reading AML at start would cost more than the rest of it. */
    if (registers && acpi_find_s5(&power.acpi, &type_a, &type_b)) {
        if (power.pm1a) {
            enable_acpi();
            arch_port_out16(power.pm1a,
                            (u16)type_a << ACPI_PM1_SLP_TYP | ACPI_PM1_SLP_EN);
            if (power.pm1b)
                arch_port_out16(power.pm1b, (u16)type_b << ACPI_PM1_SLP_TYP |
                                                ACPI_PM1_SLP_EN);
        }
        write_register(&power.sleep,
                       type_a << ACPI_SLEEP_SLP_TYP | ACPI_SLEEP_SLP_EN);
        settle();
    }
    /* A virtual machine without ACPI ends when it resets. */
    if (!registers && x86_has(FEATURE_HYPERVISOR))
        arch_reboot();
}

/* An empty IDT and an exception: the CPU shuts down, the board resets. */
static void triple_fault(void)
{
    struct {
        u16 limit;
        u64 base;
    } __packed nothing = {0, 0};
    __asm__ volatile("lidt %0; ud2" : : "m"(nothing));
}

void arch_reboot(void)
{
    arch_irq_disable();
    if (power.reset.port || power.reset.memory) {
        write_register(&power.reset, power.reset_value);
        settle();
    }
    for (unsigned i = 0; i < 10000; i++)
        if (!(arch_port_in8(I8042_STATUS) & I8042_BUSY))
            break;
    arch_port_out8(I8042_STATUS, I8042_RESET);
    settle();
    arch_port_out8(RESET_CONTROL, 0x02);
    arch_port_out8(RESET_CONTROL, 0x06);
    settle();
    triple_fault();
}
