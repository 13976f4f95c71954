/*
 * ACPI tables as they lie in memory (ACPI Specification 6.5, chapter 5; MCFG:
 * PCI Firmware Specification 3.3; SPCR: Microsoft). All packed: tables may
 * start at any address. Fields that Hako does not use are still named, since
 * their place matters.
 */
#pragma once

#include "lib/compiler.h"

/* Generic address structure, 5.2.3.2 */
enum acpi_space {
    ACPI_SPACE_MEMORY = 0,
    ACPI_SPACE_IO = 1,
    ACPI_SPACE_PCI = 2,
};

struct acpi_gas {
    u8 space;
    u8 bit_width;
    u8 bit_offset;
    u8 access_size; /* 1 byte, 2 word, 3 dword, 4 qword; 0 undefined */
    u64 address;
} __packed;
ASSERT_SIZE(struct acpi_gas, 12);

/* 5.2.5.3; version 1 ends behind `rsdt`. */
struct acpi_rsdp {
    char signature[8]; /* "RSD PTR " */
    u8 checksum;       /* of the first 20 bytes */
    char oem_id[6];
    u8 revision;
    u32 rsdt;
    u32 length;
    u64 xsdt;
    u8 extended_checksum;
    u8 reserved[3];
} __packed;
ASSERT_SIZE(struct acpi_rsdp, 36);
#define ACPI_RSDP_V1_SIZE 20

/* 5.2.6 */
struct acpi_header {
    char signature[4];
    u32 length; /* of the whole table */
    u8 revision;
    u8 checksum;
    char oem_id[6];
    char oem_table_id[8];
    u32 oem_revision;
    u32 creator_id;
    u32 creator_revision;
} __packed;
ASSERT_SIZE(struct acpi_header, 36);

/* 5.2.9 */
struct acpi_fadt {
    struct acpi_header header;
    u32 firmware_ctrl;
    u32 dsdt;
    u8 reserved0;
    u8 preferred_pm_profile;
    u16 sci_int;
    u32 smi_cmd;
    u8 acpi_enable;
    u8 acpi_disable;
    u8 s4bios_req;
    u8 pstate_cnt;
    u32 pm1a_evt_blk;
    u32 pm1b_evt_blk;
    u32 pm1a_cnt_blk;
    u32 pm1b_cnt_blk;
    u32 pm2_cnt_blk;
    u32 pm_tmr_blk;
    u32 gpe0_blk;
    u32 gpe1_blk;
    u8 pm1_evt_len;
    u8 pm1_cnt_len;
    u8 pm2_cnt_len;
    u8 pm_tmr_len;
    u8 gpe0_blk_len;
    u8 gpe1_blk_len;
    u8 gpe1_base;
    u8 cst_cnt;
    u16 p_lvl2_lat;
    u16 p_lvl3_lat;
    u16 flush_size;
    u16 flush_stride;
    u8 duty_offset;
    u8 duty_width;
    u8 day_alrm;
    u8 mon_alrm;
    u8 century;
    u16 iapc_boot_arch;
    u8 reserved1;
    u32 flags;
    struct acpi_gas reset_reg;
    u8 reset_value;
    u16 arm_boot_arch;
    u8 minor_version;
    u64 x_firmware_ctrl;
    u64 x_dsdt;
    struct acpi_gas x_pm1a_evt_blk;
    struct acpi_gas x_pm1b_evt_blk;
    struct acpi_gas x_pm1a_cnt_blk;
    struct acpi_gas x_pm1b_cnt_blk;
    struct acpi_gas x_pm2_cnt_blk;
    struct acpi_gas x_pm_tmr_blk;
    struct acpi_gas x_gpe0_blk;
    struct acpi_gas x_gpe1_blk;
    struct acpi_gas sleep_control_reg; /* hardware-reduced ACPI */
    struct acpi_gas sleep_status_reg;
    u64 hypervisor_vendor;
} __packed;
ASSERT_SIZE(struct acpi_fadt, 276);
ASSERT_OFFSET(struct acpi_fadt, flags, 112);
ASSERT_OFFSET(struct acpi_fadt, reset_reg, 116);
ASSERT_OFFSET(struct acpi_fadt, arm_boot_arch, 129);
ASSERT_OFFSET(struct acpi_fadt, x_dsdt, 140);
ASSERT_OFFSET(struct acpi_fadt, sleep_control_reg, 244);

