"""Tests that run inside a machine, many in one boot: abi, apps and hammers.

Linux is the oracle: what the same program prints on the distribution's kernel
in the same machine is kept in expected/, and Hako's output must equal it.
"""

import copy
import difflib
import fcntl
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading

from common import (ARCHS, FAIL, PASS, SKIP, TOP, Clock, KernelLog, label, make,
                    no_kernel, options, path, pending, read, results, run_words, setup,
                    wanted)

OUTPUT_MAX = 256 << 10
# Two machines of one architecture share what is compiled.
compiling = threading.Lock()
# A limit only tells a hang from slowness, so it is stretched for machines that
# are emulated by a busy host.
STRETCH = 4
# What a boot may take on top of the tests' own limits, in seconds.
BOOT_LIMIT = 900
# How often ./test --all runs a test that has a long form.
LONG_RUNS = 20
# tests/FOLDER and how its tests end.
KINDS = {"abi": (".c",), "apps": (".sh",), "hammers": (".c", ".cc", ".go")}


class Test:
    """A file of one of those folders with the keys of its first lines."""

    def __init__(self, kind, file):
        self.kind = kind
        self.file = path("tests", kind, file)
        stem = file.rsplit(".", 1)[0]
        self.name = f"{kind}/{stem}"
        self.stem = stem
        self.base = stem.replace("/", "-")
        mark = "#" if kind == "apps" else "//"
        self.keys = {}
        self.label = self.name
        with open(self.file, errors="replace") as f:
            for line in f:
                if line.startswith("#!"):
                    continue
                m = re.match(re.escape(mark) + r" ([a-z]+): *(.*)", line)
                if not m:
                    break
                old = self.keys.get(m[1])
                self.keys[m[1]] = f"{old} {m[2]}" if old else m[2].strip()

        self.arguments = self.keys.get("arguments", "")
        self.seconds = 0

    def long_forms(self):
        """Itself, or what ./test --all runs of it: each time with its number."""
        if not options.all or "long" not in self.keys:
            return [self]
        forms = []
        for n in range(1, LONG_RUNS + 1):
            form = copy.copy(self)
            form.base = f"{self.base}.{n}"
            form.label = f"{self.name} ({n} of {LONG_RUNS})"
            form.arguments = self.keys["long"]
            form.seconds = float(form.arguments.split()[0])
            forms.append(form)
        return forms

    @property
    def timeout(self):
        default = "120" if self.kind == "apps" else "30"
        return self.seconds + STRETCH * float(self.keys.get("timeout", default))

    @property
    def user(self):
        return "user" if "user" in self.keys.get("needs", "").split() else "root"

    @property
    def root(self):
        """The root image: rootfs/NAME."""
        return self.keys.get("root", "base")

    def held_back(self, arch):
        """Why an ordinary run leaves it out, or None."""
        if pending.has(self.name, arch):
            return "pending"
        if self.keys.get("when") == "all" and not options.all and not options.names:
            return "only with --all or by its name"
        return None

    def runs_on(self, arch):
        return arch in self.keys.get("arch", arch).split()

    def expected_path(self, arch=None):
        end = f".{arch}.out" if arch else ".out"
        return path("tests", self.kind, "expected", self.stem + end)

    def expected(self, arch):
        both = read(self.expected_path())
        return both if both is not None else read(self.expected_path(arch))

    def compile(self, arch, out):
        """Build it if it is out of date. Returns None or the compiler's errors."""
        target = os.path.join(out, self.stem.replace("/", "-"))
        headers = [path("tests", k, f) for k in ("abi", "hako")
                   for f in os.listdir(path("tests", k)) if f.endswith(".h")]
        if self.kind == "hammers":
            headers += [path("tests/hammers/threads.c")]
        newest = max(os.path.getmtime(f) for f in [self.file, *headers])
        if os.path.exists(target) and os.path.getmtime(target) > newest:
            return None
        r = subprocess.run([*self.compiler(arch), "-o", target + ".new", self.file,
                            *([] if self.file.endswith(".go") else ["-lm"])],
                           env={**os.environ, **self.go_environment(arch)},
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
        if r.returncode:
            return r.stdout.decode(errors="replace")
        os.replace(target + ".new", target)
        return None


    def compiler(self, arch):
        if self.file.endswith(".go"):
            return ["go", "build"]
        cross = "" if arch == os.uname().machine else arch + "-linux-gnu-"
        flags = ["-O1", "-Wall", "-Werror", "-pthread", "-I" + path("tests/abi")]
        if self.file.endswith(".cc"):
            cc = [cross + "g++", "-std=c++20"]
        elif self.keys.get("libc") == "glibc":
            cc = [cross + "gcc", "-std=gnu17"]
        else:
            cc = [path("build/cache", "musl-" + arch, "cc"), "-std=gnu17"]
        if self.keys.get("link") != "dynamic":
            flags.append("-static")
        return cc + flags + self.keys.get("flags", "").split()

    @staticmethod
    def go_environment(arch):
        return {"GOARCH": {"x86_64": "amd64", "aarch64": "arm64"}[arch],
                "GOCACHE": path("build/cache/go"), "GOFLAGS": "-trimpath",
                "CGO_ENABLED": "0", "GO111MODULE": "off"}


def files_of(kind, ends):
    """The tests of tests/KIND, as paths below it."""
    folder = path("tests", kind)
    files = []
    for where, folders, names in os.walk(folder):
        # expected/ and helpers/ hold no tests.
        folders[:] = [f for f in folders if f not in ("expected", "helpers")]
        files += [os.path.relpath(os.path.join(where, n), folder)
                  for n in names if n.endswith(ends)]
    return sorted(files)


def collect():
    return [Test(kind, f) for kind, ends in KINDS.items()
            for f in files_of(kind, ends)]


def make_root(root, recipes, arch, tree):
    if "make" in recipes:
        subprocess.run([path("rootfs", root, "make"), arch, tree], check=True,
                       stdin=subprocess.DEVNULL)
    elif "packages" in recipes:
        lines = [l.split("#")[0] for l in recipes["packages"].decode().split("\n")]
        setup("unpack", arch, tree, *" ".join(lines).split())
    else:
        raise RuntimeError(f"there is no rootfs/{root}/packages")


def root_words(root, arch):
    """The options of ./run for a root image, which is made if it is not there:
    rootfs/ROOT/packages lists packages to unpack, or rootfs/ROOT/make builds it.
    """
    if root == "base":
        return []
    tree = path("build", arch, "root-" + root)
    stamp = tree + ".stamp"
    folder = path("rootfs", root)
    recipes = {name: read(os.path.join(folder, name)) or b""
               for name in sorted(os.listdir(folder) if os.path.isdir(folder) else [])}
    content = b"\0".join(recipes.values())
    os.makedirs(os.path.dirname(tree), exist_ok=True)
    # Tests of one tree begin side by side, on Hako and on Linux.
    with open(tree + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(tree) or read(stamp) != content:
            make_root(root, recipes, arch, tree)
            with open(stamp, "wb") as f:
                f.write(content)
    size = int(subprocess.run(["du", "-sm", tree], stdout=subprocess.PIPE,
                              check=True).stdout.split()[0])
    # Beside the archive itself, Linux gives a root of tmpfs half of what is left.
    return ["--root", tree, "--mem", str(512 + 4 * size)]


class Batch:
    """Runs tests of one root in machines of one kind, one boot if all goes well.

    After run(), outputs[test] is what the test printed, with a last line for
    how it ended when that was not exit 0; errors[test] is there instead when
    the machine failed under it.
    """

    def __init__(self, tests, arch, kernel):
        self.arch = arch
        self.kernel = kernel
        self.tests = tests
        self.outputs = {}
        self.errors = {}
        self.seconds = {}

    def run(self):
        left = list(self.tests)
        with tempfile.TemporaryDirectory(prefix="hako-test-") as top:
            # What lands in the machine: /tests/NAME and the runner.
            os.chmod(top, 0o755)
            folder = os.path.join(top, "tests")
            os.mkdir(folder)
            self.add_runner(top)
            for test in list(left):
                out = path("build", self.arch, "tests", test.kind)
                os.makedirs(out, exist_ok=True)
                if test.kind == "apps":
                    target = os.path.join(folder, test.base)
                    shutil.copy(test.file, target)
                    os.chmod(target, 0o755)
                    continue
                with compiling:
                    error = test.compile(self.arch, out)
                if error:
                    self.errors[test] = error
                    left.remove(test)
                else:
                    subprocess.run([self.strip(), "-o",
                                    os.path.join(folder, test.base),
                                    os.path.join(out, test.stem.replace("/", "-"))],
                                   check=True)
            while left:
                before = len(left)
                left = self.boot(left, top)
                if len(left) == before:
                    break

    def strip(self):
        return "strip" if self.arch == os.uname().machine \
            else self.arch + "-linux-gnu-strip"

    def add_runner(self, top):
        error = make(f"ARCH={self.arch}", "user")
        if error:
            raise RuntimeError(error)
        shutil.copy(path("build", self.arch, "user/runtests"),
                    os.path.join(top, "tests/.runtests"))
        # Tests of the dynamic linker find musl's where their header says.
        if any(t.keys.get("link") == "dynamic" for t in self.tests):
            lib = os.path.join(top, "usr/lib")
            os.makedirs(lib)
            shutil.copy(path("build/cache", f"musl-{self.arch}",
                             f"ld-musl-{self.arch}.so.1"), lib)

    def boot(self, tests, top):
        """One machine. Returns the tests that it did not get to."""
        clock = Clock()
        with tempfile.TemporaryDirectory(prefix="hako-log-") as folder:
            return self.watch(tests, top, clock,
                              KernelLog(os.path.join(folder, "log")))

    def watch(self, tests, top, clock, log):
        words = run_words(self.arch, self.kernel, "--smp", str(options.cpus),
                          *(log.words() if self.kernel == "hako" else []),
                          "--add", top, *root_words(tests[0].root, self.arch),
                          "--", "/tests/.runtests")
        process = subprocess.Popen(words, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        plan = "".join(
            f"{t.base} {t.timeout:g} {t.user} /tests/{t.base} {t.arguments}\n"
            for t in tests)
        errors = []
        reader = threading.Thread(
            target=lambda: errors.append(process.stderr.read()))
        writer = threading.Thread(target=self.feed, args=(process, plan))
        reader.start()
        writer.start()
        byname = {t.base: t for t in tests}
        done, current, last = [], None, 0.0
        limit = threading.Timer(BOOT_LIMIT, process.terminate)
        limit.start()
        hung = False
        while True:
            line = process.stdout.readline()
            words = line.decode(errors="replace").split()
            if not line:
                break
            limit.cancel()
            if words[:1] == ["@start"] and words[1] in byname:
                current, last = byname[words[1]], clock.seconds()
                limit = threading.Timer(current.timeout + BOOT_LIMIT,
                                        process.terminate)
                limit.start()
            elif words[:1] == ["@end"] and current:
                size = int(words[4])
                text = process.stdout.read(size)
                if len(text) < size:
                    break
                self.finish(current, words[2], words[3], text)
                self.blame(current, log)
                self.seconds[current] = clock.seconds() - last
                done.append(current)
                current = None
                limit = threading.Timer(BOOT_LIMIT, process.terminate)
                limit.start()
        hung = not limit.is_alive() and current is not None
        limit.cancel()
        code = process.wait()
        reader.join()
        writer.join()
        if done:
            self.blame(done[-1], log)
        rest = [t for t in tests if t not in done]
        if rest:
            # The machine ended early: the test that ran is to blame, or the
            # first one when none had started.
            culprit = current or rest[0]
            text = errors[0].decode(errors="replace") if errors else ""
            why = "the machine hung" if hung or code in (143, -15) else \
                f"the machine ended early (./run: {code})"
            self.errors[culprit] = f"{why}\n{text}{log.tail()}"
            rest.remove(culprit)
        return rest

    def blame(self, test, log):
        """The kernel's own checks found something while the test ran."""
        text = log.reports()
        if text:
            self.errors[test] = "the kernel reports:\n" + text

    @staticmethod
    def feed(process, plan):
        try:
            process.stdin.write(plan.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass

    def finish(self, test, how, number, text):
        if len(text) > OUTPUT_MAX:
            self.errors[test] = "it printed more than 256 KiB"
            return
        if text and not text.endswith(b"\n") and (how != "exit" or number != "0"):
            text += b"\n"
        if how == "timeout":
            text += b"[timeout]\n"
        elif how == "signal" or number != "0":
            text += f"[{how} {number}]\n".encode()
        self.outputs[test] = text


def by_root(tests):
    groups = {}
    for test in tests:
        groups.setdefault(test.root, []).append(test)
    return groups.values()


def difference(expected, got):
    lines = difflib.unified_diff(
        expected.decode(errors="backslashreplace").split("\n"),
        got.decode(errors="backslashreplace").split("\n"),
        "Linux", "here", lineterm="", n=2)
    return "\n".join(lines)


def compare_job(tests, arch, kernel):
    """Run tests and compare with what is kept."""
    batch = Batch(tests, arch, kernel)
    try:
        batch.run()
    except (RuntimeError, subprocess.CalledProcessError) as e:
        for test in tests:
            batch.errors.setdefault(test, str(e))
    for test in tests:
        name = label(test.label, arch, kernel)
        expected = test.expected(arch)
        if test in batch.errors:
            results.add(name, FAIL, batch.errors[test])
        elif test not in batch.outputs:
            results.add(name, FAIL, "the machine did not get to it")
        elif expected is None:
            results.add(name, FAIL, "nothing is kept of Linux: ./test --oracle "
                        + test.name)
        elif expected == batch.outputs[test]:
            results.add(name, PASS, seconds=batch.seconds.get(test))
            if kernel == "hako" and pending.lists(test.name, arch):
                results.unpended.append(name)
        else:
            results.add(name, FAIL, difference(expected, batch.outputs[test]))


def jobs():
    """(function) for each machine to start."""
    tests = [t for t in collect() if wanted(t.name)]
    work = []
    for arch in options.archs:
        here = [t for t in tests if t.runs_on(arch)]
        if not here:
            continue
        why = no_kernel(arch)
        ready = []
        for test in here:
            if why or test.held_back(arch):
                results.add(label(test.name, arch), SKIP,
                            why or test.held_back(arch))
            else:
                ready.append(test)
        forms = [form for test in ready for form in test.long_forms()]
        for group in by_root(forms):
            work.append(lambda g=group, a=arch: compare_job(g, a, "hako"))
        # A random tenth shows that what is kept is still what Linux does.
        if options.debug:
            continue
        kept = [t for t in here if t.expected(arch) is not None
                and t.held_back(arch) in (None, "pending")]
        chosen = kept if options.linux else random.Random(
            options.seed + ARCHS.index(arch)).sample(kept, (len(kept) + 9) // 10)
        for group in by_root(chosen):
            work.append(lambda g=group, a=arch: compare_job(g, a, "linux"))
    return work


def make_oracle():
    """Run on Linux, on all architectures, and keep what comes out."""
    tests = [t for t in collect() if wanted(t.name)]
    outputs = {arch: {} for arch in ARCHS}

    def one(arch):
        for group in by_root([t for t in tests if t.runs_on(arch)]):
            batch = Batch(group, arch, "linux")
            batch.run()
            outputs[arch].update(batch.outputs)
            for test, error in batch.errors.items():
                results.add(label(test.name, arch, "linux"), FAIL, error)

    threads = [threading.Thread(target=one, args=(a,)) for a in ARCHS]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for test in tests:
        keep(test, [(a, outputs[a].get(test)) for a in ARCHS if test.runs_on(a)])


def keep(test, texts):
    for arch, text in texts:
        if text is None:
            return
        if b"[timeout]" in text.split(b"\n"):
            results.add(label(test.name, arch, "linux"), FAIL, "a timeout on Linux")
            return
    files = {}
    if len(texts) == len(ARCHS) and texts[0][1] == texts[1][1]:
        files[test.expected_path()] = texts[0][1]
    else:
        for arch, text in texts:
            files[test.expected_path(arch)] = text
    everything = [test.expected_path(), *map(test.expected_path, ARCHS)]
    changed = False
    os.makedirs(os.path.dirname(test.expected_path()), exist_ok=True)
    for name in everything:
        if name in files and read(name) != files[name]:
            with open(name, "wb") as f:
                f.write(files[name])
            changed = True
        elif name not in files and os.path.exists(name):
            os.remove(name)
            changed = True
    results.add(f"{test.name} {'kept anew' if changed else 'as before'}", PASS)
