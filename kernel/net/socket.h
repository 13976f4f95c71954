/*
 * Sockets: what all families share.
 *
 * A socket is an OBJECT_SOCKET. Its family gives socket_ops; operations that
 * may wait take a request (core/request.h) whose `extra` points to their
 * arguments. read and write are receives and sends without address.
 *
 * Rights: a socket's grant has them all at first; handles passed on may have
 * fewer (RIGHT_BIND, RIGHT_CONNECT, RIGHT_ACCEPT, RIGHT_GETOPT, RIGHT_SETOPT).
 */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "core/object.h"
#include "core/request.h"
#include "proc/cred.h"

#define AF_UNSPEC  0
#define AF_UNIX    1
#define AF_INET    2
#define AF_INET6   10
#define AF_NETLINK 16
#define AF_PACKET  17
#define AF_MAX     46

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_RDM       4
#define SOCK_SEQPACKET 5
#define SOCK_PACKET    10

#define SHUTDOWN_READ  1u
#define SHUTDOWN_WRITE 2u

#define MSG_OOB          0x1u
#define MSG_PEEK         0x2u
#define MSG_DONTROUTE    0x4u
#define MSG_CTRUNC       0x8u
#define MSG_TRUNC        0x20u
#define MSG_DONTWAIT     0x40u
#define MSG_EOR          0x80u
#define MSG_WAITALL      0x100u
#define MSG_NOSIGNAL     0x4000u
#define MSG_MORE         0x8000u
#define MSG_WAITFORONE   0x10000u
#define MSG_CMSG_CLOEXEC 0x40000000u

#define SOL_SOCKET 1
enum {
    SO_DEBUG = 1,
    SO_REUSEADDR = 2,
    SO_TYPE = 3,
    SO_ERROR = 4,
    SO_DONTROUTE = 5,
    SO_BROADCAST = 6,
    SO_SNDBUF = 7,
    SO_RCVBUF = 8,
    SO_KEEPALIVE = 9,
    SO_OOBINLINE = 10,
    SO_NO_CHECK = 11,
    SO_PRIORITY = 12,
    SO_LINGER = 13,
    SO_REUSEPORT = 15,
    SO_PASSCRED = 16,
    SO_PEERCRED = 17,
    SO_RCVLOWAT = 18,
    SO_SNDLOWAT = 19,
    SO_RCVTIMEO = 20,
    SO_SNDTIMEO = 21,
    SO_TIMESTAMP = 29,
    SO_ACCEPTCONN = 30,
    SO_PEERSEC = 31,
    SO_SNDBUFFORCE = 32,
    SO_RCVBUFFORCE = 33,
    SO_PASSSEC = 34,
    SO_MARK = 36,
    SO_PROTOCOL = 38,
    SO_DOMAIN = 39,
    SO_PEEK_OFF = 42,
    SO_PEERGROUPS = 59,
};

struct socket;
struct cred;
struct pid;

#define SOCKADDR_MAX 128 /* sizeof(struct sockaddr_storage) */
struct socket_address {  /* as user space gave it, or will get it */
    u32 length;          /* bytes, 0: none */
    union {
        u16 family;
        u8 bytes[SOCKADDR_MAX];
    };
};

#define SCM_RIGHTS_MAX 253

/* Ancillary data, decoded. */
struct socket_control {
    struct grant **grants; /* SCM_RIGHTS: owned array of owned grants */
    u32 grant_count;
    bool has_cred;   /* SCM_CREDENTIALS */
    struct pid *pid; /* owned when has_cred */
    u32 uid, gid;    /* kernel ids */
};
void socket_control_drop(struct socket_control *c);

struct socket_message {            /* of send and receive; io_request.extra */
    struct socket_address address; /* send: to; receive: from */
    struct socket_control control;
    u32 flags;     /* MSG_* asked for */
    u32 out_flags; /* receive: MSG_TRUNC, MSG_EOR... */
};

struct socket_accept {             /* io_request.extra of accept */
    struct grant *grant;           /* out: owned */
    struct socket_address address; /* out: the peer's */
    u32 obj_flags;                 /* OBJ_NONBLOCK for the new one */
};

