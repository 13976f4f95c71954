/* SOL_SOCKET options that every family has. */
#include "core/time.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "net/socket.h"
#include "proc/cred.h"

#define BUFFER_MIN_SEND    4608
#define BUFFER_MIN_RECEIVE 2304

struct abi_timeval {
    s64 sec, usec;
};
struct abi_linger {
    s32 on, seconds;
};

static u32 flag_of(int name)
{
    switch (name) {
    case SO_DEBUG:
        return SOCKET_DEBUG;
    case SO_REUSEADDR:
        return SOCKET_REUSEADDR;
    case SO_REUSEPORT:
        return SOCKET_REUSEPORT;
    case SO_DONTROUTE:
        return SOCKET_DONTROUTE;
    case SO_BROADCAST:
        return SOCKET_BROADCAST;
    case SO_KEEPALIVE:
        return SOCKET_KEEPALIVE;
    case SO_OOBINLINE:
        return SOCKET_OOBINLINE;
    case SO_PASSCRED:
        return SOCKET_PASSCRED;
    case SO_PASSSEC:
        return SOCKET_PASSSEC;
    case SO_TIMESTAMP:
        return SOCKET_TIMESTAMP;
    case SO_NO_CHECK:
        return SOCKET_NO_CHECK;
    default:
        return 0;
    }
}

static int set_timeout(const void *value, u32 size, u64 *out)
{
    struct abi_timeval tv;

    if (size < sizeof(tv))
        return -EINVAL;
    memcpy(&tv, value, sizeof(tv));
    if (tv.usec < 0 || tv.usec >= 1000000)
        return -EDOM;
    if (tv.sec < 0) {
        *out = 1; /* Linux: negative means no waiting at all */
        return 0;
    }
    *out = (u64)tv.sec > 1ULL << 32 ? 0 : tv.sec * NS_PER_SEC + tv.usec * 1000;
    return 0;
}

/* The kernel doubles what is asked for, for its own overhead (socket(7)). */
static u32 buffer_size(s32 asked, u32 most, u32 least)
{
    u64 size = asked < 0 ? most : min_t(u64, asked, most);

    return max_t(u64, size * 2, least);
}

