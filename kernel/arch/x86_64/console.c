/* Early output on the first serial port, and the options that choose it. */
#include "arch/x86_64/port.h"
#include "lib/string.h"

#define UART         0x3f8
#define UART_DATA    (UART + 0)
#define UART_ENABLE  (UART + 1)
#define UART_FIFO    (UART + 2)
#define UART_LINE    (UART + 3)
#define UART_MODEM   (UART + 4)
#define UART_STATUS  (UART + 5)
#define LINE_8N1     0x03
#define LINE_DIVISOR 0x80
#define STATUS_EMPTY 0x20

static bool console_on;

static bool is_end(char c)
{
    return !c || c == ' ';
}

/* The next "name" or "name=value" at or after line, or NULL. */
static const char *find_option(const char *line, const char *name)
{
    size_t n = strlen(name);
    while (*line) {
        while (*line == ' ')
            line++;
        if (!strncmp(line, name, n) && (is_end(line[n]) || line[n] == '='))
            return line;
        while (!is_end(*line))
            line++;
    }
    return NULL;
}

bool x86_option(const char *line, const char *name, char *buffer, size_t size)
{
    bool found = false;
    size_t n = strlen(name);
    while ((line = find_option(line, name))) {
        found = true;
        line += n;
        size_t i = 0;
        if (*line == '=')
            line++;
        while (!is_end(*line)) {
            if (i + 1 < size)
                buffer[i++] = *line;
            line++;
        }
        if (size)
            buffer[i] = 0;
    }
    return found;
}

/* Is the serial port a console? It also is when no console is named. */
static bool serial_wanted(const char *line)
{
    bool any = false;
    if (find_option(line, "earlyprintk") || find_option(line, "earlycon"))
        return true;
    while ((line = find_option(line, "console"))) {
        any = true;
        if (!strncmp(line, "console=ttyS0", 13) ||
            !strncmp(line, "console=uart", 12))
            return true;
        line++;
        while (!is_end(*line))
            line++;
    }
    return !any;
}

void x86_console_init(const char *command_line)
{
    console_on = serial_wanted(command_line);
    if (!console_on)
        return;
    arch_port_out8(UART_ENABLE, 0);
    arch_port_out8(UART_LINE, LINE_8N1 | LINE_DIVISOR);
    arch_port_out8(UART_DATA, 1); /* 115200 */
    arch_port_out8(UART_ENABLE, 0);
    arch_port_out8(UART_LINE, LINE_8N1);
    arch_port_out8(UART_FIFO, 0x07);
    arch_port_out8(UART_MODEM, 0x03);
    if (arch_port_in8(UART_STATUS) == 0xff)
        console_on = false;
}

static void put(char c)
{
    /* Bounded: a port that never drains must not stop the kernel. */
    for (unsigned i = 0; i < 100000; i++) {
        if (arch_port_in8(UART_STATUS) & STATUS_EMPTY)
            break;
        arch_cpu_relax();
    }
    arch_port_out8(UART_DATA, c);
}

void arch_console_early_write(const char *text, size_t n)
{
    if (!console_on)
        return;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
}
