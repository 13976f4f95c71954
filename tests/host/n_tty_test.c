// about: the line discipline, against models of the line and the screen
// sources: kernel/tty/n_tty.c kernel/tty/n_tty_output.c kernel/tty/termios.c
#include "test.h"
#include "tty/n_tty.h"

#define OUT_SIZE 65536

static struct n_tty line;
static struct termios modes;
static u8 storage[N_TTY_BUFFER + N_TTY_ECHO];
static char out[OUT_SIZE + 1];
static size_t out_count, out_room;
static int last_signal, readable, flushed;

static size_t env_room(struct n_tty *n)
{
    (void)n;
    return min(out_room, (size_t)OUT_SIZE - out_count);
}
static void env_put(struct n_tty *n, const u8 *data, size_t count)
{
    CHECK(count <= env_room(n));
    memcpy(out + out_count, data, count);
    out_count += count;
    if (out_room != OUT_SIZE)
        out_room -= count;
    out[out_count] = 0;
}
static void env_signal(struct n_tty *n, int signo)
{
    (void)n;
    last_signal = signo;
}
static void env_stop(struct n_tty *n, bool stopped)
{
    n_tty_set_stopped(n, stopped);
    if (!stopped)
        n_tty_process_echoes(n);
}
static void env_flush(struct n_tty *n)
{
    (void)n;
    flushed++;
}
static void env_flushed_input(struct n_tty *n)
{
    (void)n;
}
static void env_readable(struct n_tty *n)
{
    (void)n;
    readable++;
}
static const struct n_tty_ops ops = {
    env_room,  env_put,           env_signal,   env_stop,
    env_flush, env_flushed_input, env_readable,
};

static void start(void)
{
    termios_default(&modes, CS8 | CREAD, 38400);
    modes.c_iflag |= IUTF8;
    n_tty_init(&line, &ops, &modes, storage);
    out_count = 0;
    out[0] = 0;
    out_room = OUT_SIZE;
    last_signal = readable = flushed = 0;
}

static void change(u32 iflag_on, u32 iflag_off, u32 lflag_on, u32 lflag_off)
{
    struct termios old = modes;

    modes.c_iflag = (modes.c_iflag | iflag_on) & ~iflag_off;
    modes.c_lflag = (modes.c_lflag | lflag_on) & ~lflag_off;
    n_tty_termios_changed(&line, &old);
}

static size_t type(const char *s)
{
    return n_tty_receive(&line, (const u8 *)s, strlen(s));
}

/* What a read of up to `size` bytes gives, as text. */
static const char *get(size_t size)
{
    static char text[N_TTY_BUFFER + 1];
    bool done;
    size_t n = n_tty_read(&line, (u8 *)text, size, &done);

    text[n] = 0;
    return text;
}

static const char *shown(void)
{
    out_count = 0;
    return out;
}

TEST(lines_and_echo)
{
    start();
    type("abc");
    CHECK(!n_tty_readable(&line, false));
    CHECK_STR(shown(), "abc");
    type("\r");
    CHECK_STR(shown(), "\r\n");
    CHECK(n_tty_readable(&line, false));
    CHECK_EQ(n_tty_count(&line), 4);
    CHECK_STR(get(2), "ab");
    CHECK_STR(get(100), "c\n");
    type("one\ntwo\n");
    CHECK_STR(get(100), "one\n");
    CHECK_STR(get(100), "two\n");
    shown();
    type("\x01\x7f\t");
    CHECK_STR(shown(), "^A\b \b\b \b\t");
}

TEST(end_of_file)
{
    bool done;
    u8 byte;

    start();
    type("\x04");
    CHECK(n_tty_readable(&line, false));
    CHECK_EQ(n_tty_read(&line, &byte, 1, &done), 0);
    CHECK(done);
    type("ab\x04"
         "c\n");
    CHECK_STR(get(100), "ab");
    CHECK_STR(get(100), "c\n");
    /* A read that the text fills to the last byte takes the mark too. */
    type("ab\x04");
    CHECK_STR(get(2), "ab");
    n_tty_skip_eof(&line);
    CHECK(!n_tty_readable(&line, false));
    /* A NUL is a byte like others. */
    n_tty_receive(&line, (const u8 *)"\0\n", 2);
    CHECK_EQ(n_tty_read(&line, &byte, 1, &done), 1);
    CHECK_EQ(byte, 0);
}

TEST(signals)
{
    start();
    type("gone");
    type("\x03");
    CHECK_EQ(last_signal, 2);
    CHECK_EQ(flushed, 1);
    CHECK_STR(shown(), "gone^C");
    type("\x1c\x1a");
    CHECK_EQ(last_signal, 20);
    change(0, 0, NOFLSH, 0);
    type("kept\x03\n");
    CHECK_STR(get(100), "kept\n");
    type("\x16\x03\n");
    CHECK_STR(get(100), "\x03\n");
}

TEST(flow_control)
{
    start();
    type("\x13"
         "abc");
    CHECK_STR(shown(), "");
    CHECK_EQ(n_tty_write(&line, (const u8 *)"x", 1), 0);
    type("\x11");
    CHECK_STR(shown(), "abc");
    CHECK_EQ(n_tty_write(&line, (const u8 *)"x\n", 2), 2);
    CHECK_STR(shown(), "x\r\n");
    change(IXANY, 0, 0, 0);
    type("\x13");
    CHECK(line.stopped);
    type("y");
    CHECK(!line.stopped);
}

