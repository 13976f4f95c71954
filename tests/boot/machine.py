"""The machine that a boot test gets: ./run for one architecture and kernel."""

import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import fcntl

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../tools/testing"))

from common import KernelLog, path, run_words

# Nothing here depends on speed: these are limits after which it hangs.
LIMIT = 900


def plain_signals():
    """Whoever runs the tests in the background has made its shell ignore these."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Skip(Exception):
    """The test cannot be run here; says why."""


class Done:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err

    def __str__(self):
        return (f"the last ./run: {self.code}, {len(self.out)} bytes on "
                f"standard output, on standard error: {self.err[-4000:]!r}\n")


class Machine:
    def __init__(self, arch, kernel, options):
        self.arch = arch
        self.kernel = kernel
        self.options = options
        self.scratch = tempfile.TemporaryDirectory(prefix="hako-boot-")
        self.sessions = []
        self.started = []
        self.logs = []
        self.last = None

    def close(self):
        for s in self.sessions:
            s.close()
        for p in self.started:
            if p.poll() is None:
                p.kill()
                p.wait()
        self.scratch.cleanup()

    def path(self, name):
        return os.path.join(self.scratch.name, name)

    def words(self, *arguments):
        smp = [] if "--smp" in arguments else ["--smp", str(self.options.cpus)]
        log = []
        if self.kernel == "hako" and "--log" not in arguments:
            self.logs.append(KernelLog(self.path(f"kernel-{len(self.logs)}.log")))
            log = self.logs[-1].words()
        return run_words(self.arch, self.kernel, *smp, *log, *arguments)

    def reports(self):
        """What the kernel's own checks found in a debug run."""
        return "".join(log.reports() for log in self.logs)

    def messages(self):
        """The last lines of what the kernel said, of each machine."""
        return "".join(log.tail() for log in self.logs)

    def start(self, *arguments, **keys):
        p = subprocess.Popen(self.words(*arguments), preexec_fn=plain_signals,
                             **keys)
        self.started.append(p)
        return p

    def run(self, *arguments, stdin=b"", limit=LIMIT):
        """./run with these arguments, to its end."""
        r = subprocess.run(self.words(*arguments), input=stdin,
                           preexec_fn=plain_signals,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           timeout=limit)
        self.last = Done(r.returncode, r.stdout, r.stderr)
        return self.last

    def sh(self, script, **keys):
        """./run -- sh -c SCRIPT"""
        return self.run("--", "sh", "-c", script, **keys)

    def terminal(self, *arguments, rows=24, columns=80):
        """./run on a terminal of its own."""
        session = Terminal(self.words(*arguments), rows, columns)
        self.sessions.append(session)
        return session


class Terminal:
    """A program on a pseudo-terminal, and the screen that it draws."""

    def __init__(self, words, rows, columns):
        import pyte

        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.resize(rows, columns)
        self.screen.write_process_input = lambda text: self.send(text)
        self.process = subprocess.Popen(
            words, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            start_new_session=True,
            preexec_fn=self.own_terminal,
            env={**os.environ, "TERM": "linux"})

    @staticmethod
    def own_terminal():
        plain_signals()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def send(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def read(self, seconds):
        """Take what the program prints. False when nothing came."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self.stream.feed(data)
        return bool(data)

    def pause(self, seconds):
        """Let the program go on, and show what it prints meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.read(max(0, end - time.monotonic())):
                time.sleep(0.01)

    @property
    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def wait(self, pattern, limit=LIMIT):
        """Until the screen shows a match of the regular expression."""
        end = time.monotonic() + limit
        while True:
            found = re.search(pattern, self.text, re.M)
            if found:
                return found
            if time.monotonic() > end or self.process.poll() is not None:
                while self.read(0.2):
                    pass
                found = re.search(pattern, self.text, re.M)
                if found:
                    return found
                raise AssertionError(
                    f"waiting for {pattern!r}, the screen shows:\n{self.text}")
            self.read(0.5)

    def shows(self, pattern, seconds):
        """Whether the screen shows a match within that time."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text, re.M):
            if time.monotonic() > end:
                return False
            self.read(0.2)
        return True

    def until(self, act, pattern, patience=10):
        """Act, again and again if need be, until the screen shows a match: for
        what a program may overlook, as a change of size just before it reads.
        """
        end = time.monotonic() + LIMIT
        while True:
            act()
            if self.shows(pattern, patience):
                return
            assert time.monotonic() < end, (
                f"waiting for {pattern!r}, the screen shows:\n{self.text}")

    def resize_until(self, rows, columns, pattern):
        """Resize, and wait until the program has drawn itself in that size."""
        def act():
            # Only another size is news.
            if (self.screen.lines, self.screen.columns) == (rows, columns):
                self.resize(rows, columns - 1)
                self.pause(0.5)
            self.resize(rows, columns)
        self.until(act, pattern)

    def mark(self):
        """Make what the screen shows now match no pattern of a whole screen."""
        self.stream.feed(b"\r\n(not cleared yet)")

    def prompt(self):
        """Until the shell waits for a command on the last line."""
        return self.wait(r"[#$] ?\Z")

    def type(self, text):
        """Type on a cleared screen, at a prompt: only then does the shell take
        each character itself, and none goes to the line discipline's own
        editing."""
        self.mark()
        self.send("clear\n")
        self.wait(r"\A\S*[#$] ?\Z")
        self.send(text)

    def command(self, text):
        """Type a line on a cleared screen; what it printed, without prompt."""
        self.type(text + "\n")
        self.wait(r"\n\S*[#$] ?\Z")
        return "\n".join(self.text.split("\n")[1:-1])

    def end(self, limit=LIMIT):
        """Wait for the program's end; its exit code."""
        stop = time.monotonic() + limit
        while self.process.poll() is None and time.monotonic() < stop:
            self.read(0.2)
        while self.read(0):
            pass
        return self.process.wait(timeout=1)

    def attributes(self):
        return termios.tcgetattr(self.slave)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)
