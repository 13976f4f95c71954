/*
 * The user ABI of terminals: structures, flags and ioctl numbers (Linux's
 * asm-generic/termbits.h and ioctls.h: the same on both architectures).
 */
#ifndef TTY_TERMIOS_H
#define TTY_TERMIOS_H

#include "lib/compiler.h"
#include "lib/types.h"

#define NCCS 19

struct termios { /* as TCGETS2 has it; TCGETS stops before the speeds */
    u32 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[NCCS];
    u32 c_ispeed, c_ospeed;
};
_Static_assert(sizeof(struct termios) == 44, "ABI");
#define TERMIOS_SIZE 36 /* without the speeds */

struct termio { /* System V */
    u16 c_iflag, c_oflag, c_cflag, c_lflag;
    u8 c_line;
    u8 c_cc[8];
};
_Static_assert(sizeof(struct termio) == 18, "ABI");

struct winsize {
    u16 ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_cc */
enum {
    VINTR,
    VQUIT,
    VERASE,
    VKILL,
    VEOF,
    VTIME,
    VMIN,
    VSWTC,
    VSTART,
    VSTOP,
    VSUSP,
    VEOL,
    VREPRINT,
    VDISCARD,
    VWERASE,
    VLNEXT,
    VEOL2
};
#define CC_DISABLED 0

/* c_iflag */
#define IGNBRK  0x0001u
#define BRKINT  0x0002u
#define IGNPAR  0x0004u
#define PARMRK  0x0008u
#define INPCK   0x0010u
#define ISTRIP  0x0020u
#define INLCR   0x0040u
#define IGNCR   0x0080u
#define ICRNL   0x0100u
#define IUCLC   0x0200u
#define IXON    0x0400u
#define IXANY   0x0800u
#define IXOFF   0x1000u
#define IMAXBEL 0x2000u
#define IUTF8   0x4000u

/* c_oflag */
#define OPOST  0x0001u
#define OLCUC  0x0002u
#define ONLCR  0x0004u
#define OCRNL  0x0008u
#define ONOCR  0x0010u
#define ONLRET 0x0020u
#define TABDLY 0x1800u
#define XTABS  0x1800u

/* c_cflag */
#define CBAUD   0x100fu
#define CBAUDEX 0x1000u
#define BOTHER  0x1000u
#define CIBAUD  0x100f0000u
#define IBSHIFT 16
#define CSIZE   0x0030u
#define CS8     0x0030u
#define CSTOPB  0x0040u
#define CREAD   0x0080u
#define PARENB  0x0100u
#define HUPCL   0x0400u
#define CLOCAL  0x0800u
#define ADDRB   0x20000000u /* multipoint addresses: nobody has them */
#define B9600   0x000du
#define B38400  0x000fu

/* c_lflag */
#define ISIG    0x0001u
#define ICANON  0x0002u
#define ECHO    0x0008u
#define ECHOE   0x0010u
#define ECHOK   0x0020u
#define ECHONL  0x0040u
#define NOFLSH  0x0080u
#define TOSTOP  0x0100u
#define ECHOCTL 0x0200u
#define ECHOPRT 0x0400u
#define ECHOKE  0x0800u
#define FLUSHO  0x1000u
#define PENDIN  0x4000u
#define IEXTEN  0x8000u
#define EXTPROC 0x10000u

/* ioctl numbers */
#define TCGETS         0x5401u
#define TCSETS         0x5402u
#define TCSETSW        0x5403u
#define TCSETSF        0x5404u
#define TCGETA         0x5405u
#define TCSETA         0x5406u
#define TCSETAW        0x5407u
#define TCSETAF        0x5408u
#define TCSBRK         0x5409u
#define TCXONC         0x540au
#define TCFLSH         0x540bu
#define TIOCEXCL       0x540cu
#define TIOCNXCL       0x540du
#define TIOCSCTTY      0x540eu
#define TIOCGPGRP      0x540fu
#define TIOCSPGRP      0x5410u
#define TIOCOUTQ       0x5411u
#define TIOCSTI        0x5412u
#define TIOCGWINSZ     0x5413u
#define TIOCSWINSZ     0x5414u
#define TIOCMGET       0x5415u
#define TIOCMBIS       0x5416u
#define TIOCMBIC       0x5417u
#define TIOCMSET       0x5418u
#define TIOCGSOFTCAR   0x5419u
#define TIOCSSOFTCAR   0x541au
#define FIONREAD       0x541bu
#define TIOCINQ        FIONREAD
#define TIOCCONS       0x541du
#define TIOCPKT        0x5420u
#define FIONBIO        0x5421u
#define TIOCNOTTY      0x5422u
#define TIOCSETD       0x5423u
#define TIOCGETD       0x5424u
#define TCSBRKP        0x5425u
#define TIOCSBRK       0x5427u
#define TIOCCBRK       0x5428u
#define TIOCGSID       0x5429u
#define TCGETS2        0x802c542au
#define TCSETS2        0x402c542bu
#define TCSETSW2       0x402c542cu
#define TCSETSF2       0x402c542du
#define TIOCGPTN       0x80045430u
#define TIOCSPTLCK     0x40045431u
#define TIOCGDEV       0x80045432u
#define TIOCSIG        0x40045436u
#define TIOCVHANGUP    0x5437u
#define TIOCGPKT       0x80045438u
#define TIOCGPTLCK     0x80045439u
#define TIOCGEXCL      0x80045440u
#define TIOCGPTPEER    0x5441u
#define TIOCGLCKTRMIOS 0x5456u
#define TIOCSLCKTRMIOS 0x5457u

#define TCOOFF 0 /* TCXONC */
#define TCOON  1
#define TCIOFF 2
#define TCION  3

#define TCIFLUSH  0 /* TCFLSH */
#define TCOFLUSH  1
#define TCIOFLUSH 2

#define TIOCM_DTR 0x002u
#define TIOCM_RTS 0x004u
#define TIOCM_CTS 0x020u
#define TIOCM_CAR 0x040u
#define TIOCM_DSR 0x100u

/* Packet mode's status byte (tty_ioctl(2)). */
#define TIOCPKT_DATA       0x00u
#define TIOCPKT_FLUSHREAD  0x01u
#define TIOCPKT_FLUSHWRITE 0x02u
#define TIOCPKT_STOP       0x04u
#define TIOCPKT_START      0x08u
#define TIOCPKT_NOSTOP     0x10u
#define TIOCPKT_DOSTOP     0x20u
#define TIOCPKT_IOCTL      0x40u

/* Line disciplines: only this one is built. */
#define N_TTY 0

/* Default characters and modes of a terminal that nobody has changed. */
void termios_default(struct termios *t, u32 cflag, u32 baud);
/* Bits per second of what c_cflag says; the speed fields with BOTHER. */
u32 termios_output_baud(const struct termios *t);
u32 termios_input_baud(const struct termios *t);
/* Set the CBAUD bits so that they say `baud`. */
void termios_encode_baud(struct termios *t, u32 baud);

#endif
