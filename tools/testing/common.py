"""What the kinds of tests share: names, results, building, machines."""

import fnmatch
import fcntl
import os
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ARCHS = ("x86_64", "aarch64")
HOST_ARCH = os.uname().machine

PASS, FAIL, SKIP = "passed", "failed", "skipped"


class Options:
    """How this run was asked for; filled by main.py."""

    all = False
    debug = False
    oracle = False
    pending = False
    linux = False
    archs = ARCHS
    cpus = 4
    seed = 0
    names = []


options = Options()


class Results:
    """Prints one line per test as it ends, and counts."""

    def __init__(self):
        self.count = {PASS: 0, FAIL: 0, SKIP: 0}
        self.failed = []
        self.unpended = []
        self.lock = threading.Lock()

    def add(self, name, outcome, detail="", seconds=None):
        with self.lock:
            self.count[outcome] += 1
            word = {PASS: "PASS", FAIL: "FAIL", SKIP: "SKIP"}[outcome]
            line = f"{word} {name}"
            if outcome == SKIP:
                line += f" ({detail})"
            elif seconds is not None and seconds >= 1:
                line += f" ({seconds:.0f} s)"
            print(line)
            if outcome == FAIL:
                self.failed.append(name)
                for text in detail.rstrip("\n").split("\n")[:60]:
                    print("     | " + text)
            sys.stdout.flush()


results = Results()


def path(*parts):
    return os.path.join(TOP, *parts)


def read(name, default=None):
    try:
        with open(name, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return default


def wanted(name):
    """Whether the user's NAME... (all, when there are none) match a test."""
    return not options.names or any(
        n in name or fnmatch.fnmatch(name, n) for n in options.names
    )


class Pending:
    """tests/hako-pending.txt: what is not yet expected to pass on Hako."""

    def __init__(self):
        self.rules = []
        text = read(path("tests/hako-pending.txt"), b"").decode()
        for line in text.split("\n"):
            words = line.split("#")[0].split()
            if words:
                self.rules.append((words[0], words[1] if len(words) > 1 else "*"))

    def lists(self, name, arch):
        return any(fnmatch.fnmatch(name, n) and fnmatch.fnmatch(arch, a)
                   for n, a in self.rules)

    def has(self, name, arch):
        """Whether it is held back in this run."""
        return not options.pending and self.lists(name, arch)


pending = Pending()
_built = {}
_build_lock = threading.Lock()


def make(*arguments):
    """Run make once for these arguments. Returns None or its error output."""
    with _build_lock:
        if arguments not in _built:
            os.makedirs(path("build"), exist_ok=True)
            # ./run takes the same lock: one make at a time writes build/.
            with open(path("build/lock"), "a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                r = subprocess.run(
                    ["make", "-s", "-C", TOP, "-j2", *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
            # Without the lines that only tell of progress.
            text = "\n".join(l for l in r.stdout.decode(errors="replace").split("\n")
                             if not l.startswith("  "))
            _built[arguments] = text or "make failed" if r.returncode else None
        return _built[arguments]


def make_ready(arch, debug):
    """Build what ./run builds, before a test's limit runs."""
    subprocess.run([path("run"), "--arch", arch, *(["--debug"] if debug else []),
                    "--timeout", "0.01", "--", "true"], stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def setup(tool, *arguments):
    r = subprocess.run(
        [path("tools/setup", tool), *arguments], stdin=subprocess.DEVNULL
    )
    if r.returncode:
        raise RuntimeError(f"tools/setup/{tool} failed")


def image(arch):
    """Hako's kernel for `arch` as ./run starts it, or None without one."""
    if not os.path.exists(path("kernel/arch", arch, "arch.mk")):
        return None
    flags = ["DEBUG=1"] if options.debug else []
    error = make(f"ARCH={arch}", *flags, "kernel")
    name = {"x86_64": "hako.elf", "aarch64": "Image"}[arch]
    suffix = "-debug" if options.debug else ""
    found = path("build", arch + suffix, name)
    if error or not os.path.exists(found):
        return None
    return found


def no_kernel(arch):
    """Why nothing can run on Hako's kernel for `arch`, or None. A kernel that
    cannot be built is a failure of the run."""
    if image(arch):
        return None
    results.add(f"the kernel for {arch}", FAIL, "it cannot be built")
    return "there is no kernel"


def run_words(arch, kernel, *more):
    """The command line of ./run for Hako's kernel or the distribution's."""
    words = [path("run"), "--arch", arch]
    if kernel == "linux":
        setup("linux", arch)
        cache = path("build/cache", "linux-" + arch)
        words += ["--kernel", cache + "/vmlinuz", "--modules", cache + "/modules"]
    elif kernel == "debug":
        words += ["--debug", "--append", "panic_on_warn"]
    elif options.debug:
        words.append("--debug")
    return words + list(more)


# Lines of the kernel's messages that a failure shows.
TAIL = 40


class KernelLog:
    """The kernel's messages: a debug run's checks report there."""

    REPORTS = (b"lock order:", b"may sleep, but", b"KASAN:", b"UBSan:",
               b"refcount")

    def __init__(self, name):
        self.name = name
        self.at = 0

    def words(self):
        """For ./run."""
        return ["--log", self.name]

    def tail(self):
        """The last lines, to show beside a failure."""
        if not os.path.exists(self.name):
            return ""
        with open(self.name, "rb") as f:
            lines = f.read().decode(errors="replace").splitlines()[-TAIL:]
        return "".join(f"the kernel: {line}\n" for line in lines)

    def reports(self):
        """What the checks have reported since the last call."""
        if not options.debug or not os.path.exists(self.name):
            return ""
        with open(self.name, "rb") as f:
            f.seek(self.at)
            text = f.read()
        # Whole lines: the rest belongs to the next call.
        text = text[:text.rfind(b"\n") + 1]
        self.at += len(text)
        lines = text.split(b"\n")
        first = next((i for i, line in enumerate(lines)
                      if any(r in line for r in self.REPORTS)), None)
        if first is None:
            return ""
        return b"\n".join(lines[first:first + 60]).decode(errors="replace")


def label(name, arch, kernel="hako"):
    text = f"{name} {arch}"
    if kernel == "linux":
        text += " on Linux"
    if options.cpus == 1:
        text += " 1 CPU"
    return text


class Clock:
    def __init__(self):
        self.start = time.monotonic()

    def seconds(self):
        return time.monotonic() - self.start
