#!/usr/bin/env python3
"""Makes the ACPI seeds: what QEMU's firmware left in memory, packed together.

    make_acpi.py MEMORY-DUMP OUT

MEMORY-DUMP is the machine's first 64 MiB (QMP: pmemsave) after SeaBIOS ran.
OUT holds the RSDP at 0 and all tables behind it, with the pointers between them
made to fit, as if OUT lay at physical address 0x1000; checksums are right.
"""
import struct
import sys

BASE = 0x1000
mem = open(sys.argv[1], 'rb').read()
out = bytearray()


def fix_sum(table, at, n):
    table[at] = 0
    table[at] = -sum(table[:n]) & 255


def place(table):
    while len(out) % 16:
        out.append(0)
    at = len(out) + BASE
    out.extend(table)
    return at


def table_at(phys):
    n = struct.unpack_from('<I', mem, phys + 4)[0]
    return bytearray(mem[phys:phys + n])


at = next(a for a in range(0xe0000, 0x100000, 16)
          if mem[a:a + 8] == b'RSD PTR ' and sum(mem[a:a + 20]) & 255 == 0)
rsdp = bytearray(mem[at:at + 36])
if rsdp[15] < 2:
    rsdp[20:] = bytes(16)
out.extend(bytes(48))
xsdt = struct.unpack_from('<Q', rsdp, 24)[0]
root = table_at(xsdt or struct.unpack_from('<I', rsdp, 16)[0])
size, fmt = (8, '<Q') if xsdt else (4, '<I')
for i in range(36, len(root), size):
    table = table_at(struct.unpack_from(fmt, root, i)[0])
    if table[:4] == b'FACP':
        dsdt = place(table_at(struct.unpack_from('<I', table, 40)[0]))
        struct.pack_into('<I', table, 40, dsdt)
        if len(table) >= 148:
            struct.pack_into('<Q', table, 140, dsdt)
        fix_sum(table, 9, len(table))
    struct.pack_into(fmt, root, i, place(table))
fix_sum(root, 9, len(root))
where = place(root)
struct.pack_into('<Q' if xsdt else '<I', rsdp, 24 if xsdt else 16, where)
fix_sum(rsdp, 8, 20)
fix_sum(rsdp, 32, 36)
out[:36] = rsdp
open(sys.argv[2], 'wb').write(out)
