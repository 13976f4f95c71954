"""Every way into an x86-64 machine: PVH and bzImage, the kinds of machines,
CPUs and memory; and the ways out: power-off, reboot, panic."""

import os
import re
import shutil
import subprocess

from common import path
from machine import LIMIT, Skip

INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc
echo "cpus=$(/bin/busybox grep -c ^processor /proc/cpuinfo)"
echo "memory=$(/bin/busybox awk '/MemTotal/ {print $2}' /proc/meminfo)"
echo "line=$(/bin/busybox cat /proc/cmdline)"
echo "init is done"
/bin/busybox END -f
"""


def cpio(files):
    """An archive in cpio's newc format of {name: (mode, bytes)}."""
    out = b""
    for n, (name, (mode, data)) in enumerate(
            list(files.items()) + [("TRAILER!!!", (0, b""))]):
        fields = [n + 1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                  len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08x" % f for f in fields)
        out += name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return out


def initramfs(m, end="poweroff"):
    if m.arch != "x86_64":
        raise Skip("x86-64 only")
    subprocess.run([path("tools/setup/busybox"), m.arch], check=True,
                   stdout=subprocess.DEVNULL)
    with open(path("build/cache/busybox-" + m.arch), "rb") as f:
        busybox = f.read()
    name = m.path("initramfs-" + end)
    with open(name, "wb") as f:
        f.write(cpio({
            "bin": (0o40755, b""),
            "dev": (0o40755, b""),
            "bin/busybox": (0o100755, busybox),
            "init": (0o100755, INIT.replace("END", end).encode()),
        }))
    return name


def build(m):
    return path("build", m.arch + ("-debug" if m.options.debug else ""))


def qemu(m, initrd, machine="q35", image="hako.elf", cpus=1, memory=128,
         cpu="max", line="", more=()):
    """(exit status, what the serial port printed)"""
    if m.arch != "x86_64":
        raise Skip("x86-64 only")
    words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config",
             "-no-reboot", "-display", "none", "-accel", "tcg",
             "-M", machine, "-cpu", cpu, "-smp", str(cpus),
             "-m", str(memory), "-serial", "stdio",
             "-kernel", os.path.join(build(m), image),
             "-append", "console=ttyS0 panic=-1 " + line, *more]
    if initrd:
        words += ["-initrd", initrd]
    r = subprocess.run(words, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       timeout=LIMIT)
    return r.returncode, r.stdout.decode(errors="replace").replace("\r", "")


def check(m, initrd, **keys):
    code, text = qemu(m, initrd, line="first second=2", **keys)
    where = f"{keys}: exit {code}\n{text}"
    assert "init is done" in text and code == 0, where
    assert f"cpus={keys.get('cpus', 1)}\n" in text, where
    assert "first second=2" in text, where
    memory = int(re.search(r"memory=(\d+)", text).group(1)) / 1024
    wanted = keys.get("memory", 128)
    assert wanted * 0.75 - 4 < memory <= wanted, where


def test_pvh(m):
    initrd = initramfs(m)
    for machine in ("pc", "q35", "microvm", "microvm,acpi=off"):
        for cpus in (1, 2, 4):
            check(m, initrd, machine=machine, cpus=cpus)


def test_bzimage(m):
    initrd = initramfs(m)
    for machine in ("pc", "q35", "microvm"):
        for cpus in (1, 4):
            check(m, initrd, machine=machine, cpus=cpus, image="bzImage")


def grub(m, firmware, grub_platform, **keys):
    """Starts from a disc whose loader is GRUB's for that firmware."""
    if m.arch != "x86_64":
        raise Skip("x86-64 only")
    top = m.path("grub-" + grub_platform)
    disc = top + ".iso"
    os.makedirs(os.path.join(top, "boot/grub"))
    for source, name in ((os.path.join(build(m), "bzImage"), "kernel"),
                         (initramfs(m), "initrd")):
        shutil.copy(source, os.path.join(top, "boot", name))
    with open(os.path.join(top, "boot/grub/grub.cfg"), "w") as f:
        f.write("serial --unit=0\nterminal_output serial\n"
                "linux /boot/kernel console=ttyS0 panic=-1 first second=2\n"
                "initrd /boot/initrd\nboot\n")
    subprocess.run(["grub-mkrescue", "-o", disc, "-d",
                    "/usr/lib/grub/" + grub_platform, top], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    r = subprocess.run(
        ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot",
         "-display", "none", "-accel", "tcg", "-M", "q35", "-cpu", "max",
         "-smp", "2", "-m", "256", "-serial", "stdio", "-cdrom", disc,
         *firmware], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=LIMIT)
    text = r.stdout.decode(errors="replace").replace("\r", "")
    assert r.returncode == 0 and "init is done" in text, text
    assert "cpus=2\n" in text and "first second=2" in text, text


def test_grub(m):
    grub(m, [], "i386-pc")


def test_grub_uefi(m):
    grub(m, ["-bios", "/usr/share/ovmf/OVMF.fd"], "x86_64-efi")


def test_linux64(m):
    """The Linux 64-bit boot protocol, by a loader of our own."""
    initrd = initramfs(m)
    source, loader = path("tests/boot/linux64.S"), m.path("linux64")
    subprocess.run(["gcc", "-c", "-o", loader + ".o", source], check=True)
    subprocess.run(["ld", "-static", "-no-pie", "-Ttext=0x800000", "-o",
                    loader, loader + ".o"], check=True)
    kernel = os.path.join(build(m), "hako.elf")
    check(m, initrd, image=loader, cpus=2,
          more=["-device", "loader,file=" + kernel])


def test_memory(m):
    initrd = initramfs(m)
    for machine in ("pc", "microvm"):
        for memory in (16, 64, 3072, 6144):
            check(m, initrd, machine=machine, memory=memory, cpus=2)


def test_old_cpu(m):
    """Without NX tricks: no SMAP, no XSAVE, no 1 GiB pages, no FSGSBASE."""
    initrd = initramfs(m)
    check(m, initrd, cpu="qemu64", cpus=2)
    check(m, initrd, cpu="qemu64", cpus=2, machine="microvm")


def test_reboot(m):
    initrd = initramfs(m, "reboot")
    for machine in ("pc", "q35", "microvm"):
        code, text = qemu(m, initrd, machine=machine)
        assert code == 0 and "init is done" in text, (machine, code, text)


def test_random_place(m):
    """The address of the image differs from start to start; nokaslr: not."""
    def place(line):
        text = qemu(m, None, line=line + " init=/none", cpus=1)[1]
        found = re.search(r"([0-9a-f]{16}) \S+\+0x", text)
        assert found, text
        return int(found.group(1), 16) >> 16
    assert len({place("") for _ in range(3)}) > 1
    assert len({place("nokaslr") for _ in range(2)}) == 1


def test_panic(m):
    """Registers, and where every CPU was, with names."""
    for machine in ("q35", "microvm"):
        code, text = qemu(m, None, machine=machine, cpus=4)
        assert "Kernel panic" in text, text
        report = text[text.index("Kernel panic"):]
        assert re.search(r"r15 +[0-9a-f]{16}", report), report
        assert "Backtrace:" in report, report
        assert "kernel_start_secondary+0x" in report, report
        for cpu in range(4):
            assert f"CPU {cpu}," in report, report


for function in list(globals().values()):
    if callable(function) and function.__name__.startswith("test_"):
        function.kernels = ("hako",)
