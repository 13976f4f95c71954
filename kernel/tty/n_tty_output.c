/*
 * Output processing and echo.
 *
 * Echo goes through a queue of its own: it waits while output is stopped or the
 * device is full, and what depends on the column (tabs, erasing) is worked out
 * only when it is sent. ECHO_OP introduces an operation:
 *   ECHO_OP ECHO_OP             the byte 0xff
 *   ECHO_OP ECHO_MOVE_BACK      the cursor is one column further left
 *   ECHO_OP ECHO_SET_CANON      the line being edited starts here
 *   ECHO_OP ECHO_ERASE_TAB n    go back over a tab
 *   ECHO_OP c                   ^X for the control character c
 */
#include "lib/ctype.h"
#include "lib/string.h"
#include "tty/n_tty_internal.h"

#define MASK           (N_TTY_ECHO - 1)
#define ECHO_OP        0xff
#define ECHO_MOVE_BACK 0x80
#define ECHO_SET_CANON 0x81
#define ECHO_ERASE_TAB 0x82

static inline u8 echo_at(const struct n_tty *n, u64 position)
{
    return n->echo[position & MASK];
}

/* Length of the entry at `position`. */
static u64 entry_length(const struct n_tty *n, u64 position)
{
    if (echo_at(n, position) != ECHO_OP)
        return 1;
    return echo_at(n, position + 1) == ECHO_ERASE_TAB ? 3 : 2;
}

/* Room for an entry: the oldest echo is forgotten when nobody takes it. */
static void make_room(struct n_tty *n, u64 size)
{
    if (n->echo_head - n->echo_tail + size > N_TTY_ECHO)
        n_tty_process_echoes(n);
    while (n->echo_head - n->echo_tail + size > N_TTY_ECHO)
        n->echo_tail += entry_length(n, n->echo_tail);
}

static void add(struct n_tty *n, u8 c)
{
    n->echo[n->echo_head++ & MASK] = c;
}

static void add_operation(struct n_tty *n, u8 op)
{
    make_room(n, 2);
    add(n, ECHO_OP);
    add(n, op);
}

void n_tty_echo_raw(struct n_tty *n, u8 c)
{
    if (c == ECHO_OP) {
        add_operation(n, ECHO_OP);
    } else {
        make_room(n, 1);
        add(n, c);
    }
}

void n_tty_echo_char(struct n_tty *n, u8 c)
{
    if (L_FLAG(n, ECHOCTL) && iscntrl(c) && c != '\t')
        add_operation(n, c);
    else
        n_tty_echo_raw(n, c);
}

void n_tty_echo_move_back(struct n_tty *n)
{
    add_operation(n, ECHO_MOVE_BACK);
}

void n_tty_echo_set_canon_column(struct n_tty *n)
{
    add_operation(n, ECHO_SET_CANON);
}

void n_tty_echo_erase_tab(struct n_tty *n, u32 columns, bool after_tab)
{
    make_room(n, 3);
    add(n, ECHO_OP);
    add(n, ECHO_ERASE_TAB);
    add(n, (u8)((columns & 7) | (after_tab ? 0x80 : 0)));
}

void n_tty_finish_erasing(struct n_tty *n)
{
    if (n->erasing) {
        n_tty_echo_raw(n, '/');
        n->erasing = false;
    }
}

static void emit(struct n_tty *n, const void *data, size_t count)
{
    n->ops->put(n, data, count);
}

