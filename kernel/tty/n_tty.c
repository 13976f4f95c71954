/*
 * Input and reading. Echo and output are in n_tty_output.c.
 */
#include "tty/n_tty.h"

#include "lib/ctype.h"
#include "lib/string.h"
#include "tty/n_tty_internal.h"

#define MASK (N_TTY_BUFFER - 1)

static inline bool cc_is(const struct n_tty *n, u8 c, unsigned index)
{
    return n->termios->c_cc[index] == c;
}

static inline u8 at(const struct n_tty *n, u64 position)
{
    return n->buffer[position & MASK];
}

static inline bool marked(const struct n_tty *n, u64 position)
{
    position &= MASK;
    return n->marks[position / 64] >> (position % 64) & 1;
}

static inline void mark(struct n_tty *n, u64 position)
{
    position &= MASK;
    n->marks[position / 64] |= 1ULL << (position % 64);
}

static inline void unmark(struct n_tty *n, u64 position)
{
    position &= MASK;
    n->marks[position / 64] &= ~(1ULL << (position % 64));
}

static inline void put(struct n_tty *n, u8 c)
{
    n->buffer[n->read_head++ & MASK] = c;
}

static inline void put_doubled(struct n_tty *n, u8 c)
{
    if (c == 0xff && I_FLAG(n, PARMRK))
        put(n, c);
    put(n, c);
}

void n_tty_flush_input(struct n_tty *n)
{
    n->read_head = n->read_tail = n->canon_head = n->line_start = 0;
    n->erasing = n->push = false;
    memset(n->marks, 0, sizeof(n->marks));
    n->ops->flushed_input(n);
}

void n_tty_init(struct n_tty *n, const struct n_tty_ops *ops,
                const struct termios *termios, void *storage)
{
    memset(n, 0, sizeof(*n));
    n->ops = ops;
    n->termios = termios;
    n->buffer = storage;
    n->echo = n->buffer + N_TTY_BUFFER;
    n_tty_termios_changed(n, NULL);
}

static void set_special(struct n_tty *n, u8 c)
{
    n->special[c / 64] |= 1ULL << (c % 64);
}

static void find_special(struct n_tty *n)
{
    const u8 *cc = n->termios->c_cc;

    memset(n->special, 0, sizeof(n->special));
    n->raw =
        !I_FLAG(n, ISTRIP | IUCLC | IGNCR | ICRNL | INLCR | IXON | PARMRK) &&
        !L_FLAG(n, ICANON | ISIG | ECHO);
    if (I_FLAG(n, IGNCR | ICRNL))
        set_special(n, '\r');
    if (I_FLAG(n, INLCR))
        set_special(n, '\n');
    if (L_FLAG(n, ICANON)) {
        static const u8 always[] = {VERASE, VKILL, VEOF, VEOL};
        static const u8 extended[] = {VWERASE, VLNEXT, VEOL2};

        for (unsigned i = 0; i < sizeof(always); i++)
            set_special(n, cc[always[i]]);
        set_special(n, '\n');
        for (unsigned i = 0; i < sizeof(extended) && L_FLAG(n, IEXTEN); i++)
            set_special(n, cc[extended[i]]);
        if (L_FLAG(n, IEXTEN) && L_FLAG(n, ECHO))
            set_special(n, cc[VREPRINT]);
    }
    if (I_FLAG(n, IXON)) {
        set_special(n, cc[VSTART]);
        set_special(n, cc[VSTOP]);
    }
    if (L_FLAG(n, ISIG)) {
        set_special(n, cc[VINTR]);
        set_special(n, cc[VQUIT]);
        set_special(n, cc[VSUSP]);
    }
    n->special[0] &= ~1ULL; /* CC_DISABLED */
}

void n_tty_termios_changed(struct n_tty *n, const struct termios *old)
{
    u32 lflag = n->termios->c_lflag;

    if (!old || (old->c_lflag ^ lflag) & (ICANON | EXTPROC)) {
        memset(n->marks, 0, sizeof(n->marks));
        n->line_start = n->read_tail;
        if (!(lflag & ICANON) || n->read_head == n->read_tail) {
            n->canon_head = n->read_tail;
            n->push = false;
        } else {
            mark(n, n->read_head - 1);
            n->canon_head = n->read_head;
            n->push = true;
        }
        n->erasing = n->literal_next = false;
    }
    n->icanon = lflag & ICANON;
    find_special(n);
    if (old && old->c_iflag & IXON && !I_FLAG(n, IXON) && n->stopped) {
        n->ops->stop(n, false);
        n_tty_process_echoes(n);
    }
}

