/* What the two halves of the line discipline share: echo is queued by the
 * input half and sent by the output half. */
#ifndef TTY_N_TTY_INTERNAL_H
#define TTY_N_TTY_INTERNAL_H

#include "tty/n_tty.h"

#define I_FLAG(n, f) (((n)->termios->c_iflag & (f)) != 0)
#define O_FLAG(n, f) (((n)->termios->c_oflag & (f)) != 0)
#define L_FLAG(n, f) (((n)->termios->c_lflag & (f)) != 0)

/* A byte of UTF-8 that is not the first of its character. */
static inline bool n_tty_is_continuation(const struct n_tty *n, u8 c)
{
    return I_FLAG(n, IUTF8) && (c & 0xc0) == 0x80;
}

void n_tty_echo_raw(struct n_tty *n, u8 c);
void n_tty_echo_char(struct n_tty *n, u8 c); /* ^X for control characters */
void n_tty_echo_move_back(struct n_tty *n);
void n_tty_echo_set_canon_column(struct n_tty *n);
void n_tty_echo_erase_tab(struct n_tty *n, u32 columns, bool after_tab);
void n_tty_finish_erasing(struct n_tty *n);

#endif
