"""Checks of the source itself: style/..., and that everything builds."""

import os
import re
import subprocess

from common import (ARCHS, FAIL, PASS, SKIP, TOP, Clock, make, options, path,
                    results, wanted)

# Where an #ifdef of an architecture is not allowed: everywhere but here.
ARCH_WORDS = re.compile(r"__x86_64__|__aarch64__|__amd64__|__arm64__")
MAX_LINES = 800


def sources(*ends):
    r = subprocess.run(["git", "-C", TOP, "ls-files", "-co", "--exclude-standard"],
                       stdout=subprocess.PIPE)
    files = r.stdout.decode().split("\n") if r.returncode == 0 else []
    if r.returncode:
        for folder, _, names in os.walk(TOP):
            if "/build" not in folder and "/.git" not in folder:
                files += [os.path.relpath(os.path.join(folder, n), TOP)
                          for n in names]
    return sorted(f for f in files if f.endswith(ends) and
                  os.path.isfile(path(f)))


def run_tool(words):
    r = subprocess.run(words, cwd=TOP, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return None if r.returncode == 0 else r.stdout.decode(errors="replace")


def check_format():
    bad = []
    files = sources(".c", ".h")
    for i in range(0, len(files), 50):
        text = run_tool(["clang-format", "--dry-run", "--Werror",
                         "--ferror-limit=1", *files[i:i + 50]])
        if text:
            bad += sorted(set(re.findall(r"^(\S+?):\d+", text, re.M)))
    return "run clang-format -i on: " + " ".join(bad) if bad else None


def check_layers():
    return run_tool([path("tools/checks/layers")])


def check_arch():
    """Knowledge of an architecture outside kernel/arch."""
    bad = []
    for f in sources(".c", ".h", ".S"):
        if f.startswith(("kernel/arch/", "tests/", "benchmarks/guest/")):
            continue
        with open(path(f), errors="replace") as text:
            for number, line in enumerate(text, 1):
                if ARCH_WORDS.search(line):
                    bad.append(f"{f}:{number}: {line.strip()}")
    return "\n".join(bad) or None


def check_length():
    bad = []
    for f in sources(".c", ".h", ".S"):
        if f.startswith("tests/"):
            continue
        with open(path(f), "rb") as text:
            lines = sum(1 for _ in text)
        if lines > MAX_LINES:
            bad.append(f"{f} has {lines} lines; {MAX_LINES} are the most")
    return "\n".join(bad) or None


def check_build(arch, *flags):
    if not os.path.exists(path("kernel/arch", arch, "arch.mk")):
        return None
    return make(f"ARCH={arch}", *flags, "kernel")


CHECKS = {
    "style/format": check_format,
    "style/layers": check_layers,
    "style/architectures": check_arch,
    "style/length": check_length,
}
for a in ARCHS:
    CHECKS[f"build/{a}"] = lambda a=a: check_build(a)
    CHECKS[f"build/{a}-debug"] = lambda a=a: check_build(a, "DEBUG=1")
    CHECKS[f"build/{a}-clang"] = lambda a=a: check_build(a, "CC_FAMILY=clang")


def names():
    return list(CHECKS)


def job(name):
    if name.startswith("build/"):
        arch = name[6:].split("-")[0]
        if not os.path.exists(path("kernel/arch", arch, "arch.mk")):
            results.add(name, SKIP, "there is no kernel for it yet")
            return
    clock = Clock()
    error = CHECKS[name]()
    results.add(name, FAIL if error else PASS, error or "", clock.seconds())


def jobs():
    return [lambda n=n: job(n) for n in CHECKS if wanted(n)]
