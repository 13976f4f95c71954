"""The distribution's full-screen programs on a real terminal, by its screen:
what they draw, what keys do, and that they follow the window's size."""

import steps
from guest import root_words


def size_is(t, rows, columns):
    """The size takes its own way to the terminal."""
    t.resize(rows, columns)
    t.type(f'until [ "$(stty size)" = "{rows} {columns}" ]; do sleep 0.1; done;'
           " echo as larg''e\n")
    t.wait("^as large$")
    t.prompt()


def shell(t):
    steps.line_editing(t)
    steps.interrupt(t)
    steps.job_control(t)
    t.type("echo one | cat > /tmp/one; cat /tmp/one & wait; fg; echo $?\n")
    t.wait("^1$")
    t.prompt()
    size_is(t, 24, 80)


def vim(t):
    t.type("vim -u NONE -N /tmp/file\n")
    t.wait("^~$")
    t.send("ihello\nworld\x1b")
    t.wait("^hello\nworld$")
    t.send("ggyyGp:set ruler\n")
    t.wait("^hello\nworld\nhello\n~")
    t.resize_until(30, 100, r"\A(.*\n){29}.*All")
    t.until(lambda: t.send(":echo &lines 'by' &columns\n"), "^30 by 100")
    t.send("\x1a")  # ^Z
    t.wait("Stopped")
    t.prompt()
    t.send("fg\n")
    t.wait(r"\Ahello\nworld\nhello\n~\n(.*\n){25}.*All")
    t.resize_until(24, 80, r"\Ahello\nworld\nhello\n~\n(.*\n){19}.*All")
    t.until(lambda: t.send(":echo &lines 'by' &columns\n"), "^24 by 80")
    t.send(":%!sort\n")
    t.wait("^hello\nhello\nworld\n~")
    t.send(":wq\n")
    t.prompt()
    assert t.command("cat /tmp/file") == "hello\nhello\nworld"


def nano(t):
    t.type("nano /tmp/letter\n")
    t.wait("GNU nano")
    t.send("Dear machine,\n")
    t.wait("^Dear machine,$")
    t.resize_until(18, 60, r"\A.*GNU nano.*\n(.*\n){13,16}.*\^X")
    t.send("\x0f")  # ^O
    t.wait("File Name to Write.*letter")
    t.send("\r")
    t.wait("Wrote 1 line")
    t.send("\x18")  # ^X
    t.prompt()
    t.resize(24, 80)
    assert t.command("cat /tmp/letter") == "Dear machine,"


def less(t):
    t.command("seq 500 > /tmp/numbers")
    t.type("less /tmp/numbers\n")
    t.wait(r"\A1\n2\n(.*\n)*23\n")
    t.send(" ")
    t.wait(r"\A24\n")
    t.send("/^77$\n")
    t.wait(r"\A77\n(.*\n){22}:\Z")
    t.resize_until(12, 40, r"\A77\n(.*\n){10}\S*\Z")
    t.send("G")
    t.wait(r"^500\n")
    t.send("q")
    t.prompt()
    t.resize(24, 80)


def htop(t):
    t.type("htop\n")
    t.wait("PID.USER")
    t.wait("F10")
    t.resize_until(30, 120, r"\A(.*\n){29}.*F10.?Quit")
    t.send("\\")  # the filter
    t.wait("Filter")
    t.send("bash\n")
    t.wait("bash")
    t.send("q")
    t.prompt()
    t.resize(24, 80)


def tmux(t):
    t.type("tmux -f /dev/null new-session 'bash --norc'\n")
    t.wait(r"\[0\] 0:bash")
    t.wait(r"\A\S*[#$] ?$")
    t.send("stty size\n")
    t.wait("^23 80$")
    t.send("\x02%")  # a second pane beside it
    t.wait(r"^ {30,}[x│]")
    t.resize_until(30, 100, r"\A(.*\n){29}\[0\]")
    t.send("\x02d")
    t.wait(r"^\[detached")
    t.prompt()
    assert t.command("tmux list-panes | wc -l") == "2"
    t.type("tmux attach\n")
    t.wait(r"^ {30,}[x│]")
    t.send("\x02d")
    t.wait(r"^\[detached")
    t.prompt()
    t.resize(24, 80)
    t.command("tmux kill-server")
    t.type("until tmux list-sessions 2>&1 | grep 'no server'; do sleep 0.1; done\n")
    t.wait("^no server")
    t.prompt()


def screen(t):
    t.type("screen bash --norc\n")
    t.mark()  # until screen has cleared it
    t.wait(r"\A\S*[#$] ?\Z")
    t.send("echo in $TERM\n")
    t.wait("^in screen")
    t.mark()
    t.send("\x01c")  # a second window
    t.wait(r"\A\S*[#$] ?\Z")
    t.send("clear; echo second; echo $WINDOW\n")
    t.wait("^second\n1$")
    t.send("\x010")
    t.wait("^in screen")
    t.resize(20, 70)
    t.until(lambda: t.send("clear; stty size\n"), "^20 70$")
    t.prompt()
    t.send("\x01d")
    t.wait("detached")
    t.prompt()
    t.resize(24, 80)
    assert "gone" in t.command("screen -X quit; echo gone")


def session(m):
    t = m.terminal(*root_words("screens", m.arch))
    t.prompt()
    t.send("exec bash --norc\n")
    t.wait(r"^bash\S+# ?\Z")
    t.send("clear() { printf '\\033[H\\033[J'; }; export -f clear\n")
    t.command("export PS1='# ' SHELL=/bin/bash HISTFILE=")
    return t


def leave(t):
    t.send("exit 5\n")
    assert t.end() == 5
    assert t.attributes() == t.before, "the terminal was not restored"


def test_editors(m):
    t = session(m)
    shell(t)
    vim(t)
    nano(t)
    less(t)
    leave(t)


def test_multiplexers(m):
    t = session(m)
    htop(t)
    tmux(t)
    screen(t)
    leave(t)
