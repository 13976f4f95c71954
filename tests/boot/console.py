"""An interactive shell on the machine's own consoles, by its screen: the serial
port and virtio-console, started by QEMU alone as any other kernel would be."""

import os

import steps
from common import path
from machine import Terminal

SERIAL = {"x86_64": "ttyS0", "aarch64": "ttyAMA0"}


def qemu(m, console):
    """The command line of a machine whose terminal is `console`."""
    build = path("build", m.arch)
    # The base image, and Hako's init on top.
    initrd = m.path("initrd")
    with open(initrd, "wb") as out:
        for name in ("base.cpio", "init.cpio"):
            with open(os.path.join(build, name), "rb") as f:
                data = f.read()
            out.write(data + b"\0" * (-len(data) % 512))
    if m.options.debug:
        build += "-debug"
    x86 = m.arch == "x86_64"
    words = ["qemu-system-" + m.arch, "-nodefaults", "-no-user-config",
             "-no-reboot", "-display", "none", "-accel", "tcg",
             "-smp", str(m.options.cpus), "-m", "256",
             "-M", "q35" if x86 else "virt",
             "-cpu", "max" if x86 else "max,pauth-impdef=on",
             "-kernel", os.path.join(build, "hako.elf" if x86 else "Image"),
             "-initrd", initrd, "-append",
             f"console={console} rdinit=/.hako/init quiet",
             "-global", "virtio-mmio.force-legacy=false",
             "-chardev", "stdio,id=here,signal=off"]
    if console == "hvc0":
        kind = "virtio-serial-pci" if x86 else "virtio-serial-device"
        words += ["-device", kind, "-device", "virtconsole,chardev=here"]
    else:
        words += ["-serial", "chardev:here"]
    return words


def login(m, console):
    # Builds what is not up to date.
    assert m.run("--", "true").code == 0
    t = Terminal(qemu(m, console), 24, 80)
    m.sessions.append(t)
    t.wait(r"[#$] ?\Z")
    return t


def edit(t, console):
    assert t.command("echo $((6 * 7))") == "42"
    assert t.command("tty; test -t 0 && echo yes").split("\n")[1] == "yes"
    steps.line_editing(t)
    assert t.command("cat /proc/consoles | cut -d' ' -f1").split("\n")[0] == console
    assert t.command("stty rows 30 cols 100; stty size") == "30 100"
    t.command("stty rows 24 cols 80")
    # More than a line's or a FIFO's worth arrives whole.
    text = "0123456789" * 30
    assert t.command("echo " + text + " | wc -c").split("\n")[-1] == "301"
    assert t.command("seq 3000 | tail -1") == "3000"


def control(t):
    steps.interrupt(t)
    steps.job_control(t)
    steps.started(t, "cat")
    t.send("line\n")
    t.wait("^line\nline$")
    t.send("half\x04")  # ^D pushes half a line, and at its beginning it ends
    t.wait("halfhalf$")
    t.send("\n\x04")
    t.prompt()


def screens(t):
    steps.vi(t)
    steps.top(t)
    t.type("seq 100 | less\n")
    t.wait("\\A1\n2\n")
    t.send("G")
    t.wait("^100\n")
    t.send("q")
    t.prompt()


def session(m, console):
    t = login(m, console)
    edit(t, console)
    control(t)
    screens(t)
    # The shell comes again when it ends, until the machine is shut down.
    t.type("exit\n")
    t.wait(r"BusyBox[^$]*# ?\Z")
    assert t.command("echo again") == "again"
    t.send("poweroff\n")
    assert t.end() == 0


def test_serial(m):
    session(m, SERIAL[m.arch])


def test_virtio(m):
    session(m, "hvc0")


for function in (test_serial, test_virtio):
    function.kernels = ("hako",)