#define ACPI_FADT_TMR_VAL_EXT  BIT(8) /* the PM timer has 32 bits */
#define ACPI_FADT_RESET_REG    BIT(10)
#define ACPI_FADT_HW_REDUCED   BIT(20)
#define ACPI_FADT_8042         BIT(1) /* of iapc_boot_arch */
#define ACPI_FADT_NO_MSI       BIT(3)
#define ACPI_FADT_PSCI         BIT(0) /* of arm_boot_arch */
#define ACPI_FADT_PSCI_USE_HVC BIT(1)

/* PM1 control register and sleep control register, 4.8.3.2, 4.8.3.7 */
#define ACPI_PM1_SCI_EN    BIT(0)
#define ACPI_PM1_SLP_TYP   10 /* shift, 3 bits */
#define ACPI_PM1_SLP_EN    BIT(13)
#define ACPI_SLEEP_SLP_TYP 2 /* shift, 3 bits */
#define ACPI_SLEEP_SLP_EN  BIT(5)

/* 5.2.12 */
struct acpi_madt {
    struct acpi_header header;
    u32 lapic_addr;
    u32 flags; /* bit 0: also two 8259s */
} __packed;
ASSERT_SIZE(struct acpi_madt, 44);

enum acpi_madt_type {
    ACPI_MADT_LAPIC = 0,
    ACPI_MADT_IOAPIC = 1,
    ACPI_MADT_OVERRIDE = 2,
    ACPI_MADT_LAPIC_ADDR = 5,
    ACPI_MADT_X2APIC = 9,
    ACPI_MADT_GICC = 11,
    ACPI_MADT_GICD = 12,
    ACPI_MADT_GIC_MSI = 13,
    ACPI_MADT_GICR = 14,
    ACPI_MADT_GIC_ITS = 15,
};

#define ACPI_MADT_ENABLED        BIT(0)
#define ACPI_MADT_ONLINE_CAPABLE BIT(1)

struct acpi_madt_entry {
    u8 type;
    u8 length;
} __packed;

struct acpi_madt_lapic {
    struct acpi_madt_entry entry;
    u8 processor_uid;
    u8 apic_id;
    u32 flags;
} __packed;
ASSERT_SIZE(struct acpi_madt_lapic, 8);

struct acpi_madt_ioapic {
    struct acpi_madt_entry entry;
    u8 id;
    u8 reserved;
    u32 address;
    u32 gsi_base;
} __packed;
ASSERT_SIZE(struct acpi_madt_ioapic, 12);

struct acpi_madt_override {
    struct acpi_madt_entry entry;
    u8 bus; /* 0: ISA */
    u8 source;
    u32 gsi;
    u16 flags; /* bits 0-1: polarity (3 low); 2-3: trigger (3 level) */
} __packed;
ASSERT_SIZE(struct acpi_madt_override, 10);

struct acpi_madt_lapic_addr {
    struct acpi_madt_entry entry;
    u16 reserved;
    u64 address;
} __packed;
ASSERT_SIZE(struct acpi_madt_lapic_addr, 12);

struct acpi_madt_x2apic {
    struct acpi_madt_entry entry;
    u16 reserved;
    u32 apic_id;
    u32 flags;
    u32 processor_uid;
} __packed;
ASSERT_SIZE(struct acpi_madt_x2apic, 16);

struct acpi_madt_gicc {
    struct acpi_madt_entry entry;
    u16 reserved;
    u32 cpu_interface;
    u32 uid;
    u32 flags;
    u32 parking_version;
    u32 performance_gsi;
    u64 parked_address;
    u64 base_address;
    u64 gicv_base;
    u64 gich_base;
    u32 vgic_gsi;
    u64 gicr_base;
    u64 mpidr;
    u8 efficiency_class;
    u8 reserved2;
    u16 spe_gsi;
} __packed;
ASSERT_SIZE(struct acpi_madt_gicc, 80);
ASSERT_OFFSET(struct acpi_madt_gicc, mpidr, 68);
#define ACPI_MADT_GICC_V5_SIZE 76 /* as ACPI 5.1 to 6.2 had it */

