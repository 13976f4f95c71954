/* Calls about the caller's terminal. */
#include "abi/syscall.h"
#include "proc/cred.h"
#include "tty/tty.h"

s64 sys_vhangup(struct caller *who, const u64 *args)
{
    struct tty *t;

    (void)args;
    if (!caller_capable_init(who, CAP_SYS_TTY_CONFIG))
        return -EPERM;
    t = tty_of_task(who->task);
    if (t) {
        tty_hang_up(t);
        tty_put(t);
    }
    return 0;
}
