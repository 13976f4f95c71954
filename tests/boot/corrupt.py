"""Damaged input at the start: kernel images, initramfs, devicetree, ACPI tables.
The machine starts, or ends with a line that says why; it does not hang, and no
exception happens in the kernel."""

import gzip
import random
import re
import subprocess

import start_aarch64
import start_x86
from common import path
from machine import Skip

EXCEPTIONS = re.compile(r"general protection|page fault|KASAN|UBSan|BUG at|"
                        r"invalid opcode|data abort|undefined instruction|"
                        r"panic within", re.I)
SEED = 7


def start(m):
    return start_x86 if m.arch == "x86_64" else start_aarch64


def rounds(m, short, long):
    return long if m.options.all else short


def fair(code, text, what):
    """It started, or panicked for a reason of its own."""
    assert not EXCEPTIONS.search(text), (what, code, text)
    assert "init is done" in text or "Kernel panic - not syncing" in text, (
        what, code, text)


def test_initramfs(m):
    """Cut short, with wrong bytes, not an archive at all."""
    with open(start(m).initramfs(m), "rb") as f:
        good = f.read()
    packed = gzip.compress(good, 1)
    r = random.Random(SEED)
    cases = [("empty", b""), ("zeros", bytes(5000)), ("noise", r.randbytes(70000)),
             ("header", good[:60]), ("half", good[:len(good) // 2]),
             ("gzip half", packed[:len(packed) // 2]), ("gzip 12", packed[:12])]
    for n in range(rounds(m, 4, 30)):
        data = bytearray(good if n & 1 else packed)
        for _ in range(1 + r.randrange(6)):
            # Headers more often than contents.
            at = r.randrange(r.choice((300, len(data))))
            data[at] = r.randrange(256)
        cases.append((f"bytes {n}", bytes(data)))
    for what, data in cases:
        name = m.path("damaged.cpio")
        with open(name, "wb") as f:
            f.write(data)
        code, text = start(m).qemu(m, name if data else None)
        fair(code, text, what)


def test_kernel_image(m):
    """Cut short: a line and a status, not a hang."""
    names = {"x86_64": ("hako.elf", "bzImage"), "aarch64": ("Image",)}[m.arch]
    for name in names:
        with open(path("build", m.arch, name), "rb") as f:
            good = f.read()
        for size in (0, 10, 600, 100000):
            cut = m.path("cut-" + name)
            with open(cut, "wb") as f:
                f.write(good[:size])
            r = m.run("--kernel", cut, "--timeout", "20", "--", "true")
            assert r.code not in (0, 1) and r.code < 128, (name, size, r.code)
            # What starts as a kernel may say nothing until it is stopped.
            assert r.err.strip() or r.code == 124, (name, size, r.code)


def test_devicetree(m):
    if m.arch != "aarch64":
        raise Skip("x86-64 has none")
    start_aarch64.image(m)
    tree = m.path("virt.dtb")
    subprocess.run(["qemu-system-aarch64", "-M", f"virt,dumpdtb={tree}", "-cpu",
                    "max,pauth-impdef=on", "-m", "128", "-smp", "2", "-nodefaults",
                    "-display", "none"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    with open(tree, "rb") as f:
        good = f.read()
    used = len(good.rstrip(b"\0"))
    r = random.Random(SEED)
    initrd = start_aarch64.initramfs(m)
    for n in range(rounds(m, 6, 60)):
        data = bytearray(good)
        for _ in range(1 + r.randrange(4)):
            data[r.randrange(0x40, used)] = r.randrange(256)
        with open(tree, "wb") as f:
            f.write(data)
        # QEMU reads it too and may refuse it. A machine that was not told of
        # its console, its memory or its timer cannot get far: it is ended.
        words = ["-kernel", start_aarch64.image(m), "-append", "panic=-1", "-dtb",
                 tree, "-initrd", initrd]
        ended = subprocess.run(
            ["timeout", "-k", "1", "60", "qemu-system-aarch64", "-nodefaults",
             "-no-reboot", "-display", "none", "-accel", "tcg", "-M", "virt",
             "-cpu", "max,pauth-impdef=on", "-smp", "2", "-m", "128", "-serial",
             "stdio", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        text = ended.stdout.decode(errors="replace")
        assert not EXCEPTIONS.search(text), (n, ended.returncode, text)


def test_acpi(m):
    """More tables than the machine's own, all of them wrong."""
    if m.arch != "x86_64":
        raise Skip("AArch64 starts from a devicetree")
    initrd = start_x86.initramfs(m)
    r = random.Random(SEED)
    for n in range(rounds(m, 4, 40)):
        more = []
        for sign in ("APIC", "MCFG", "FACP", "SSDT", "HPET", "SRAT", "XXXX"):
            name = m.path(f"table-{sign}")
            data = bytearray(r.randbytes(r.choice((1, 8, 44, 300))))
            if sign == "SSDT":  # half of what a method looks like
                data[:8] = b"\x14\x4f\x0e_S5_\x00"
            with open(name, "wb") as f:
                f.write(data)
            more += ["-acpitable", f"sig={sign},rev={r.randrange(6)},data={name}"]
        code, text = start_x86.qemu(m, initrd, machine=("pc", "q35")[n & 1],
                                    cpus=2, more=more)
        fair(code, text, n)
        assert "init is done" in text, (n, text)


for test in (test_initramfs, test_kernel_image, test_devicetree, test_acpi):
    test.kernels = ("hako",)
