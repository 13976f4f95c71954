"""Every way into an AArch64 machine: interrupt controllers, CPUs, exception
levels, memory, places, devicetrees that lie; and the ways out."""

import os
import re
import struct
import subprocess
import threading

from common import path
from machine import LIMIT, Skip
from start_x86 import INIT, cpio

RAM = 0x40000000


def initramfs(m, end="poweroff"):
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


def image(m):
    if m.arch != "aarch64":
        raise Skip("AArch64 only")
    return path("build", m.arch + ("-debug" if m.options.debug else ""), "Image")


def start(machine, cpu, cpus, memory, more, until=()):
    """(exit status, what the serial port printed); ends the machine when it has
    printed one of the texts `until`."""
    words = ["qemu-system-aarch64", "-nodefaults", "-no-user-config",
             "-no-reboot", "-display", "none", "-accel", "tcg",
             "-M", "virt," + machine, "-cpu", cpu, "-smp", str(cpus),
             "-m", str(memory), "-serial", "stdio", *more]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as p:
        timer = threading.Timer(LIMIT, p.kill)
        timer.start()
        lines = []
        for line in p.stdout:
            lines.append(line.decode(errors="replace").replace("\r", ""))
            if any(text in lines[-1] for text in until):
                p.kill()
        code = p.wait()
        timer.cancel()
    return code, "".join(lines)


def qemu(m, initrd, machine="gic-version=2", cpus=1, memory=128,
         cpu="max,pauth-impdef=on", line="", more=()):
    words = ["-kernel", image(m), "-append", "panic=-1 " + line, *more]
    if initrd:
        words += ["-initrd", initrd]
    return start(machine, cpu, cpus, memory, words)


def check(m, initrd, **keys):
    code, text = qemu(m, initrd, line="first second=2", **keys)
    where = f"{keys}: exit {code}\n{text}"
    assert "init is done" in text and code == 0, where
    assert f"cpus={keys.get('cpus', 1)}\n" in text, where
    assert "first second=2" in text, where
    memory = int(re.search(r"memory=(\d+)", text).group(1)) / 1024
    wanted = keys.get("memory", 128)
    assert wanted * 0.75 - 4 < memory <= wanted, where


def test_machines(m):
    image(m)
    initrd = initramfs(m)
    for gic in (2, 3):
        for cpus in (1, 2, 4):
            check(m, initrd, machine=f"gic-version={gic}", cpus=cpus)


def test_el2(m):
    """Entered at EL2; PSCI by SMC."""
    image(m)
    initrd = initramfs(m)
    for gic in (2, 3):
        check(m, initrd, machine=f"gic-version={gic},virtualization=on", cpus=2)


def test_old_cpus(m):
    """Armv8.0: no PAN, no LSE, no pointer authentication."""
    image(m)
    initrd = initramfs(m)
    for cpu in ("cortex-a57", "cortex-a72", "cortex-a53"):
        check(m, initrd, cpu=cpu, cpus=2)


def test_memory(m):
    image(m)
    initrd = initramfs(m)
    for memory in (16, 64, 4608):
        check(m, initrd, memory=memory, cpus=2, machine="gic-version=3")


def test_reboot(m):
    image(m)
    code, text = qemu(m, initramfs(m, "reboot"))
    assert code == 0 and "init is done" in text, (code, text)


def test_random_place(m):
    """The address of the image differs from start to start; nokaslr: not."""
    def place(line):
        text = qemu(m, None, line=line)[1]
        found = re.search(r"([0-9a-f]{16}) \S+\+0x", text)
        assert found, text
        return int(found.group(1), 16) >> 21
    assert len({place("") for _ in range(3)}) > 1
    assert len({place("nokaslr") for _ in range(2)}) == 1


def test_panic(m):
    """Registers, and where every CPU was, with names."""
    for gic in (2, 3):
        text = qemu(m, None, machine=f"gic-version={gic}", cpus=4)[1]
        assert "Kernel panic" in text, text
        report = text[text.index("Kernel panic"):]
        assert re.search(r"x29 +[0-9a-f]{16}", report), report
        assert "Backtrace:" in report, report
        assert "kernel_start_secondary+0x" in report, report
        for cpu in range(4):
            assert f"CPU {cpu}," in report, report


# --------------------------------------------- devicetrees of our own making


class Node:
    def __init__(self, name):
        self.name = name
        self.props = {}
        self.children = []

    def child(self, name):
        for c in self.children:
            if c.name == name or c.name.split("@")[0] == name:
                return c
        raise KeyError(name)


def parse(blob):
    """The root of a flattened devicetree."""
    at, strings = struct.unpack(">8xII", blob[:16])
    stack = [Node("top")]
    while True:
        token, = struct.unpack_from(">I", blob, at)
        at += 4
        if token == 1:
            end = blob.index(b"\0", at)
            node = Node(blob[at:end].decode())
            stack[-1].children.append(node)
            stack.append(node)
            at = (end + 4) & ~3
        elif token == 2:
            stack.pop()
        elif token == 3:
            size, name = struct.unpack_from(">II", blob, at)
            end = blob.index(b"\0", strings + name)
            key = blob[strings + name:end].decode()
            stack[-1].props[key] = blob[at + 8:at + 8 + size]
            at += 8 + (size + 3 & ~3)
        elif token == 9:
            return stack[0].children[0]


