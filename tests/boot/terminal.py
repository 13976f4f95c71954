"""An interactive session on a real terminal, by its screen."""

import signal


def login(m, **keys):
    t = m.terminal(**keys)
    t.prompt()
    return t


def leave(t):
    t.send("exit\n")
    code = t.end()
    assert t.attributes() == t.before, "the terminal was not restored"
    return code


def test_shell(m):
    t = login(m)
    assert t.command("echo $((6 * 7))") == "42"
    assert t.command("tty; test -t 0 && echo yes").split("\n")[1] == "yes"
    assert t.command("cd /etc; pwd; echo $0") == "/etc\n-sh"
    t.send("(exit 9)\n")
    assert leave(t) == 9


test_shell.both = True


def test_line_editing(m):
    t = login(m)
    t.send("echo abX\x7fc\n")  # backspace
    t.wait("^abc$")
    t.send("clear\n")
    t.send("ho one\x01ec\n")  # ^A
    t.wait("^one$")
    t.send("clear\n\x1b[A\x1b[A two\n")  # up, up: the history
    t.wait("^one two$")
    t.send("clear\nech\ttab\n")
    t.wait("^tab$")
    t.send("garbage\x15echo kill\n")  # ^U
    t.wait("^kill$")
    leave(t)


def test_interrupt(m):
    t = login(m)
    t.send("echo started; sleep 1000\n")
    t.wait("^started")
    t.pause(1)
    t.send("\x03")
    t.prompt()
    t.send("echo =$?\n")
    t.wait("^=130$")
    t.send("echo started; cat\n")
    t.wait("^started")
    t.pause(1)
    t.send("line\n")
    t.wait("^line\nline$")
    t.send("\x03")
    t.prompt()
    assert leave(t) in (0, 130)


def test_end_of_file(m):
    t = login(m)
    t.send("echo started; cat\n")
    t.wait("^started")
    t.pause(1)
    t.send("line\n")
    t.wait("^line\nline$")
    t.send("\x04")
    t.prompt()
    t.send("\x04")  # of the shell
    t.end()
    assert t.attributes() == t.before


def test_job_control(m):
    t = login(m)
    t.send("echo started; sleep 1000\n")
    t.wait("^started")
    t.pause(1)
    t.send("\x1a")
    t.wait("Stopped")
    t.prompt()
    assert "Stopped" in t.command("jobs")
    t.send("clear\nfg\n")
    t.wait("sleep 1000$")
    t.pause(1)
    t.send("\x03")
    t.prompt()
    assert t.command("jobs") == ""
    t.send("sleep 1000 &\n")
    t.prompt()
    assert "Running" in t.command("jobs")
    t.send("kill %1\n")
    t.wait("Terminated|[#$] ?\\Z")
    leave(t)


def test_window(m):
    t = login(m, rows=30, columns=100)
    assert t.command("stty size") == "30 100"
    t.send("clear; sh -c 'trap \"echo resized; exit\" WINCH; echo ready;"
           " while :; do sleep 0.1; done'\n")
    t.wait("^ready")
    t.resize(20, 60)
    t.wait("^resized")
    t.prompt()
    assert t.command("stty size") == "20 60"
    leave(t)


def test_vi(m):
    t = login(m)
    t.send("vi /tmp/file\n")
    t.wait("^~$")
    t.send("ihello\nworld\x1b")
    t.wait("^hello\nworld$")
    t.send("ggdd")
    t.wait("\\Aworld\n~")
    t.send(":wq\n")
    t.prompt()
    assert t.command("cat /tmp/file") == "world"
    leave(t)


def test_top(m):
    t = login(m)
    t.send("top\n")
    t.wait("^Mem:")
    t.wait("PID +PPID +USER")
    t.wait("top")
    t.send("q")
    t.prompt()
    leave(t)


def test_controlling_terminal(m):
    t = login(m)
    assert t.command("echo here > /dev/tty") == "here"
    assert t.command("(echo a; echo b) | less -F 2> /dev/null | cat") == "a\nb"
    assert t.command("sh -c 'echo $PPID' > /tmp/x; test -s /tmp/x && echo ok") == "ok"
    leave(t)


def test_restored(m):
    """The terminal is as before, however the session ends."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        t = login(m)
        assert t.attributes() != t.before, "a session needs a raw terminal"
        t.process.send_signal(number)
        assert t.end() == 128 + number
        assert t.attributes() == t.before
    t = login(m)
    t.send("poweroff\n")
    assert t.end() == 0
    assert t.attributes() == t.before
    t = m.terminal("--timeout", "20")
    assert t.end() == 124
    assert t.attributes() == t.before


def test_escape(m):
    """Ctrl-] three times ends a session that does not answer."""
    t = login(m)
    t.send("echo started; sleep 1000\n")
    t.wait("^started")
    t.pause(1)
    t.send("\x1d\x1d\x1d")
    assert t.end() == 143
    assert t.attributes() == t.before
