/* /proc/net/unix. */
#include "core/init.h"
#include "fs/procfs.h"
#include "lib/errno.h"
#include "net/unix.h"

/* Linux's socket states and flags, as its table prints them. */
#define SHOWN_UNCONNECTED 1
#define SHOWN_CONNECTING  2
#define SHOWN_CONNECTED   3
#define SHOWN_ACCEPTS     0x10000u

static void show_name(const struct unix_name *n, struct text *out)
{
    u32 end = n->length, i = 2;

    text_putc(out, ' ');
    if (n->bytes[2])
        end--; /* the NUL behind a path */
    for (; i < end; i++)
        text_putc(out, n->bytes[i] ? (char)n->bytes[i] : '@');
}

static void show_socket(struct unix_socket *u, struct text *out)
{
    bool pending;
    u32 state;

    spin_lock_nested(&u->lock, 1);
    pending = !list_empty(&u->pending_link);
    state = u->state == UNIX_CONNECTED
                ? pending ? SHOWN_CONNECTING : SHOWN_CONNECTED
                : SHOWN_UNCONNECTED;
    text_printf(out, "%016x: %08X %08X %08X %04X %02X %5lu", 0,
                (u32)refcount_read(&u->memory) + 1, 0,
                u->state == UNIX_LISTENING ? SHOWN_ACCEPTS : 0, u->socket.type,
                state, pending ? 0 : u->socket.inode);
    if (u->name)
        show_name(u->name, out);
    text_putc(out, '\n');
    spin_unlock(&u->lock);
}

/* One line's length at most. */
#define LINE_MAX (80 + UNIX_ADDRESS_MAX)

static int show(struct caller *who, struct inode *inode, struct text *out)
{
    struct net_namespace *net = net_namespace_of_file(inode);
    struct unix_socket *u;
    size_t wanted;
    u32 count = 0;

    (void)who;
    if (!net)
        return -ESRCH;
    text_puts(out, "Num       RefCount Protocol Flags    Type St Inode Path\n");
    /* Room first, since printing under the lock must not allocate. */
    spin_lock(&net->lock);
    list_for_each_entry (u, &net->sockets, net_link)
        count++;
    spin_unlock(&net->lock);
    wanted = (size_t)(count + 16) * LINE_MAX;
    if (text_reserve(out, wanted)) {
        spin_lock(&net->lock);
        list_for_each_entry (u, &net->sockets, net_link) {
            if (wanted < LINE_MAX)
                break;
            wanted -= LINE_MAX;
            show_socket(u, out);
        }
        spin_unlock(&net->lock);
    }
    net_namespace_put(net);
    return 0;
}

PROC_FILE(unix_file, show);

static int unix_show_init(void)
{
    return proc_add_file("net/unix", 0444, &unix_file, NULL);
}
INITCALL(fs, unix_show_init);
