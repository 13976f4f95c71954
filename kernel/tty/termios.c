#include "tty/termios.h"

#include "lib/string.h"

static const u32 baud_table[] = {
    0,       50,      75,      110,     134,     150,     200,    300,
    600,     1200,    1800,    2400,    4800,    9600,    19200,  38400,
    57600,   115200,  230400,  460800,  500000,  576000,  921600, 1000000,
    1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};

void termios_default(struct termios *t, u32 cflag, u32 baud)
{
    static const u8 characters[NCCS] = {
        [VINTR] = 3,  [VQUIT] = 28,    [VERASE] = 127,  [VKILL] = 21,
        [VEOF] = 4,   [VMIN] = 1,      [VSTART] = 17,   [VSTOP] = 19,
        [VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23,
        [VLNEXT] = 22};

    memset(t, 0, sizeof(*t));
    t->c_iflag = ICRNL | IXON;
    t->c_oflag = OPOST | ONLCR;
    t->c_cflag = cflag;
    t->c_lflag =
        ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
    memcpy(t->c_cc, characters, sizeof(characters));
    termios_encode_baud(t, baud);
    t->c_ispeed = t->c_ospeed = baud;
}

static u32 decode(u32 bits, u32 other)
{
    u32 index = bits & 0xf;

    if (bits == BOTHER)
        return other;
    if (bits & CBAUDEX)
        index += 15;
    return index < ARRAY_SIZE(baud_table) ? baud_table[index] : 0;
}

u32 termios_output_baud(const struct termios *t)
{
    return decode(t->c_cflag & CBAUD, t->c_ospeed);
}

u32 termios_input_baud(const struct termios *t)
{
    u32 bits = t->c_cflag >> IBSHIFT & CBAUD;

    if (bits == 0)
        return termios_output_baud(t);
    return decode(bits, t->c_ispeed);
}

void termios_encode_baud(struct termios *t, u32 baud)
{
    t->c_cflag &= ~CBAUD;
    for (u32 i = 0; i < ARRAY_SIZE(baud_table); i++)
        if (baud_table[i] == baud) {
            t->c_cflag |= i < 16 ? i : (CBAUDEX | (i - 15));
            return;
        }
    t->c_cflag |= BOTHER;
}