void n_tty_set_stopped(struct n_tty *n, bool stopped)
{
    n->stopped = stopped;
}

/* ------------------------------------------------------------- erasing -- */

/* Erase the last, possibly multi-byte, character on the screen. `after` is
 * where the rest of it lies. */
static void echo_erased(struct n_tty *n, u8 c, u64 head, size_t count,
                        bool erase_one)
{
    if (L_FLAG(n, ECHOPRT)) {
        if (!n->erasing) {
            n_tty_echo_raw(n, '\\');
            n->erasing = true;
        }
        n_tty_echo_char(n, c);
        while (--count > 0) {
            n_tty_echo_raw(n, at(n, ++head));
            n_tty_echo_move_back(n);
        }
    } else if (erase_one && !L_FLAG(n, ECHOE)) {
        n_tty_echo_char(n, n->termios->c_cc[VERASE]);
    } else if (c == '\t') {
        u32 columns = 0;
        bool after_tab = false;
        u64 tail = n->read_head;

        /* Columns since the line's start or the tab before. */
        while (tail != n->canon_head) {
            c = at(n, --tail);
            if (c == '\t') {
                after_tab = true;
                break;
            }
            if (iscntrl(c)) {
                if (L_FLAG(n, ECHOCTL))
                    columns += 2;
            } else if (!n_tty_is_continuation(n, c)) {
                columns++;
            }
        }
        n_tty_echo_erase_tab(n, columns, after_tab);
    } else {
        if (iscntrl(c) && L_FLAG(n, ECHOCTL))
            for (const char *s = "\b \b"; *s; s++)
                n_tty_echo_raw(n, (u8)*s);
        if (!iscntrl(c) || L_FLAG(n, ECHOCTL))
            for (const char *s = "\b \b"; *s; s++)
                n_tty_echo_raw(n, (u8)*s);
    }
}

enum erase_kind {
    ERASE_CHAR,
    ERASE_WORD,
    ERASE_LINE
};

static void erase_characters(struct n_tty *n, enum erase_kind kind)
{
    bool seen_word = false;

    while (n->read_head != n->canon_head) {
        u64 head = n->read_head;
        size_t count;
        u8 c;

        do
            c = at(n, --head);
        while (n_tty_is_continuation(n, c) && head != n->canon_head);
        if (n_tty_is_continuation(n, c))
            break; /* no part of a character */
        if (kind == ERASE_WORD) {
            if (isalnum(c) || c == '_')
                seen_word = true;
            else if (seen_word)
                break;
        }
        count = n->read_head - head;
        n->read_head = head;
        if (L_FLAG(n, ECHO))
            echo_erased(n, c, head, count, kind == ERASE_CHAR);
        if (kind == ERASE_CHAR)
            break;
    }
    if (n->read_head == n->canon_head && L_FLAG(n, ECHO))
        n_tty_finish_erasing(n);
}

static void eraser(struct n_tty *n, u8 c)
{
    if (n->read_head == n->canon_head)
        return;
    if (cc_is(n, c, VERASE)) {
        erase_characters(n, ERASE_CHAR);
    } else if (cc_is(n, c, VWERASE)) {
        erase_characters(n, ERASE_WORD);
    } else if (!L_FLAG(n, ECHO)) {
        n->read_head = n->canon_head;
    } else if (!L_FLAG(n, ECHOK) || !L_FLAG(n, ECHOKE) || !L_FLAG(n, ECHOE)) {
        n->read_head = n->canon_head;
        n_tty_finish_erasing(n);
        n_tty_echo_char(n, n->termios->c_cc[VKILL]);
        if (L_FLAG(n, ECHOK))
            n_tty_echo_raw(n, '\n');
    } else {
        erase_characters(n, ERASE_LINE);
    }
}

/* ----------------------------------------------------------- receiving -- */

static void send_signal(struct n_tty *n, int signo)
{
    n->ops->signal(n, signo);
    if (L_FLAG(n, NOFLSH))
        return;
    n->echo_head = n->echo_tail = 0;
    n->ops->flush_output(n);
    n_tty_flush_input(n);
}