/* One byte with OPOST: the room it took, or -1 if there is not enough. */
static int output_processed(struct n_tty *n, u8 c, size_t room)
{
    u32 spaces;

    if (!room)
        return -1;
    switch (c) {
    case '\n':
        if (O_FLAG(n, ONLRET))
            n->column = 0;
        if (O_FLAG(n, ONLCR)) {
            if (room < 2)
                return -1;
            n->canon_column = n->column = 0;
            emit(n, "\r\n", 2);
            return 2;
        }
        n->canon_column = n->column;
        break;
    case '\r':
        if (O_FLAG(n, ONOCR) && n->column == 0)
            return 0;
        if (O_FLAG(n, OCRNL)) {
            c = '\n';
            if (O_FLAG(n, ONLRET))
                n->canon_column = n->column = 0;
            break;
        }
        n->canon_column = n->column = 0;
        break;
    case '\t':
        spaces = 8 - (n->column & 7);
        if ((n->termios->c_oflag & TABDLY) == XTABS) {
            if (room < spaces)
                return -1;
            n->column += spaces;
            emit(n, "        ", spaces);
            return (int)spaces;
        }
        n->column += spaces;
        break;
    case '\b':
        if (n->column > 0)
            n->column--;
        break;
    default:
        if (!iscntrl(c)) {
            if (O_FLAG(n, OLCUC))
                c = (u8)toupper(c);
            if (!n_tty_is_continuation(n, c))
                n->column++;
        }
        break;
    }
    emit(n, &c, 1);
    return 1;
}

/* The echo operation at the tail: the room it took, or -1. */
static int echo_operation(struct n_tty *n, size_t room)
{
    u8 op = echo_at(n, n->echo_tail + 1);
    u8 text[8];
    u32 columns;

    switch (op) {
    case ECHO_ERASE_TAB:
        columns = echo_at(n, n->echo_tail + 2);
        /* Unless after a tab, the start of the line says where it stood. */
        if (!(columns & 0x80))
            columns += n->canon_column;
        columns = 8 - (columns & 7);
        if (columns > room)
            return -1;
        memset(text, '\b', columns);
        emit(n, text, columns);
        n->column -= min(n->column, columns);
        return (int)columns;
    case ECHO_SET_CANON:
        n->canon_column = n->column;
        return 0;
    case ECHO_MOVE_BACK:
        if (n->column > 0)
            n->column--;
        return 0;
    case ECHO_OP:
        if (!room)
            return -1;
        text[0] = ECHO_OP;
        emit(n, text, 1);
        n->column++;
        return 1;
    default:
        if (room < 2)
            return -1;
        text[0] = '^';
        text[1] = op ^ 0100;
        emit(n, text, 2);
        n->column += 2;
        return 2;
    }
}

void n_tty_process_echoes(struct n_tty *n)
{
    size_t room;

    if (n->echo_head == n->echo_tail || n->stopped)
        return;
    room = n->ops->room(n);
    while (n->echo_head != n->echo_tail) {
        u8 c = echo_at(n, n->echo_tail);
        int used;

        if (c == ECHO_OP) {
            used = echo_operation(n, room);
        } else if (O_FLAG(n, OPOST)) {
            used = output_processed(n, c, room);
        } else {
            used = room ? 1 : -1;
            if (room)
                emit(n, &c, 1);
        }
        if (used < 0)
            break;
        room -= (size_t)used;
        n->echo_tail += entry_length(n, n->echo_tail);
    }
}

/* Bytes at the start of data that need no processing; counts columns. */
static size_t plain_run(struct n_tty *n, const u8 *data, size_t count)
{
    bool upper = O_FLAG(n, OLCUC);
    size_t i;

    for (i = 0; i < count; i++) {
        u8 c = data[i];

        if (c < ' ') {
            if (c == '\n' || c == '\r' || c == '\t' || c == '\b')
                break;
        } else if (c != 0x7f) {
            if (upper && islower(c))
                break;
            if (!n_tty_is_continuation(n, c))
                n->column++;
        }
    }
    return i;
}

size_t n_tty_write(struct n_tty *n, const u8 *data, size_t count)
{
    size_t done = 0, room;

    n_tty_process_echoes(n);
    if (n->stopped)
        return 0;
    room = n->ops->room(n);
    if (!O_FLAG(n, OPOST)) {
        done = min(count, room);
        if (done)
            emit(n, data, done);
        return done;
    }
    while (done < count) {
        size_t run = plain_run(n, data + done, min(count - done, room));
        int used;

        if (run) {
            emit(n, data + done, run);
            done += run;
            room -= run;
            if (done == count)
                break;
        }
        used = output_processed(n, data[done], room);
        if (used < 0)
            break;
        room -= (size_t)used;
        done++;
    }
    return done;
}