struct socket_ops {
    int (*bind)(struct caller *who, struct socket *s,
                const struct socket_address *address);
    int (*listen)(struct caller *who, struct socket *s, int backlog);
    /* extra: struct socket_address. */
    ssize_t (*connect)(struct object *obj, struct io_request *req);
    ssize_t (*accept)(struct object *obj, struct io_request *req);
    ssize_t (*send)(struct object *obj, struct io_request *req);
    ssize_t (*receive)(struct object *obj, struct io_request *req);
    int (*shutdown)(struct socket *s, u32 how); /* SHUTDOWN_* */
    int (*name)(struct socket *s, bool peer, struct socket_address *out);
    /* What the shared code does not know: value in kernel memory. */
    int (*set_option)(struct caller *who, struct socket *s, int level, int name,
                      const void *value, u32 size);
    ssize_t (*get_option)(struct caller *who, struct socket *s, int level,
                          int name, void *value, u32 size);
    u32 (*poll)(struct socket *s, struct poll_table *table);
    long (*ioctl)(struct socket *s, struct caller *who, u32 cmd, u64 arg);
    void (*release)(struct socket *s); /* frees it */
};

struct socket {
    struct object object; /* must be first */
    const struct socket_ops *ops;
    u16 family, type, protocol;
    u32 options;                       /* SOCKET_*; atomic */
    u32 send_buffer, receive_buffer;   /* bytes */
    u64 send_timeout, receive_timeout; /* ns, 0: none */
    s32 receive_low_water;
    s32 error;       /* pending SO_ERROR, positive; atomic */
    s32 linger;      /* seconds, -1: off */
    s32 peek_offset; /* -1: off */
    u64 inode;
    u32 mode; /* permissions: fchmod */
    s32 priority, mark;
    kuid_t uid; /* creator */
    kgid_t gid;
    s64 time;
};
#define SOCKET_PASSCRED  BIT(0)
#define SOCKET_REUSEADDR BIT(1)
#define SOCKET_REUSEPORT BIT(2)
#define SOCKET_BROADCAST BIT(3)
#define SOCKET_KEEPALIVE BIT(4)
#define SOCKET_OOBINLINE BIT(5)
#define SOCKET_TIMESTAMP BIT(6)
#define SOCKET_DEBUG     BIT(7)
#define SOCKET_DONTROUTE BIT(8)
#define SOCKET_PASSSEC   BIT(9)
#define SOCKET_NO_CHECK  BIT(10)

extern u32 socket_default_send_buffer, socket_default_receive_buffer,
    socket_max_send_buffer, socket_max_receive_buffer; /* net.core.* */

struct socket_family {
    u16 family;
    /* A socket or ERR_PTR: -ESOCKTNOSUPPORT, -EPROTONOSUPPORT, -EPERM. */
    struct socket *(*create)(struct caller *who, int type, int protocol,
                             u32 obj_flags);
    int (*pair)(struct socket *a, struct socket *b); /* NULL: -EOPNOTSUPP */
    struct socket_family *next;
};
void socket_family_register(struct socket_family *f);

/* For families: the common part of a new socket. */
void socket_init(struct socket *s, struct caller *who,
                 const struct socket_ops *ops, u16 family, u16 type,
                 u16 protocol, u32 obj_flags);
/* Wake and set the error that the next call reports. */
s32 socket_take_error(struct socket *s);
/* The socket is not writable any more: SIGPIPE unless MSG_NOSIGNAL; -EPIPE. */
ssize_t socket_broken_pipe(const struct caller *who, u32 flags);

/* For abi/. ERR_PTR. */
struct grant *socket_create(struct caller *who, int family, int type,
                            int protocol, u32 obj_flags);
int socket_create_pair(struct caller *who, int family, int type, int protocol,
                       u32 obj_flags, struct grant *out[2]);
struct socket *socket_from_object(struct object *obj); /* NULL: none */
struct grant *socket_grant(struct socket *s); /* takes over the reference */
int socket_set_option(struct caller *who, struct socket *s, int level, int name,
                      const void *value, u32 size);
ssize_t socket_get_option(struct caller *who, struct socket *s, int level,
                          int name, void *value, u32 size);

#endif
