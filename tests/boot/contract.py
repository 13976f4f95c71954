"""What ./run promises to whoever starts a command with it."""

import hashlib
import os
import re
import signal
import subprocess
import time

from common import path
from machine import LIMIT


def on_linux_too(function):
    """Run on Linux even while Hako can: it shows that the test is right."""
    function.both = True
    return function


def test_exit_status(m):
    for code in (0, 1, 7, 255):
        assert m.sh(f"exit {code}").code == code


def test_killed(m):
    assert m.sh("kill -9 $$").code == 137
    assert m.sh("kill -15 $$").code == 143


def test_no_such_command(m):
    r = m.run("--", "no-such-command")
    assert r.code == 127 and b"no-such-command" in r.err, (r.code, r.err)
    assert m.run("--", "/bin/no-such-command").code == 127


def test_not_executable(m):
    r = m.run("--", "/etc/passwd")
    assert r.code == 126 and r.err, (r.code, r.err)


@on_linux_too
def test_streams_apart(m):
    r = m.sh("echo out; echo err >&2; echo out2; echo err2 >&2")
    assert (r.out, r.err) == (b"out\nout2\n", b"err\nerr2\n"), (r.out, r.err)


def test_all_bytes(m):
    data = bytes(range(256)) * 4
    r = m.run("--", "cat", stdin=data)
    assert r.out == data and r.err == b"" and r.code == 0
    r = m.run("--", "sh", "-c", "cat >&2", stdin=data)
    assert r.err == data and r.out == b""


@on_linux_too
def test_8_mib_in(m):
    data = os.urandom(8 << 20)
    r = m.run("--", "sha256sum", stdin=data)
    assert r.out.split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_8_mib_through(m):
    data = os.urandom(8 << 20)
    r = m.run("--", "sh", "-c", "tee /dev/stderr", stdin=data)
    assert r.out == data
    assert r.err == data


def test_odd_sizes(m):
    for size in (1, 4095, 4097, 65537):
        data = os.urandom(size)
        assert m.run("--", "cat", stdin=data).out == data, size


def test_no_input(m):
    assert m.run("--", "cat").out == b""
    assert m.run("--", "wc", "-c").out.split() == [b"0"]


def test_input_left_unread(m):
    r = m.run("--", "head", "-c", "10", stdin=b"x" * (4 << 20))
    assert r.out == b"x" * 10 and r.code == 0


def test_output_closed(m):
    """`./run -- yes | head -1` ends, and by SIGPIPE."""
    p = m.start("--", "yes", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert p.stdout.read(4) == b"y\ny\n"
    p.stdout.close()
    assert p.wait(timeout=LIMIT) == 141


def test_closed_streams(m):
    words = m.words("--", "sh", "-c", "echo x; echo $? >&2")
    r = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *words],
                       stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                       timeout=LIMIT)
    assert r.stderr.endswith(b"1\n"), r.stderr
    words = m.words("--", "cat")
    r = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *words],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=LIMIT)
    assert r.returncode == 1 and b"Bad file descriptor" in r.stderr, r.stderr


def test_output_before_the_end(m):
    """Nothing of what was printed is lost, however late the reader."""
    p = m.start("--", "sh", "-c", "seq 200000; echo end >&2; exit 3",
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL)
    time.sleep(5)
    text = p.stdout.read()
    assert text == b"".join(b"%d\n" % i for i in range(1, 200001))
    assert p.wait(timeout=LIMIT) == 3


def test_arguments(m):
    words = ["a b", "", "'", '"', "$HOME", "\\", "\n", "*", "ä"]
    r = m.run("--", "printf", "[%s]", *words)
    assert r.out == "".join(f"[{w}]" for w in words).encode(), r.out
    long = "x" * 100000
    assert m.run("--", "echo", long).out.decode() == long + "\n"


def test_environment(m):
    r = m.sh("pwd; echo $HOME $USER $SHELL; id -u; umask")
    assert r.out == b"/\n/root root /bin/sh\n0\n0022\n", r.out


def test_no_terminal(m):
    assert m.sh("test -t 0 || test -t 1 || test -t 2").code == 1
    assert m.sh(": < /dev/tty").code != 0


def test_interrupted(m):
    # Not a shell: BusyBox's ignores SIGQUIT, as bash does.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        p = m.start("--", "cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdin.write(b"up\n")
        p.stdin.flush()
        assert p.stdout.readline() == b"up\n"
        p.send_signal(number)
        assert p.wait(timeout=LIMIT) == 128 + number
        p.stdin.close()
        p.stdout.close()


