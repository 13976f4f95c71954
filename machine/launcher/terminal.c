/* The user's terminal. Whatever ends the program, it is as it was before. */
#include "launcher.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static volatile sig_atomic_t is_raw;

void terminal_restore(void)
{
    if (is_raw) {
        is_raw = 0;
        tcsetattr(0, TCSADRAIN, &before);
    }
}

static void on_crash(int number)
{
    if (is_raw)
        tcsetattr(0, TCSANOW, &before);
    signal(number, SIG_DFL);
    raise(number);
}

void terminal_raw(void)
{
    static bool prepared;
    if (!prepared) {
        static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
        for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
            signal(crashes[i], on_crash);
        atexit(terminal_restore);
        if (tcgetattr(0, &before) < 0)
            return;
        prepared = true;
    }
    struct termios raw = before;
    cfmakeraw(&raw);
    /* Only after the old settings are safe may they change. */
    is_raw = 1;
    tcsetattr(0, TCSADRAIN, &raw);
}

void terminal_size(uint16_t *rows, uint16_t *columns)
{
    struct winsize size = {0};
    ioctl(0, TIOCGWINSZ, &size);
    *rows = size.ws_row ? size.ws_row : 24;
    *columns = size.ws_col ? size.ws_col : 80;
}
