"""The system call fuzzer against the kernel with FUZZ=1: see docs/fuzzing.md.

fuzz/kernel     a minute, half of it as root and half as nobody, each twice:
                the second run must end with as much free memory as the first
fuzz/plant-N    the kernel with the N-th planted bug: the fuzzer must find it
"""

import collections
import os
import re
import shutil
import subprocess
import tempfile
import threading

from common import (FAIL, PASS, SKIP, Clock, label, make, no_kernel, options,
                    path, pending, results, run_words, wanted)

CPUS = 4
NOBODY = 65534
PLANTS = range(1, 11)
# Found within seconds; the others are tried by --all.
QUICK_PLANTS = (4, 8, 10)
# A plant is looked for with these seeds in turn, by so many programs each.
PLANT_SEEDS = (1, 2, 3, 4)
PLANT_PROGRAMS = 6000
PLANT_LIMIT = 3600
# What may be missing after the second of two equal runs, in KiB.
MEMORY_SLACK = 256
# On top of the fuzzer's own time: the machine's start, a busy host.
LIMIT = 300
PROGRAMS_SHOWN = 8
IMAGES = {"x86_64": "hako.elf", "aarch64": "Image"}


def build(arch, plant=None):
    """(path of the kernel, None) or (None, errors)."""
    flags = ["FUZZ=1"] + ([f"PLANT={plant}"] if plant else [])
    error = make(f"ARCH={arch}", "user") or make(f"ARCH={arch}", *flags, "kernel")
    return path("build", f"{arch}-fuzz{plant or ''}", IMAGES[arch]), error


class Run:
    """One machine in which the fuzzer runs once for each of `commands`."""

    def __init__(self, arch, kernel, commands, limit, show=False):
        self.show = show
        self.out = []
        self.programs = collections.deque(maxlen=PROGRAMS_SHOWN)
        self.count = 0  # programs that ran
        self.errors = collections.deque(maxlen=400)
        with tempfile.TemporaryDirectory(prefix="hako-fuzz-") as top:
            os.chmod(top, 0o755)
            shutil.copy(path("build", arch, "user/fuzz"), top)
            script = "; ".join(f"/fuzz -p -j {CPUS} {c} || exit" for c in commands)
            words = run_words(arch, "hako", "--kernel", kernel, "--smp", str(CPUS),
                              "--append", "panic_on_warn", "--add", top,
                              "--timeout", str(limit), "--", "sh", "-c", script)
            if "--debug" in words:
                words.remove("--debug")
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            reader = threading.Thread(target=self.read_errors,
                                      args=(process.stderr,))
            reader.start()
            for line in process.stdout:
                self.out.append(line.decode(errors="replace").rstrip("\n"))
                if show:
                    print(self.out[-1], flush=True)
            self.code = process.wait()
            reader.join()

    def read_errors(self, stream):
        for line in stream:
            text = line.decode(errors="replace").rstrip("\n")
            if text.startswith("program"):
                self.programs.append(text)
                self.count += 1
            else:
                self.errors.append(text)

    @property
    def found(self):
        """Whether the kernel reported something."""
        return self.code == 70

    @property
    def report(self):
        """The line of the kernel that says what it found."""
        for line in self.errors:
            m = re.search(r"\] (KASAN: .*|UBSan: .*|lock order: .*|.*may sleep.*|"
                          r"Kernel panic - not syncing: .*)", line)
            if m and "panic_on_warn" not in m[1]:
                return m[1]
        return ""

    @property
    def free(self):
        """Free memory at the end of each command, in KiB."""
        return [int(m[1]) for m in (re.match(r"fuzz: MemFree (\d+) KiB", l)
                                    for l in self.out) if m]

    def story(self):
        """What a failure shows."""
        how = {124: "the machine hung", 70: "the kernel's report"}.get(
            self.code, f"./run ended with {self.code}")
        return "\n".join([how + ":", *self.out[-3:], *self.errors,
                          "the last programs (fuzz -r runs them again):",
                          *self.programs])


def fuzz_twice(arch, seconds, seed, show=False):
    """As root and as nobody, each twice. Returns what is wrong, or None."""
    kernel, error = build(arch)
    if error:
        return error
    commands = [f"-t {seconds} -s {seed} -u {uid}" for uid in (0, 0, NOBODY, NOBODY)]
    run = Run(arch, kernel, commands, 4 * seconds + LIMIT, show)
    if run.code:
        return f"seed {seed}\n" + run.story()
    if len(run.free) != 4:
        return "the fuzzer did not say how much memory is free\n" + run.story()
    for first, second in (run.free[:2], run.free[2:]):
        if first - second > MEMORY_SLACK:
            return (f"seed {seed}: a second run left {first - second} KiB less "
                    f"memory: {run.free}")
    return None


def kernel_job(arch):
    clock = Clock()
    name = label("fuzz/kernel", arch)
    error = fuzz_twice(arch, 300 if options.all else 15, options.seed)
    results.add(name, FAIL if error else PASS, error or "", clock.seconds())


def plant_job(arch, plant):
    clock = Clock()
    name = label(f"fuzz/plant-{plant}", arch)
    kernel, error = build(arch, plant)
    tried = 0
    for seed in () if error else PLANT_SEEDS:
        run = Run(arch, kernel, [f"-n {PLANT_PROGRAMS} -s {seed}"],
                  PLANT_LIMIT)
        tried += run.count
        if run.found:
            break
        error = f"not found by {tried} programs"
        if run.code:
            error = run.story()
            break
    else:
        results.add(name, FAIL, error, clock.seconds())
        return
    if run.found:
        print(f"     {name}: seed {seed}, {tried} programs: {run.report}")
        results.add(name, PASS, seconds=clock.seconds())
    else:
        results.add(name, FAIL, error, clock.seconds())


def names():
    return ["fuzz/kernel"] + [f"fuzz/plant-{n}" for n in PLANTS]


def asked_for(name):
    """Whether this very test was named, not just a folder of them."""
    return any(n in name and n not in "fuzz/" for n in options.names)


def jobs():
    work = []
    if options.cpus == 1:
        return work
    for arch in options.archs:
        why = no_kernel(arch)
        if wanted("fuzz/kernel"):
            if why or pending.has("fuzz/kernel", arch):
                results.add(label("fuzz/kernel", arch), SKIP, why or "pending")
            else:
                work.append(lambda a=arch: kernel_job(a))
        for n in PLANTS:
            name = f"fuzz/plant-{n}"
            quick = n in QUICK_PLANTS and arch == "x86_64"
            if not wanted(name) or not (options.all or quick or asked_for(name)):
                continue
            if why:
                results.add(label(name, arch), SKIP, why)
            else:
                work.append(lambda a=arch, n=n: plant_job(a, n))
    return work


def fuzz(seconds):
    """./test --fuzz kernel SECONDS: so long for each of the four runs."""
    failed = False
    for arch in options.archs:
        print(f"{arch}, seed {options.seed}")
        error = fuzz_twice(arch, seconds, options.seed, show=True)
        print(error or f"{arch}: nothing found")
        failed |= bool(error)
    return 1 if failed else 0
