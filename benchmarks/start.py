"""./bench start: how long from a kernel's first instruction to the first user
instruction, how much memory and how large an image it takes, how often an idle
CPU's timer fires. Both kernels in turn, in the same virtual machine.
"""
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent
SHELL = ("sleep 2; cat /proc/meminfo; cat /proc/interrupts; sleep {seconds}; "
         "echo LATER; cat /proc/interrupts")


class Kernel:
    def __init__(self, name, arch, image, options, stripped):
        self.name, self.arch, self.image = name, arch, image
        self.options, self.stripped = options, stripped


def sh(*words, **more):
    return subprocess.run(words, cwd=TOP, check=True, text=True,
                          capture_output=True, **more)


def build(arch):
    """Everything that is measured; the paths of the guest programs."""
    sh("make", "-s", f"ARCH={arch}", "kernel", "user", "host")
    out = TOP / f"build/{arch}/bench"
    out.mkdir(parents=True, exist_ok=True)
    cc = TOP / f"build/cache/musl-{arch}/cc"
    root = out / "first"
    root.mkdir(exist_ok=True)
    sh(str(cc), "-static", "-Os", "-s", f"-Ibenchmarks/guest/{arch}", "-o",
       str(root / "init"),
       "benchmarks/guest/first.c")
    with open(out / "first.cpio", "wb") as f:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"],
                       input=b"init\n", stdout=f, cwd=root, check=True)
    if arch == "x86_64":
        sh("gcc", "-m32", "-nostdlib", "-static", "-Wl,--build-id=none",
           "-Wl,-Ttext=0x1000000", "-Wl,-e,start", "-no-pie", "-o",
           str(out / "zero.elf"), "benchmarks/guest/zero_x86_64.S")
    return out


def kernels(arch, out):
    sh("tools/setup/linux", arch)
    hako = TOP / (f"build/{arch}/hako.elf" if arch == "x86_64"
                  else f"build/{arch}/Image")
    stripped = out / "hako.stripped"
    if arch == "x86_64":
        sh("objcopy", "-S", str(hako), str(stripped))
    else:
        stripped = hako
    linux = TOP / f"build/cache/linux-{arch}/vmlinuz"
    modules = TOP / f"build/cache/linux-{arch}/modules"
    return [Kernel("Hako", arch, hako, [], stripped),
            Kernel("Linux", arch, linux,
                   ["--kernel", str(linux), "--modules", str(modules)], linux)]


def qemu(arch, image, initrd, append, more=()):
    console = "ttyS0" if arch == "x86_64" else "ttyAMA0"
    words = [f"qemu-system-{arch}"]
    words += (["-M", "q35", "-cpu", "max"] if arch == "x86_64"
              else ["-M", "virt", "-cpu", "max,pauth-impdef=on"])
    words += ["-accel", "tcg", "-smp", "1", "-m", "128", "-nodefaults",
              "-no-reboot", "-display", "none", "-serial", "stdio",
              "-kernel", str(image), *more]
    if initrd:
        words += ["-initrd", str(initrd), "-append",
                  f"console={console} quiet {append}"]
    return subprocess.run(words, capture_output=True, timeout=180,
                          stdin=subprocess.DEVNULL).stdout.decode("latin-1")


def zero_ticks(arch, out):
    """The counter at a kernel's first instruction."""
    if arch != "x86_64":
        return 0  # QEMU's start-up code is a few instructions; reset is 0
    text = qemu(arch, out / "zero.elf", None, "",
                ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"])
    return int(re.search(r"zero: ([0-9a-f]{16})", text)[1], 16)


def start_time(kernel, out):
    zero = zero_ticks(kernel.arch, out)
    text = qemu(kernel.arch, kernel.image, out / "first.cpio", "rdinit=/init")
    found = re.search(r"first: (\d+) (\d+)", text)
    if not found:
        raise SystemExit(f"{kernel.name} on {kernel.arch} did not start:\n"
                         + text[-2000:])
    return (int(found[1]) - zero) / int(found[2]) * 1000


def timers(text):
    """Timer interrupts of all CPUs so far."""
    total = 0
    for line in text.splitlines():
        if "Local timer" in line or "arch_timer" in line:
            fields = line.split(":", 1)[1].split()
            total += sum(int(f) for f in fields if f.isdigit())
    return total


def idle_and_memory(kernel, seconds=10):
    words = ["./run", "--arch", kernel.arch, "--smp", "1", "--mem", "128",
             *kernel.options, "--", "sh", "-c", SHELL.format(seconds=seconds)]
    text = sh(*words, timeout=300).stdout
    before, after = text.split("LATER")
    free = int(re.search(r"MemFree:\s+(\d+)", before)[1])
    return 128 * 1024 - free, (timers(after) - timers(before)) / seconds


def row(what, unit, hako, linux, target, ok):
    ratio = hako / linux if linux else float("nan")
    verdict = "ok" if ok else "short"
    print(f"  {what:<14}{hako:>12.2f}{linux:>12.2f} {unit:<10}"
          f"{ratio:>8.4f}   {target:<22}{verdict}")
    return {"what": what, "unit": unit, "hako": hako, "linux": linux,
            "target": target, "ok": ok}


def measure(arch, pairs):
    out = build(arch)
    both = kernels(arch, out)
    times = {k.name: [] for k in both}
    for _ in range(pairs):
        for k in both:
            times[k.name].append(start_time(k, out))
    memory, idle = {}, {}
    for k in both:
        memory[k.name], idle[k.name] = idle_and_memory(k)
    size = {k.name: os.stat(k.stripped).st_size / 1024 for k in both}
    middle = {n: statistics.median(t) for n, t in times.items()}
    print(f"{arch}, TCG, 1 CPU, 128 MiB; medians of {pairs} pairs, in turn")
    print(f"  {'':<14}{'Hako':>12}{'Linux':>12} {'':<10}{'ratio':>8}   target")
    rows = [
        row("start", "ms", middle["Hako"], middle["Linux"], "<= 1/20 of Linux",
            middle["Hako"] * 20 <= middle["Linux"]),
        row("memory", "KiB", memory["Hako"], memory["Linux"], "<= 6144 KiB",
            memory["Hako"] <= 6144),
        row("kernel image", "KiB", size["Hako"], size["Linux"], "<= 2048 KiB",
            size["Hako"] <= 2048),
        row("idle", "per s", idle["Hako"], idle["Linux"], "<= 1 per second",
            idle["Hako"] <= 1),
    ]
    return {"arch": arch, "pairs": pairs, "rows": rows, "times_ms": times}