/* ^C, ^\, ^Z: true if it was one. */
static bool receive_signal(struct n_tty *n, u8 c)
{
    /* SIGINT, SIGQUIT, SIGTSTP: numbers of the ABI */
    int signo = cc_is(n, c, VINTR)   ? 2
                : cc_is(n, c, VQUIT) ? 3
                : cc_is(n, c, VSUSP) ? 20
                                     : 0;

    if (!signo)
        return false;
    send_signal(n, signo);
    if (I_FLAG(n, IXON) && n->stopped)
        n->ops->stop(n, false);
    if (L_FLAG(n, ECHO))
        n_tty_echo_char(n, c);
    return true;
}

/* Echo a byte of input, remembering where the line began. */
static void echo_input(struct n_tty *n, u8 c)
{
    if (n->canon_head == n->read_head)
        n_tty_echo_set_canon_column(n);
    n_tty_echo_char(n, c);
}

static void start_if_any(struct n_tty *n)
{
    if (n->stopped && I_FLAG(n, IXON) && I_FLAG(n, IXANY))
        n->ops->stop(n, false);
}

static void receive_plain(struct n_tty *n, u8 c)
{
    start_if_any(n);
    if (L_FLAG(n, ECHO)) {
        n_tty_finish_erasing(n);
        echo_input(n, c);
    }
    put_doubled(n, c);
}

static void end_of_line(struct n_tty *n, u8 c)
{
    mark(n, n->read_head);
    put(n, c);
    n->canon_head = n->read_head;
    n->ops->readable(n);
}

static void reprint(struct n_tty *n, u8 c)
{
    u64 tail = n->canon_head;

    n_tty_finish_erasing(n);
    n_tty_echo_char(n, c);
    n_tty_echo_raw(n, '\n');
    while (tail != n->read_head)
        n_tty_echo_char(n, at(n, tail++));
}

/* Canonical mode: true if the byte was used up. */
static bool receive_canonical(struct n_tty *n, u8 c)
{
    bool extended = L_FLAG(n, IEXTEN), echo = L_FLAG(n, ECHO);

    if (cc_is(n, c, VERASE) || cc_is(n, c, VKILL) ||
        (cc_is(n, c, VWERASE) && extended)) {
        eraser(n, c);
    } else if (cc_is(n, c, VLNEXT) && extended) {
        n->literal_next = true;
        if (echo) {
            n_tty_finish_erasing(n);
            if (L_FLAG(n, ECHOCTL)) {
                n_tty_echo_raw(n, '^');
                n_tty_echo_raw(n, '\b');
            }
        }
    } else if (cc_is(n, c, VREPRINT) && echo && extended) {
        reprint(n, c);
    } else if (c == '\n') {
        if (echo || L_FLAG(n, ECHONL))
            n_tty_echo_raw(n, '\n');
        end_of_line(n, c);
    } else if (cc_is(n, c, VEOF)) {
        end_of_line(n, CC_DISABLED);
    } else if (cc_is(n, c, VEOL) || (cc_is(n, c, VEOL2) && extended)) {
        if (echo)
            echo_input(n, c);
        if (c == 0xff && I_FLAG(n, PARMRK))
            put(n, c);
        end_of_line(n, c);
    } else {
        return false;
    }
    return true;
}

static void receive_special(struct n_tty *n, u8 c)
{
    if (I_FLAG(n, IXON) && cc_is(n, c, VSTART)) {
        n->ops->stop(n, false);
        return;
    }
    if (I_FLAG(n, IXON) && cc_is(n, c, VSTOP)) {
        n->ops->stop(n, true);
        return;
    }
    if (L_FLAG(n, ISIG) && receive_signal(n, c))
        return;
    start_if_any(n);
    if (c == '\r') {
        if (I_FLAG(n, IGNCR))
            return;
        if (I_FLAG(n, ICRNL))
            c = '\n';
    } else if (c == '\n' && I_FLAG(n, INLCR)) {
        c = '\r';
    }
    if (n->icanon && receive_canonical(n, c))
        return;
    if (L_FLAG(n, ECHO)) {
        n_tty_finish_erasing(n);
        if (c == '\n')
            n_tty_echo_raw(n, '\n');
        else
            echo_input(n, c);
    }
    put_doubled(n, c);
}

static void receive_byte(struct n_tty *n, u8 c)
{
    if (I_FLAG(n, ISTRIP))
        c &= 0x7f;
    if (I_FLAG(n, IUCLC) && L_FLAG(n, IEXTEN))
        c = (u8)tolower(c);
    if (L_FLAG(n, EXTPROC)) {
        put(n, c);
    } else if (n->literal_next) {
        n->literal_next = false;
        receive_plain(n, c);
    } else if (n->special[c / 64] >> (c % 64) & 1) {
        receive_special(n, c);
    } else {
        receive_plain(n, c);
    }
}

