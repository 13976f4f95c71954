"""An interactive session on a real terminal, by its screen."""

import signal

import steps


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
    t.command("(exit 9)")
    assert leave(t) == 9


test_shell.both = True


def test_line_editing(m):
    t = login(m)
    steps.line_editing(t)
    leave(t)


def test_interrupt(m):
    t = login(m)
    steps.interrupt(t)
    steps.started(t, "cat")
    t.send("line\n")
    t.wait("^line\nline$")
    t.send("\x03")
    t.prompt()
    assert leave(t) in (0, 130)


def test_end_of_file(m):
    t = login(m)
    steps.started(t, "cat")
    t.send("line\n")
    t.wait("^line\nline$")
    t.send("\x04")
    t.prompt()
    t.type("\x04")  # of the shell
    t.end()
    assert t.attributes() == t.before


def test_job_control(m):
    t = login(m)
    steps.job_control(t)
    leave(t)


def test_window(m):
    t = login(m, rows=30, columns=100)
    assert t.command("stty size") == "30 100"
    t.type("sh -c 'trap \"echo resized; exit\" WINCH; echo ready;"
           " while :; do sleep 0.1; done'\n")
    t.wait("^ready")
    t.resize(20, 60)
    t.wait("^resized")
    t.prompt()
    assert t.command("stty size") == "20 60"
    leave(t)


def test_vi(m):
    t = login(m)
    steps.vi(t)
    leave(t)


def test_top(m):
    t = login(m)
    steps.top(t)
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
    steps.started(t, "sleep 1000")
    t.send("\x1d\x1d\x1d")
    assert t.end() == 143
    assert t.attributes() == t.before