struct acpi_madt_gicd {
    struct acpi_madt_entry entry;
    u16 reserved;
    u32 id;
    u64 base_address;
    u32 gsi_base;
    u8 version; /* 0: ask the hardware */
    u8 reserved2[3];
} __packed;
ASSERT_SIZE(struct acpi_madt_gicd, 24);

struct acpi_madt_gic_msi {
    struct acpi_madt_entry entry;
    u16 reserved;
    u32 id;
    u64 base_address;
    u32 flags; /* bit 0: the next two override MSI_TYPER */
    u16 spi_count;
    u16 spi_base;
} __packed;
ASSERT_SIZE(struct acpi_madt_gic_msi, 24);

struct acpi_madt_gicr {
    struct acpi_madt_entry entry;
    u16 reserved;
    u64 base_address;
    u32 length;
} __packed;
ASSERT_SIZE(struct acpi_madt_gicr, 16);

struct acpi_madt_gic_its {
    struct acpi_madt_entry entry;
    u16 reserved;
    u32 id;
    u64 base_address;
    u32 reserved2;
} __packed;
ASSERT_SIZE(struct acpi_madt_gic_its, 20);

/* PCI Firmware Specification 3.3, 4.1.2 */
struct acpi_mcfg {
    struct acpi_header header;
    u64 reserved;
} __packed;
ASSERT_SIZE(struct acpi_mcfg, 44);

struct acpi_mcfg_entry {
    u64 address; /* of bus 0, also when start_bus is not 0 */
    u16 segment;
    u8 start_bus;
    u8 end_bus;
    u32 reserved;
} __packed;
ASSERT_SIZE(struct acpi_mcfg_entry, 16);

/* IA-PC HPET Specification 1.0a, 3.2.4 */
struct acpi_hpet {
    struct acpi_header header;
    u32 id;
    struct acpi_gas address;
    u8 number;
    u16 min_tick;
    u8 flags;
} __packed;
ASSERT_SIZE(struct acpi_hpet, 56);

enum acpi_spcr_interface {
    ACPI_SPCR_16550 = 0,
    ACPI_SPCR_16450 = 1,
    ACPI_SPCR_PL011 = 3,
    ACPI_SPCR_SBSA_32 = 13,
    ACPI_SPCR_SBSA = 14,
    ACPI_SPCR_16550_GAS = 18,
};

struct acpi_spcr {
    struct acpi_header header;
    u8 interface_type;
    u8 reserved[3];
    struct acpi_gas address;
    u8 interrupt_type; /* bit 1: IO-APIC gsi, bit 3: GIC gsi */
    u8 irq;
    u32 gsi;
    u8 baud; /* 0 as it is, 3 9600, 4 19200, 6 57600, 7 115200 */
    u8 parity;
    u8 stop_bits;
    u8 flow_control;
    u8 terminal_type;
    u8 language;
    u16 pci_device_id;
    u16 pci_vendor_id;
    u8 pci_bus;
    u8 pci_device;
    u8 pci_function;
    u32 pci_flags;
    u8 pci_segment;
    u32 clock_frequency;
} __packed;
ASSERT_SIZE(struct acpi_spcr, 80);

/* 5.2.25 */
struct acpi_gtdt {
    struct acpi_header header;
    u64 counter_base;
    u32 reserved;
    u32 secure_el1_gsi;
    u32 secure_el1_flags;
    u32 el1_gsi;
    u32 el1_flags; /* bit 0: edge; bit 1: active low; bit 2: always on */
    u32 virtual_gsi;
    u32 virtual_flags;
    u32 el2_gsi;
    u32 el2_flags;
    u64 read_base;
    u32 timer_count;
    u32 timer_offset;
} __packed;
ASSERT_SIZE(struct acpi_gtdt, 96);
