"""./bench start: how long from a kernel's first instruction to the first user
instruction, how much memory and how large an image it takes, how often an idle
CPU's timer fires. Both kernels in turn, in the same virtual machine.
"""
import os
import re
import statistics

from machine import compile_static, folder, kernels, pack, qemu, sh

NAMES = ["start", "memory", "image", "idle"]
# Interrupts are read around a short and a long sleep: what the reading itself
# and the sleep's end cost is in both, so the difference is the idle CPU's own.
SHORT, LONG = 2, 22
SHELL = f"""
show() {{ echo NEXT; while read -r l; do echo "$l"; done </proc/interrupts; }}
nap() {{ sleep $(($1 + 1)) & sleep 1; show; wait; show; }}
sleep 2; cat /proc/meminfo; nap {SHORT}; nap {LONG}
"""


def build(arch):
    """Everything that is measured."""
    out = folder(arch)
    root = out / "first.root"
    root.mkdir(exist_ok=True)
    compile_static(arch, root / "init", ["benchmarks/guest/first.c"], "-Os",
                   f"-Ibenchmarks/guest/{arch}")
    pack(root, out / "first.cpio")
    if arch == "x86_64":
        sh("gcc", "-m32", "-nostdlib", "-static", "-Wl,--build-id=none",
           "-Wl,-Ttext=0x1000000", "-Wl,-e,start", "-no-pie", "-o",
           str(out / "zero.elf"), "benchmarks/guest/zero_x86_64.S")
    return out


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


def idle_and_memory(kernel):
    words = ["./run", "--arch", kernel.arch, "--smp", "1", "--mem", "128",
             *kernel.options, "--", "sh", "-c", SHELL]
    parts = sh(*words, timeout=300).stdout.split("NEXT")
    free = int(re.search(r"MemFree:\s+(\d+)", parts[0])[1])
    seen = [timers(p) for p in parts[1:]]
    rate = (seen[3] - seen[2] - (seen[1] - seen[0])) / (LONG - SHORT)
    return 128 * 1024 - free, max(rate, 0)


def row(what, unit, hako, linux, target, ok):
    ratio = hako / linux if linux else float("nan")
    verdict = "ok" if ok else "short"
    print(f"  {what:<14}{hako:>12.2f}{linux:>12.2f} {unit:<10}"
          f"{ratio:>8.4f}   {target:<22}{verdict}", flush=True)
    return {"what": what, "unit": unit, "hako": hako, "linux": linux,
            "target": target, "ok": ok}


def start_row(both, out, pairs):
    times = {k.name: [] for k in both}
    for _ in range(pairs):
        for k in both:
            times[k.name].append(start_time(k, out))
    hako, linux = (statistics.median(times[k.name]) for k in both)
    r = row("start", "ms", hako, linux, "<= 1/20 of Linux", hako * 20 <= linux)
    for name, t in times.items():
        print(f"    {name}: {min(t):.2f} to {max(t):.2f} ms")
    r["times_ms"] = times
    return r


def measure(arch, pairs, names):
    out = build(arch)
    both = kernels(arch, out)
    rows = []
    print(f"{arch}, TCG, 1 CPU, 128 MiB; medians of {pairs} pairs, in turn")
    print(f"  {'':<14}{'Hako':>12}{'Linux':>12} {'':<10}{'ratio':>8}   target")
    if "start" in names:
        rows.append(start_row(both, out, pairs))
    if "memory" in names or "idle" in names:
        found = [idle_and_memory(k) for k in both]
        memory, idle = zip(*found)
        if "memory" in names:
            rows.append(row("memory", "KiB", *memory, "<= 6144 KiB",
                            memory[0] <= 6144))
        if "idle" in names:
            rows.append(row("idle", "per s", *idle, "<= 1 per second",
                            idle[0] <= 1))
    if "image" in names:
        size = [os.stat(k.stripped).st_size / 1024 for k in both]
        rows.append(row("kernel image", "KiB", *size, "<= 2048 KiB",
                        size[0] <= 2048))
    return {"arch": arch, "pairs": pairs, "rows": rows}