static int set_integer(struct caller *who, struct socket *s, int name, s32 v)
{
    u32 flag = flag_of(name);

    if (flag) {
        if (name == SO_DEBUG && v && !caller_capable_init(who, CAP_NET_ADMIN))
            return -EACCES;
        if (name == SO_REUSEPORT && v && s->family == AF_UNIX)
            return -EOPNOTSUPP;
        if (v)
            __atomic_fetch_or(&s->options, flag, __ATOMIC_RELAXED);
        else
            __atomic_fetch_and(&s->options, ~flag, __ATOMIC_RELAXED);
        return 0;
    }
    switch (name) {
    case SO_SNDBUF:
        s->send_buffer =
            buffer_size(v, socket_max_send_buffer, BUFFER_MIN_SEND);
        return 0;
    case SO_RCVBUF:
        s->receive_buffer =
            buffer_size(v, socket_max_receive_buffer, BUFFER_MIN_RECEIVE);
        return 0;
    case SO_SNDBUFFORCE:
    case SO_RCVBUFFORCE:
        if (!caller_capable(who, CAP_NET_ADMIN))
            return -EPERM;
        if (name == SO_SNDBUFFORCE)
            s->send_buffer = buffer_size(v, 0x3fffffff, BUFFER_MIN_SEND);
        else
            s->receive_buffer = buffer_size(v, 0x3fffffff, BUFFER_MIN_RECEIVE);
        return 0;
    case SO_PRIORITY:
    case SO_MARK:
        if ((name == SO_MARK || v < 0 || v > 6) &&
            !caller_capable(who, CAP_NET_ADMIN))
            return -EPERM;
        if (name == SO_MARK)
            s->mark = v;
        else
            s->priority = v;
        return 0;
    case SO_RCVLOWAT:
        s->receive_low_water = v < 0 ? 0x7fffffff : v ? v : 1;
        return 0;
    case SO_PEEK_OFF:
        if (s->family != AF_UNIX)
            return -EOPNOTSUPP;
        s->peek_offset = v < 0 ? -1 : v;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}

int socket_set_option(struct caller *who, struct socket *s, int level, int name,
                      const void *value, u32 size)
{
    struct abi_linger linger;
    s32 v;

    if (level != SOL_SOCKET)
        return s->ops->set_option
                   ? s->ops->set_option(who, s, level, name, value, size)
                   : -EOPNOTSUPP;
    if (size < sizeof(v))
        return -EINVAL;
    memcpy(&v, value, sizeof(v));
    switch (name) {
    case SO_RCVTIMEO:
        return set_timeout(value, size, &s->receive_timeout);
    case SO_SNDTIMEO:
        return set_timeout(value, size, &s->send_timeout);
    case SO_LINGER:
        if (size < sizeof(linger))
            return -EINVAL;
        memcpy(&linger, value, sizeof(linger));
        s->linger = linger.on ? linger.seconds : -1;
        return 0;
    case SO_TYPE:
    case SO_PROTOCOL:
    case SO_DOMAIN:
    case SO_ERROR:
    case SO_ACCEPTCONN:
    case SO_PEERCRED:
        return -ENOPROTOOPT;
    default:
        return set_integer(who, s, name, v);
    }
}

static ssize_t give(void *to, u32 size, const void *value, u32 n)
{
    n = min(n, size);
    memcpy(to, value, n);
    return n;
}

static bool get_integer(struct socket *s, int name, s32 *v)
{
    u32 flag = flag_of(name);

    if (flag) {
        *v = !!(s->options & flag);
        return true;
    }
    switch (name) {
    case SO_TYPE:
        *v = s->type;
        return true;
    case SO_PROTOCOL:
        *v = s->protocol;
        return true;
    case SO_DOMAIN:
        *v = s->family;
        return true;
    case SO_ERROR:
        *v = socket_take_error(s);
        return true;
    case SO_SNDBUF:
        *v = s->send_buffer;
        return true;
    case SO_RCVBUF:
        *v = s->receive_buffer;
        return true;
    case SO_PRIORITY:
        *v = s->priority;
        return true;
    case SO_MARK:
        *v = s->mark;
        return true;
    case SO_RCVLOWAT:
        *v = s->receive_low_water;
        return true;
    case SO_SNDLOWAT:
        *v = 1;
        return true;
    case SO_PEEK_OFF:
        *v = s->peek_offset;
        return true;
    default:
        return false;
    }
}

ssize_t socket_get_option(struct caller *who, struct socket *s, int level,
                          int name, void *value, u32 size)
{
    struct abi_timeval tv;
    struct abi_linger linger;
    u64 timeout;
    s32 v;

    if (level == SOL_SOCKET && get_integer(s, name, &v))
        return give(value, size, &v, sizeof(v));
    if (level == SOL_SOCKET) {
        switch (name) {
        case SO_RCVTIMEO:
        case SO_SNDTIMEO:
            timeout =
                name == SO_RCVTIMEO ? s->receive_timeout : s->send_timeout;
            tv = (struct abi_timeval){timeout / NS_PER_SEC,
                                      timeout % NS_PER_SEC / 1000};
            return give(value, size, &tv, sizeof(tv));
        case SO_LINGER:
            linger = (struct abi_linger){s->linger >= 0, max(s->linger, 0)};
            return give(value, size, &linger, sizeof(linger));
        default:
            break;
        }
    }
    if (s->ops->get_option)
        return s->ops->get_option(who, s, level, name, value, size);
    return level == SOL_SOCKET ? -ENOPROTOOPT : -EOPNOTSUPP;
}