def test_signal_handled(m):
    """The command decides what a signal does."""
    p = m.start("--", "sh", "-c",
                "trap 'echo caught; exit 5' INT; echo up; while :; do sleep 0.1; done",
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert p.stdout.readline() == b"up\n"
    p.send_signal(signal.SIGINT)
    assert p.stdout.read() == b"caught\n"
    assert p.wait(timeout=LIMIT) == 5


def children(pid):
    r = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)],
                       stdout=subprocess.PIPE)
    return [int(w) for w in r.stdout.split()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_nothing_left_running(m):
    """Whatever ends ./run, even SIGKILL, the machine goes with it."""
    for number in (signal.SIGKILL, signal.SIGTERM):
        p = m.start("--", "sh", "-c", "echo up; sleep 1000",
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert p.stdout.readline() == b"up\n"
        machines = children(p.pid)
        assert machines, "no QEMU?"
        p.send_signal(number)
        p.wait(timeout=LIMIT)
        p.stdout.close()
        for _ in range(1000):
            if not any(map(alive, machines)):
                break
            time.sleep(0.1)
        assert not any(map(alive, machines))


def test_timeout(m):
    start = time.monotonic()
    r = m.run("--timeout", "15", "--", "sh", "-c", "echo up; sleep 1000")
    assert r.code == 124, r.code
    assert 14 < time.monotonic() - start
    assert m.run("--timeout", "0.01", "--", "true").code == 124
    assert m.run("--timeout", str(LIMIT), "--", "sh", "-c", "exit 3").code == 3


def test_ten_at_once(m):
    runs = [m.start("--", "sh", "-c", f"cat; sleep 1; echo {i} >&2; exit {i}",
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE) for i in range(10)]
    for i, p in enumerate(runs):
        data = b"%d" % i * 50000
        out, err = p.communicate(data, timeout=4 * LIMIT)
        assert (p.returncode, out, err) == (i, data, b"%d\n" % i), (i, err)


def test_from_anywhere(m):
    """From another directory, through a symbolic link."""
    os.symlink(path("run"), m.path("link"))
    words = m.words("--", "echo", "here")
    r = subprocess.run([m.path("link"), *words[1:]], cwd="/",
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       timeout=LIMIT)
    assert r.stdout == b"here\n"


def test_processors(m):
    for n in (1, 2, 4):
        r = m.run("--smp", str(n), "--", "sh", "-c",
                  "grep -c ^processor /proc/cpuinfo; nproc")
        assert r.out.split() == [b"%d" % n] * 2, r.out


def test_command_line(m):
    r = m.run("--append", "word other=1", "--", "cat", "/proc/cmdline")
    assert b" word other=1" in r.out, r.out


def test_shut_down(m):
    for how in ("poweroff", "reboot", "poweroff -f"):
        r = m.sh(how + "; sleep 1000")
        assert r.code == 0, (how, r.code, r.err)


def test_panic(m):
    """Exit status 70; the report is on standard error, and all of it."""
    r = m.sh("echo c > /proc/sysrq-trigger; echo after")
    assert r.code == 70 and r.out == b"", (r.code, r.out)
    registers = {"x86_64": b"rip [0-9a-f]{16} +panic[+]",
                 "aarch64": b"pc  [0-9a-f]{16} panic[+]"}
    for pattern in (b"Kernel panic - not syncing: sysrq triggered crash",
                    registers[m.arch], b"store_trigger[+]0x",
                    *(b"CPU %d," % n for n in range(m.options.cpus)),
                    b"sysrq: Trigger a crash", b"end Kernel panic"):
        assert re.search(pattern, r.err), (pattern, r.err)


test_panic.kernels = ("hako",)


def test_sysrq(m):
    """The other keys of /proc/sysrq-trigger."""
    r = m.sh("for key in h l m t w 5 s; do echo $key > /proc/sysrq-trigger; done;"
             "cut -c1 /proc/sys/kernel/printk; dmesg; ls -l /proc/sysrq-trigger;"
             "su -s /bin/sh nobody -c 'echo h > /proc/sysrq-trigger' 2>&1")
    assert r.out.startswith(b"5\n"), r.out
    for pattern in (b"sysrq: HELP : ", b"show_this_cpu[+]0x", b"Mem-Info: total:",
                    b"task:init +state:S pid:1\n", b"sys_rt_sigsuspend[+]0x",
                    b"sysrq: Loglevel set to 5", b"sysrq: Emergency Sync",
                    b"\n--w------- ", b"Permission denied"):
        assert re.search(pattern, r.out), (pattern, r.out)
    # With e and i goes who would tell the command's end.
    for key, codes in (("e", (0, 143)), ("i", (0, 137)), ("f", (137,)),
                       ("o", (0,)), ("b", (70,))):
        r = m.sh(f"echo {key} > /proc/sysrq-trigger; sleep 1000")
        assert r.code in codes, (key, r.code, r.err)


test_sysrq.kernels = ("hako",)


def test_memory_sizes(m):
    """The least and the most memory; a tenth of it is filled and read."""
    for size in (8, 16, 4096, 65536):
        r = m.run("--mem", str(size), "--", "sh", "-c",
                  "awk '/MemTotal/ {print $2}' /proc/meminfo;"
                  f"dd if=/dev/zero of=/tmp/f bs=1M count={min(size, 256) // 10};"
                  "cat /tmp/f | wc -c")
        total, written = (int(x) for x in r.out.split())
        assert size * 1024 * 0.9 < total <= size * 1024, (size, total)
        assert written == min(size, 256) // 10 << 20, (size, written)
