// about: the line discipline, any modes and input: stays in its memory
// sources: kernel/tty/n_tty.c kernel/tty/n_tty_output.c kernel/tty/termios.c
#include <stdlib.h>

#include "lib/string.h"
#include "tty/n_tty.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n);

static size_t room;

static size_t env_room(struct n_tty *n)
{
    (void)n;
    return room;
}
static void env_put(struct n_tty *n, const u8 *data, size_t count)
{
    volatile u8 touch = count ? data[0] ^ data[count - 1] : 0;

    (void)n;
    (void)touch;
    if (count > room)
        abort();
    room -= count;
}
static void env_signal(struct n_tty *n, int signo)
{
    (void)n;
    (void)signo;
}
static void env_stop(struct n_tty *n, bool stopped)
{
    n_tty_set_stopped(n, stopped);
}
static void env_nothing(struct n_tty *n)
{
    (void)n;
}
static const struct n_tty_ops ops = {
    env_room,    env_put,     env_signal,  env_stop,
    env_nothing, env_nothing, env_nothing,
};

static void check(const struct n_tty *n)
{
    if (n->read_head - n->read_tail > N_TTY_BUFFER ||
        n->canon_head - n->read_tail > n->read_head - n->read_tail ||
        n->echo_head - n->echo_tail > N_TTY_ECHO)
        abort();
}

/* Records of an operation, a length and bytes. */
int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct n_tty line;
    struct termios modes, old;
    u8 *storage = malloc(N_TTY_BUFFER + N_TTY_ECHO), out[256];
    size_t count;
    bool done;

    termios_default(&modes, CS8, 38400);
    n_tty_init(&line, &ops, &modes, storage);
    room = 4096;
    while (n >= 2) {
        u8 op = data[0];

        count = min((size_t)data[1], n - 2);
        data += 2;
        n -= 2;
        switch (op % 6) {
        case 0:
            n_tty_receive(&line, data, count);
            break;
        case 1:
            n_tty_write(&line, data, count);
            break;
        case 2:
            if (n_tty_read(&line, out, sizeof(out), &done) > sizeof(out))
                abort();
            break;
        case 3:
            old = modes;
            memcpy(&modes, data, min(count, sizeof(modes)));
            n_tty_termios_changed(&line, &old);
            break;
        case 4: /* a long line */
            for (int i = 0; i < 300; i++)
                n_tty_receive(&line, data, count);
            break;
        default:
            room = op * 16u;
            n_tty_set_stopped(&line, false);
            n_tty_process_echoes(&line);
            n_tty_skip_eof(&line);
            n_tty_count(&line);
            break;
        }
        check(&line);
        data += count;
        n -= count;
    }
    free(storage);
    return 0;
}
