"""The rows that a program measures inside both kernels: system calls,
processes, switching, memory, signals, IPC and files (benchmarks/guest/rows).
"""
import math
import random
import re
import shutil
import statistics

from machine import TOP, compile_static, folder, kernels, pack, qemu

# What is measured: the row's name, one operation of it, the least ratio.
ROWS = [
    ("null", "null system call"),
    ("read1", "read 1 byte"),
    ("write1", "write 1 byte"),
    ("stat", "stat"),
    ("fstat", "fstat"),
    ("open_close", "open and close"),
    ("path", "stat, 7 components"),
    ("poll16", "poll of 16 pipes"),
    ("epoll", "epoll_wait, 1 ready"),
    ("fork", "fork, exit, wait"),
    ("exec", "fork, exec, exit, wait"),
    ("sh", "sh -c"),
    ("thread", "thread create, join"),
    ("pipe2", "pipe token, 2 processes"),
    ("pipe16", "pipe token, 16 processes"),
    ("futex", "futex hand-over"),
    ("hackbench", "hackbench, a message"),
    ("fault", "page fault, anonymous"),
    ("file_fault", "page touched, file"),
    ("mmap", "mmap, touch 64 KiB, munmap"),
    ("cow", "copy-on-write break"),
    ("mprotect", "mprotect twice"),
    ("sig_install", "sigaction"),
    ("sig_deliver", "signal and return"),
    ("pipe_bw", "64 KiB through a pipe"),
    ("unix_bw", "64 KiB, AF_UNIX"),
    ("unix_stream", "AF_UNIX stream, there and back"),
    ("unix_dgram", "AF_UNIX datagram, there and back"),
    ("create0k", "create a file, 0 KiB"),
    ("create10k", "create a file, 10 KiB"),
    ("delete0k", "delete a file, 0 KiB"),
    ("delete10k", "delete a file, 10 KiB"),
    ("read4k", "read 4 KiB, cached"),
    ("read64k", "read 64 KiB, cached"),
    ("write4k", "write 4 KiB, tmpfs"),
]
NAMES = [r[0] for r in ROWS]
MUST = 1.0  # times as fast as Linux


def build(arch):
    out = folder(arch)
    root = out / "rows.root"
    (root / "bin").mkdir(parents=True, exist_ok=True)
    compile_static(arch, root / "init",
                   sorted((TOP / "benchmarks/guest/rows").glob("*.c")), "-O2")
    shutil.copy(TOP / f"build/cache/busybox-{arch}", root / "bin/sh")
    return out, root


def boot(kernel, out, root, names, ms, cpus, icount):
    """Name: nanoseconds (instructions under icount) for each row."""
    (root / "rows").write_text(f"ms {ms}\n" + "\n".join(names) + "\n")
    initrd = pack(root, out / "rows.cpio")
    more = ["-icount", "shift=0,sleep=off"] if icount else []
    text = qemu(kernel.arch, kernel.image, initrd, "rdinit=/init", more, cpus,
                timeout=600)
    found = {n: int(v) / 1000 for n, v in
             re.findall(r"^row (\w+) (\d+)", text, re.M)}
    if set(found) != set(names):
        raise SystemExit(f"{kernel.name} on {kernel.arch} did not get through:"
                         "\n" + text[-2000:])
    return found


def interval(ratios, rounds=1000):
    """The 95 % interval of their median, by resampling."""
    if len(ratios) < 2:
        return ratios[0], ratios[0]
    chance = random.Random(1)
    middles = sorted(statistics.median(chance.choices(ratios, k=len(ratios)))
                     for _ in range(rounds))
    return middles[rounds // 40], middles[rounds - 1 - rounds // 40]


def show(value):
    digits = max(0, 3 - int(math.log10(value))) if value >= 1 else 3
    return f"{value:,.{min(digits, 2)}f}"


def print_row(name, what, unit, mine, theirs):
    ratios = [t / m for m, t in zip(mine, theirs)]
    hako, linux = statistics.median(mine), statistics.median(theirs)
    low, high = interval(ratios)
    ratio = statistics.median(ratios)
    # Short: the whole 95 % interval lies below the target.
    ok = high >= MUST
    spread = f"{show(min(mine))}-{show(max(mine))}"
    print(f"  {name:<12}{what:<33}{show(hako):>11}{show(linux):>11} {unit:<5}"
          f"{spread:>23}{ratio:>7.2f}  {low:.2f}-{high:.2f}"
          f"  >= {MUST:.1f}  {'ok' if ok else 'short'}", flush=True)
    return {"what": name, "unit": unit, "hako": hako, "linux": linux,
            "hako_min": min(mine), "hako_max": max(mine), "ratio": ratio,
            "low": low, "high": high, "target": f">= {MUST:.1f} x Linux",
            "ok": ok}


def measure(arch, pairs, names, cpus=1, icount=False, ms=15):
    names = [n for n in NAMES if n in names]
    out, root = build(arch)
    both = kernels(arch, out)
    taken = {k.name: {n: [] for n in names} for k in both}
    for _ in range(1 if icount else pairs):
        for k in both:
            found = boot(k, out, root, names, 3 if icount else ms, cpus, icount)
            for n in names:
                taken[k.name][n].append(found[n])
    how = ("instructions counted" if icount else
           f"medians of {pairs} pairs, in turn")
    print(f"{arch}, TCG, {cpus} CPU{'s' if cpus > 1 else ''}, 128 MiB; {how}")
    print(f"  {'':<12}{'':<33}{'Hako':>11}{'Linux':>11} {'':<5}"
          f"{'Hako min-max':>23}{'times':>7}  95 %       target")
    unit = "insn" if icount else "ns"
    rows = [print_row(n, what, unit, taken["Hako"][n], taken["Linux"][n])
            for n, what in ROWS if n in names]
    return {"arch": arch, "pairs": pairs, "cpus": cpus, "icount": icount,
            "rows": rows}