TEST(raw_mode)
{
    start();
    change(0, ~0u, 0, ~0u);
    type("\x03\x04\r\n\x7f");
    CHECK_STR(get(100), "\x03\x04\r\n\x7f");
    CHECK_STR(shown(), "");
    modes.c_cc[VMIN] = 3;
    type("ab");
    CHECK(n_tty_readable(&line, false));
    CHECK(!n_tty_readable(&line, true));
    type("c");
    CHECK(n_tty_readable(&line, true));
}

TEST(switching_keeps_input)
{
    start();
    type("half");
    change(0, 0, 0, ICANON);
    CHECK_STR(get(100), "half");
    type("more");
    change(0, 0, ICANON, 0);
    CHECK(n_tty_readable(&line, false));
    CHECK_STR(get(100), "more");
}

TEST(too_long_a_line)
{
    start();
    for (int i = 0; i < 5000; i++)
        CHECK_EQ(type("x"), 1); /* the rest is dropped, not held back */
    type("\n");
    CHECK_EQ(n_tty_count(&line), N_TTY_BUFFER);
    /* A full buffer of lines holds more input back. */
    CHECK_EQ(type("y"), 0);
    get(N_TTY_BUFFER);
    CHECK_EQ(type("y\n"), 2);
    CHECK_STR(get(100), "y\n");
    change(0, 0, 0, ICANON | ECHO);
    for (int i = 0; i < 4095; i++)
        CHECK_EQ(type("x"), 1);
    CHECK_EQ(type("x"), 0);
}

TEST(output_modes)
{
    start();
    modes.c_oflag = OPOST | ONLCR | XTABS;
    n_tty_write(&line, (const u8 *)"a\tb\n\t|", 6);
    CHECK_STR(shown(), "a       b\r\n        |");
    modes.c_oflag = OPOST | OCRNL | ONOCR | OLCUC;
    line.column = 0;
    n_tty_write(&line, (const u8 *)"\rab\rc", 5);
    CHECK_STR(shown(), "AB\nC");
    modes.c_oflag = 0;
    n_tty_write(&line, (const u8 *)"a\n", 2);
    CHECK_STR(shown(), "a\n");
    /* Output that does not fit stops before it, never in the middle. */
    modes.c_oflag = OPOST | ONLCR;
    out_room = 2;
    CHECK_EQ(n_tty_write(&line, (const u8 *)"a\nb", 3), 1);
    out_room = 2;
    CHECK_EQ(n_tty_write(&line, (const u8 *)"\nb", 2), 1);
    CHECK_STR(shown(), "a\r\n");
}

/* ------------------------------------------------- a model of the editing */

/* A terminal's line: what the bytes of `out` make visible. */
static void render(char *screen, size_t size)
{
    size_t column = 0, end = 0;

    memset(screen, ' ', size);
    for (size_t i = 0; i < out_count; i++) {
        u8 c = (u8)out[i];

        if (c == '\b') {
            CHECK(column > 0);
            column--;
        } else if (c == '\t') {
            column = (column | 7) + 1;
        } else {
            CHECK(column < size);
            screen[column++] = (char)c;
        }
        end = max(end, column);
    }
    while (end > 0 && screen[end - 1] == ' ')
        end--;
    screen[end] = 0;
}

/* The same of the line as it should be. */
static void render_model(const u8 *text, size_t n, char *screen, size_t size)
{
    size_t column = 0, end = 0;

    memset(screen, ' ', size);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\t') {
            column = (column | 7) + 1;
        } else if (text[i] < 32) {
            screen[column++] = '^';
            screen[column++] = (char)(text[i] ^ 0100);
            end = column;
        } else {
            screen[column++] = (char)text[i];
            end = column;
        }
    }
    while (end > 0 && screen[end - 1] == ' ')
        end--;
    screen[end] = 0;
}

static size_t model_erase_word(const u8 *text, size_t n)
{
    bool seen = false;

    while (n > 0) {
        u8 c = text[n - 1];
        bool word = (c >= 'a' && c <= 'z') || c == '_';

        if (word)
            seen = true;
        else if (seen)
            break;
        n--;
    }
    return n;
}

TEST(editing_against_a_model)
{
    static const char keys[] = "ab_ .\t\x01\x02\x7f\x7f\x17\x15";
    static char screen[4096], wanted[4096];

    for (unsigned long round = 0; round < test_scale(2000); round++) {
        u8 text[128];
        size_t n = 0;

        start();
        for (unsigned k = 0; k < 60; k++) {
            char key[2] = {keys[test_below(sizeof(keys) - 1)], 0};

            type(key);
            if (key[0] == 0x7f)
                n -= n > 0;
            else if (key[0] == 0x17)
                n = model_erase_word(text, n);
            else if (key[0] == 0x15)
                n = 0;
            else
                text[n++] = (u8)key[0];
            render(screen, sizeof(screen) - 1);
            render_model(text, n, wanted, sizeof(wanted) - 1);
            CHECK_STR(screen, wanted);
        }
        type("\n");
        text[n++] = '\n';
        CHECK_EQ(n_tty_count(&line), n);
        CHECK_MEM(get(sizeof(text)), text, n);
    }
}

TEST(utf8_is_erased_whole)
{
    start();
    type("a\xc3\xa4\xe2\x82\xac\x7f\x7f");
    CHECK_STR(shown(), "a\xc3\xa4\xe2\x82\xac\b \b\b \b");
    type("\n");
    CHECK_STR(get(10), "a\n");
}