def flatten(root, reserved=()):
    strings, out = bytearray(), bytearray()

    def emit(node):
        nonlocal out
        name = node.name.encode() + b"\0"
        out += struct.pack(">I", 1) + name + b"\0" * (-len(name) % 4)
        for key, value in node.props.items():
            out += struct.pack(">III", 3, len(value), len(strings))
            out += value + b"\0" * (-len(value) % 4)
            strings.extend(key.encode() + b"\0")
        for c in node.children:
            emit(c)
        out += struct.pack(">I", 2)

    emit(root)
    out += struct.pack(">I", 9)
    rsv = b"".join(struct.pack(">QQ", *r) for r in (*reserved, (0, 0)))
    structs = 40 + len(rsv)
    total = structs + len(out) + len(strings)
    return struct.pack(">10I", 0xd00dfeed, total, structs, structs + len(out),
                       40, 17, 16, 0, len(strings), len(out)) + \
        rsv + bytes(out) + bytes(strings)


def machine_tree(m, cpus=2, gic=2):
    dtb = m.path("virt.dtb")
    subprocess.run(["qemu-system-aarch64", "-M",
                    f"virt,gic-version={gic},dumpdtb={dtb}", "-cpu", "max",
                    "-smp", str(cpus), "-m", "128", "-nodefaults", "-display",
                    "none"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    with open(dtb, "rb") as f:
        return parse(f.read())


def boot_tree(m, blob, load=RAM + 0x200000, cpus=2, tree_at=RAM + 0x6000000,
              until=()):
    """Start the image at `load` as a loader of one's own would."""
    stub = struct.pack("<4I2Q", 0x58000080, 0x580000a1, 0xaa1f03e2, 0xd61f0020,
                       tree_at, load)
    for name, data in (("stub", stub), ("tree", blob)):
        with open(m.path(name), "wb") as f:
            f.write(data)

    def loader(name, address, extra=""):
        return ["-device", f"loader,file={name},addr={address:#x},"
                f"force-raw=on{extra}"]
    more = loader(m.path("stub"), RAM + 0x7000000, ",cpu-num=0")
    more += loader(m.path("tree"), tree_at)
    more += loader(image(m), load)
    return start("gic-version=2", "max", cpus, 128, more, until)


def pair(*numbers):
    return struct.pack(f">{len(numbers)}Q", *numbers)


def test_anywhere(m):
    """At any multiple of 2 MiB."""
    tree = machine_tree(m)
    tree.child("chosen").props["bootargs"] = b"panic=-1\0"
    for load in (RAM + 0x200000, RAM + 0x1e00000, RAM + 0x4600000):
        text = boot_tree(m, flatten(tree), load=load)[1]
        assert "Hako" in text and "Kernel panic" in text, (hex(load), text)


def lies(tree):
    """(what, changed tree's blob, what must be printed)"""
    def blob(change, reserved=()):
        t = parse(flatten(tree))
        change(t)
        return flatten(t, reserved)

    def memory(value):
        return lambda t: t.child("memory").props.update(reg=value)

    def without(name):
        return lambda t: t.children.remove(t.child(name))

    def chosen(**props):
        return lambda t: t.child("chosen").props.update(
            {k.replace("_", "-").replace("linux-", "linux,"): v
             for k, v in props.items()})

    ram = (RAM, 128 << 20)
    yield "overlapping memory", blob(memory(pair(
        *ram, RAM + 0x1001000, 0x3000, RAM + 0x100000, 0x5000000))), "Hako"
    yield "memory out of range", blob(memory(pair(
        *ram, 1 << 60, 1 << 40, (1 << 64) - 0x1000, 0x2000, 0, 0))), "Hako"
    yield "crooked memory", blob(memory(pair(
        RAM + 0x123, (128 << 20) - 0x456))), "Hako"
    yield "no memory", blob(without("memory")), "boot: "
    yield "memory without the image", blob(memory(pair(
        RAM + 0x4000000, 0x4000000))), "boot: "
    yield "no interrupt controller", blob(without("intc")), "boot: "
    yield "no PSCI", blob(without("psci")), "Hako"
    yield "no timer", blob(without("timer")), "Hako"
    yield "initrd nowhere", blob(chosen(linux_initrd_start=pair(1 << 50),
                                        linux_initrd_end=pair(1 << 51))), "Hako"
    yield "initrd backwards", blob(chosen(linux_initrd_start=pair(RAM + 9),
                                          linux_initrd_end=pair(RAM))), "Hako"
    yield "endless command line", blob(chosen(
        bootargs=b"panic=-1 " + b"x" * 9000 + b"\0")), "Hako"
    yield "everything reserved", blob(lambda t: None, [ram]), "no memory"
    yield "too many reservations", blob(
        lambda t: None, [(RAM + 0x4000000 + i * 8192, 4096)
                         for i in range(500)]), "boot: "


def test_lying_devicetree(m):
    tree = machine_tree(m)
    tree.child("chosen").props["bootargs"] = b"panic=-1\0"
    for what, blob, expected in lies(tree):
        # A refusal stops the machine, and so does a panic without PSCI.
        text = boot_tree(m, blob, until=("boot: ", "---[ end Kernel"))[1]
        assert expected in text, (what, text)


for function in list(globals().values()):
    if callable(function) and function.__name__.startswith("test_"):
        function.kernels = ("hako",)
