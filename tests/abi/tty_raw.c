// about: Raw reading: VMIN and VTIME, modes switched with data waiting, non-
// about: blocking
// calls: ioctl read write ppoll
#include "pty.h"

static void vmt(int min, int time)
{
    struct termios t;
    tcgetattr(slave, &t);
    t.c_cc[VMIN] = min;
    t.c_cc[VTIME] = time;
    tcsetattr(slave, TCSANOW, &t);
}
int main(void)
{
    char b[64];
    pty_open();
    raw(slave);
    type("a\r\n\003\004\177");
    line("all as typed", 100);
    say("-- VMIN 0 VTIME 0");
    vmt(0, 0);
    T(read(slave, b, 64));
    type("xy");
    settle();
    T(read(slave, b, 64));
    say("-- VMIN 0 VTIME 1");
    vmt(0, 1);
    long long a = now_ms();
    T(read(slave, b, 64));
    Y(now_ms() - a >= 90);
    type("z");
    T(read(slave, b, 64));
    say("-- VMIN 3 VTIME 0");
    vmt(3, 0);
    type("12");
    settle();
    struct pollfd p = {slave, POLLIN, 0};
    T(poll(&p, 1, 20));
    pid_t k = CHILD({
        ms(30);
        type("345");
    });
    T(read(slave, b, 64));
    wait_show("typist", k);
    type("1234");
    T(read(slave, b, 2));
    T(read(slave, b, 2));
    say("-- VMIN 3 VTIME 1: the time runs from the first byte");
    vmt(3, 1);
    type("1");
    T(read(slave, b, 64));
    say("-- non-blocking");
    fcntl(slave, F_SETFL, O_NONBLOCK);
    T(read(slave, b, 64));
    type("1");
    settle();
    T(read(slave, b, 64));
    vmt(1, 0);
    T(read(slave, b, 64));
    type("q");
    settle();
    T(read(slave, b, 64));
    fcntl(slave, F_SETFL, 0);
    say("-- switching with data waiting");
    type("typed raw\n");
    settle();
    flags(0, 0, 0, 0, 0, ICANON);
    line("as a line", 100);
    type("half");
    settle();
    flags(0, 0, 0, 0, ICANON, 0);
    line("as bytes", 100);
    type("to be flushed");
    settle();
    tcflush(slave, TCIFLUSH);
    line("after TCIFLUSH", 100);
    struct termios t;
    type("to be dropped");
    settle();
    tcgetattr(slave, &t);
    tcsetattr(slave, TCSAFLUSH, &t);
    line("after TCSAFLUSH", 100);
    say("-- a waiting read is interrupted, and restarted");
    for (int f = 0; f < 2; f++) {
        k = CHILD({
            set_handler(SIGUSR1, no_handler, f ? SA_RESTART : 0);
            T(read(slave, b, 1));
        });
        wait_asleep(k, k);
        kill(k, SIGUSR1);
        ms(30);
        if (f)
            type("x");
        wait_show("reader", k);
    }
}
