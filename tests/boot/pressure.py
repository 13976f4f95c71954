"""Programs that take all they can, next to a shell that has to answer."""

import os
import re
import shutil
import subprocess
import threading
import time

from common import path

# What the issue of a busy host is, is not the machine's: a shell that does not
# answer for so long hangs.
ANSWER = 600
MEMORY_KINDS = ("private", "shared", "mapping", "tmpfs", "processes", "threads")
# What these hold is the kernel's memory: bounded by the number of handles.
HANDLE_KINDS = ("pipes", "sockets")


def guest_program(m, name):
    """A folder for --add with tests/boot/guest/NAME.c, built."""
    top = m.path("add-" + name)
    if not os.path.isdir(top):
        os.mkdir(top)
        os.chmod(top, 0o755)
        subprocess.run([path("tools/setup/musl"), m.arch], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([path("build/cache", "musl-" + m.arch, "cc"), "-std=gnu17",
                        "-O1", "-Wall", "-Werror", "-pthread", "-static", "-o",
                        os.path.join(top, name),
                        path("tests/boot/guest", name + ".c")], check=True)
    return top


class Shell:
    """A shell in a machine, which is told lines and answers."""

    def __init__(self, m, *options):
        self.process = m.start(*options, "--", "sh", stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines = []
        self.news = threading.Condition()
        self.errors = []
        for work in (self.read, self.read_errors):
            threading.Thread(target=work, daemon=True).start()
        self.number = 0

    def read(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.news.notify_all()

    def read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line.decode(errors="replace"))
            del self.errors[:-60]

    def tell(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, line, limit=ANSWER):
        """What the shell prints for the line."""
        self.number += 1
        mark = f"answer-{self.number}"
        try:
            self.tell(f"{line}\necho {mark}")
        except BrokenPipeError:
            code = self.process.wait(ANSWER)
            raise AssertionError(f"./run ended with {code} before: {line}\n" +
                                 "".join(self.errors))
        end = time.monotonic() + limit
        with self.news:
            while mark not in self.lines:
                left = end - time.monotonic()
                code = self.process.poll()
                assert left > 0 and code is None, (
                    "the shell does not answer", line, code, self.lines[-5:],
                    "".join(self.errors))
                self.news.wait(min(left, 1))
            at = self.lines.index(mark)
            text, self.lines = self.lines[:at], self.lines[at + 1:]
        return "\n".join(text)

    def end(self):
        self.process.stdin.close()
        return self.process.wait(ANSWER)


def eat(shell, kind):
    """Run the eater; the shell has to answer all along. How it ended."""
    shell.ask(f"greedy {kind} 2>/dev/null & echo $! > /run/pid")
    end = time.monotonic() + 10 * ANSWER
    while True:
        assert shell.ask("echo here") == "here"
        if shell.ask("kill -0 $(cat /run/pid) 2>/dev/null || echo gone") == "gone":
            break
        # Some stop at a limit and wait.
        time.sleep(0.1)
        if kind not in ("private", "shared", "mapping") and \
                time.monotonic() > end - 10 * ANSWER + 20:
            shell.ask("killall -9 greedy")
        assert time.monotonic() < end, f"{kind}: nobody stops it"
    how = shell.ask("wait $(cat /run/pid); echo $?").split()[-1]
    shell.ask("killall -9 greedy 2>/dev/null")
    return how


def free_memory(shell):
    text = shell.ask("grep -E '^Mem(Free|Available)' /proc/meminfo")
    return int(re.search(r"MemAvailable: *(\d+)", text)[1])


def test_memory_eaters(m):
    """Each kind of eater ends, the shell stays and the memory comes back."""
    eaters(m, 64, MEMORY_KINDS)
    eaters(m, 256, HANDLE_KINDS)


def eaters(m, memory, kinds):
    shell = Shell(m, "--mem", str(memory), "--add", guest_program(m, "greedy"))
    shell.ask("PATH=/:$PATH")
    rounds = 3 if m.options.all else 1
    for kind in kinds:
        for _ in range(rounds):
            before = free_memory(shell)
            eat(shell, kind)
            end = time.monotonic() + ANSWER
            while True:
                after = free_memory(shell)
                if after > before - 2048 or time.monotonic() > end:
                    break
                time.sleep(0.2)
            assert after > before - 2048, (kind, before, after)
    assert shell.end() == 0


def test_memory_eater_is_killed(m):
    """The eater and nobody else: 3 runs of 3, with --all 20 of 20."""
    shell = Shell(m, "--mem", "64", "--add", guest_program(m, "greedy"))
    shell.ask("PATH=/:$PATH")
    shell.ask("sleep 100000 & echo $! > /run/other")
    for n in range(20 if m.options.all else 3):
        how = eat(shell, "private")
        assert how == "137", (n, how)
        assert shell.ask("kill -0 $(cat /run/other) && echo lives") == "lives", n
    shell.ask("kill $(cat /run/other)")
    assert shell.end() == 0


def killed(shell):
    return int(shell.ask("grep oom_kill /proc/vmstat").split()[1])


def running(shell):
    return int(shell.ask("ps -o user,comm | grep -c greedy"))


def hostile(m, kind, memory, kills):
    """For five seconds, and until the out-of-memory killer was there so often."""
    shell = Shell(m, "--mem", str(memory), "--add", guest_program(m, "greedy"))
    shell.ask("PATH=/:$PATH")
    start = f"pidof greedy > /dev/null || greedy {kind} 2>/dev/null & true"
    shell.ask(start)
    end = time.monotonic() + ANSWER
    rounds = 0
    while rounds < 5 or killed(shell) < kills:
        assert time.monotonic() < end, "memory lasts"
        rounds += 1
        time.sleep(1)
        # Those that signal all they can end each other.
        if kind == "everything":
            shell.ask(start)
        assert shell.ask("echo here; ls / > /dev/null && echo works") == \
            "here\nworks"
    while kind == "bomb" and running(shell) <= 1:
        assert time.monotonic() < end, "it does not fork"
    assert running(shell) <= 66, running(shell)
    for _ in range(200):
        shell.ask("killall -9 greedy 2>/dev/null; wait")
        if shell.ask("ps -o comm | grep -c '^greedy$'") == "0":
            break
    assert shell.ask("ps -o comm | grep -c '^greedy$'") == "0"
    assert shell.ask("echo still here") == "still here"
    assert shell.end() == 0


def test_fork_bomb(m):
    """Of a user other than root, under RLIMIT_NPROC: root's shell answers."""
    hostile(m, "bomb", 128, 0)


def test_all_it_can(m):
    """A user's processes that open, map and signal all they can. A few of them
    have more areas than memory has room for, and hardly a page: they die."""
    hostile(m, "everything", 64, 3)


for test in (test_memory_eaters, test_memory_eater_is_killed, test_fork_bomb,
             test_all_it_can):
    test.kernels = ("hako",)