static bool has_lines(const struct n_tty *n)
{
    return n->icanon && !L_FLAG(n, EXTPROC);
}

/* Room for one more byte of input, which may take two or three places. */
static s64 input_room(const struct n_tty *n)
{
    s64 room = (s64)(N_TTY_BUFFER - (n->read_head - n->read_tail));

    if (I_FLAG(n, PARMRK))
        room = (room + 2) / 3;
    return room - 1;
}

size_t n_tty_receive(struct n_tty *n, const u8 *data, size_t count)
{
    size_t done = 0;

    while (done < count) {
        s64 room = input_room(n);

        if (room <= 0) {
            /* An unfinished line that is too long: editing and its end still
             * get through, the rest is dropped. */
            if (!n->icanon || n->canon_head != n->read_tail)
                break;
            if (room < 0)
                n->read_head--;
        }
        if (n->raw) {
            put(n, data[done++]);
            continue;
        }
        receive_byte(n, data[done++]);
    }
    n_tty_process_echoes(n);
    if (!has_lines(n) && n->read_head != n->read_tail)
        n->ops->readable(n);
    return done;
}

void n_tty_receive_break(struct n_tty *n)
{
    if (I_FLAG(n, IGNBRK))
        return;
    if (I_FLAG(n, BRKINT)) {
        send_signal(n, 2); /* SIGINT */
        return;
    }
    if (input_room(n) < 3)
        return;
    if (I_FLAG(n, PARMRK)) {
        put(n, 0xff);
        put(n, 0);
    }
    put(n, 0);
    if (!has_lines(n))
        n->ops->readable(n);
}

/* ------------------------------------------------------------- reading -- */

bool n_tty_readable(const struct n_tty *n, bool poll)
{
    const u8 *cc = n->termios->c_cc;
    u64 amount = poll && !cc[VTIME] && cc[VMIN] ? cc[VMIN] : 1;

    if (has_lines(n))
        return n->canon_head != n->read_tail;
    return n->read_head - n->read_tail >= amount;
}

size_t n_tty_count(const struct n_tty *n)
{
    size_t count;

    if (!has_lines(n))
        return n->read_head - n->read_tail;
    count = n->canon_head - n->read_tail;
    for (u64 p = n->read_tail; p != n->canon_head; p++)
        if (marked(n, p) && at(n, p) == CC_DISABLED)
            count--;
    return count;
}

static void copy_out(struct n_tty *n, u8 *out, size_t count)
{
    size_t place = n->read_tail & MASK;
    size_t first = min(count, N_TTY_BUFFER - place);

    memcpy(out, n->buffer + place, first);
    memcpy(out + first, n->buffer, count - first);
    n->read_tail += count;
}

static size_t read_line(struct n_tty *n, u8 *out, size_t size, bool *done)
{
    size_t limit = min(size, (size_t)(n->canon_head - n->read_tail)), count = 0;

    while (count < limit && !marked(n, n->read_tail + count))
        count++;
    if (count == limit) {
        copy_out(n, out, count);
        return count;
    }
    /* The end of a line: its last byte counts, unless it stands for ^D. */
    unmark(n, n->read_tail + count);
    if (at(n, n->read_tail + count) != CC_DISABLED) {
        copy_out(n, out, ++count);
    } else {
        copy_out(n, out, count);
        n->read_tail++;
    }
    if (n->push)
        n->push = false;
    else
        n->line_start = n->read_tail;
    *done = true;
    return count;
}

size_t n_tty_read(struct n_tty *n, u8 *out, size_t size, bool *done)
{
    size_t count;

    *done = false;
    if (has_lines(n))
        return size ? read_line(n, out, size, done) : 0;
    count = min(size, (size_t)(n->read_head - n->read_tail));
    /* With EXTPROC in canonical mode a lone ^D is an empty read. */
    if (count == 1 && L_FLAG(n, EXTPROC) && n->icanon &&
        cc_is(n, at(n, n->read_tail), VEOF) &&
        n->read_head - n->read_tail == 1) {
        n->read_tail++;
        *done = true;
        return 0;
    }
    copy_out(n, out, count);
    return count;
}

void n_tty_skip_eof(struct n_tty *n)
{
    if (!has_lines(n) || n->read_tail == n->canon_head ||
        !marked(n, n->read_tail) || at(n, n->read_tail) != CC_DISABLED)
        return;
    unmark(n, n->read_tail);
    n->read_tail++;
}
