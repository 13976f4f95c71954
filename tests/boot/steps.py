"""What a user does at a shell's prompt, on whatever terminal the shell has:
each function takes a machine's Terminal that shows a prompt, and leaves one."""


def line_editing(t):
    t.type("echo abX\x7fc\n")  # backspace
    t.wait("^abc$")
    t.type("ho one\x01ec\n")  # ^A
    t.wait("^one$")
    t.type("\x1b[A\x1b[A two\n")  # up, up: the history
    t.wait("^one two$")
    t.type("ech\ttab\n")
    t.wait("^tab$")
    t.type("garbage\x15echo kill\n")  # ^U
    t.wait("^kill$")
    t.prompt()


# Tells when the first job waits and has the terminal.
WATCH = ("p=$(jobs -p); ( (until read -r _ _ s _ g _ _ t _ < /proc/$p/stat &&"
         " test $s$g = S$t; do sleep 0.1; done; echo in fro''nt) &); ")


def interrupt(t):
    started(t, "sleep 1000")
    t.send("\x03")
    t.prompt()
    t.send("echo =$?\n")
    t.wait("^=130$")
    t.prompt()


def job_control(t):
    started(t, "sleep 1000")
    t.send("\x1a")
    t.wait("Stopped")
    t.prompt()
    assert "Stopped" in t.command("jobs")
    t.type(WATCH + "fg\n")
    t.wait("^in front$")
    t.send("\x03")
    t.prompt()
    assert t.command("jobs") == ""
    t.command("sleep 1000 &")
    assert "Running" in t.command("jobs")
    assert "gone" in t.command("kill %1; wait; echo gone")


def vi(t):
    t.type("vi /tmp/file\n")
    t.wait("^~$")
    t.send("ihello\nworld\x1b")
    t.wait("^hello\nworld$")
    t.send("ggdd")
    t.wait("\\Aworld\n~")
    t.send(":wq\n")
    t.prompt()
    assert t.command("cat /tmp/file") == "world"


def top(t):
    t.type("top\n")
    t.wait("^Mem:")
    t.wait("PID +PPID +USER")
    t.wait("top")
    t.send("q")
    t.prompt()


def started(t, program):
    """Start a program that goes on. The process that becomes it says so: it has
    the terminal then, and the signals of a child."""
    t.type(f"sh -c 'echo started; exec {program}'\n")
    t.wait("^started")
