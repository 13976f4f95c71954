// about: Signals from the keyboard: ^C, ^\\, ^Z to the foreground group only;
// about: NOFLSH; a lone reader
// calls: ioctl kill wait4 setpgid
#include "pty.h"

static void h(int s)
{
    char b[64];
    int n = snprintf(b, 64, "  %s\n", signame(s));
    write(1, b, n);
}
/* Signals are blocked except while waiting for one. */
static void next(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigsuspend(&none);
}

int main(void)
{
    pty_open();
    flags(0, 0, 0, 0, ECHO, 0);
    SESSION("session", {
        set_handler(SIGINT, h, 0);
        set_handler(SIGQUIT, h, 0);
        set_handler(SIGTSTP, h, 0);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_BLOCK, SIGS(SIGINT, SIGQUIT, SIGTSTP), NULL);
        static const char keys[] = "\003\034\032";
        for (int i = 0; i < 3; i++) {
            char k[2] = {keys[i], 0};
            type(k);
            next();
        }
        say("-- typed text is flushed by a signal");
        type("abc\003def\n");
        next();
        line("line", 100);
        flags(0, 0, 0, 0, 0, NOFLSH);
        type("abc\003def\n");
        next();
        line("line with NOFLSH", 100);
        flags(0, 0, 0, 0, NOFLSH, 0);
        say("-- without ISIG they are characters");
        flags(0, 0, 0, 0, ISIG, 0);
        type("\003\034\032\n");
        line("line", 100);
        flags(0, 0, 0, 0, 0, ISIG);
        say("-- other keys");
        struct termios t;
        tcgetattr(slave, &t);
        t.c_cc[VINTR] = 'i';
        t.c_cc[VQUIT] = 0;
        tcsetattr(slave, TCSANOW, &t);
        type("i");
        next();
        type("\034\n");
        line("a disabled key", 100);
        t.c_cc[VINTR] = 3;
        t.c_cc[VQUIT] = 28;
        tcsetattr(slave, TCSANOW, &t);
        say("-- the foreground group only");
        pid_t bg = CHILD({
            setpgid(0, 0);
            signal(SIGINT, SIG_DFL);
            sigprocmask(SIG_SETMASK, &none, NULL);
            pause();
        });
        setpgid(bg, bg);
        pid_t fg = CHILD({
            setpgid(0, 0);
            signal(SIGINT, SIG_DFL);
            signal(SIGQUIT, SIG_DFL);
            sigprocmask(SIG_SETMASK, &none, NULL);
            pause();
        });
        setpgid(fg, fg);
        T(tcsetpgrp(slave, fg));
        wait_asleep(fg, fg);
        type("\003");
        wait_show("foreground", fg);
        T(waitpid(bg, NULL, WNOHANG));
        signal(SIGTTOU, SIG_IGN);
        T(tcsetpgrp(slave, bg));
        wait_asleep(bg, bg);
        type("\003");
        wait_show("the other", bg);
        tcsetpgrp(slave, getpgrp());
        say("-- a reader is interrupted");
        fg = CHILD({
            char b[8];
            sigprocmask(SIG_SETMASK, &none, NULL);
            T(read(slave, b, 8));
        });
        wait_asleep(fg, fg);
        type("\003");
        wait_show("reader", fg);
    });
    say("-- nobody's terminal: no signal");
    type("\003");
    RUN("still here", );
}
