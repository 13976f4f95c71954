/*
 * Hako's own system calls: numbers from 1024 on, the same on both
 * architectures; Linux answers ENOSYS there. Plain C: programs include it.
 */
#ifndef ABI_HAKO_H
#define ABI_HAKO_H

/* fd, rights: a new handle of the same object with at most these rights. */
#define HAKO_SYS_grant_derive 1024
/* fd: revoke what the handle refers to, and everything derived from it, in
 * whatever process: mappings go, waiters wake with EBADF. */
#define HAKO_SYS_grant_revoke 1025
/* fd: the rights of the handle. */
#define HAKO_SYS_grant_rights 1026
/* Enter capability mode, for ever: only its handles are left to the process. */
#define HAKO_SYS_capability_enter 1027
/* int fds[2]: [0] the server side, [1] the client side. */
#define HAKO_SYS_endpoint_create 1028
/* fd, send, reply: call; returns the reply's bytes. */
#define HAKO_SYS_endpoint_call 1029
/* fd, message, unsigned *token, flags: the next call's bytes. */
#define HAKO_SYS_endpoint_receive 1030
/* fd, token, send */
#define HAKO_SYS_endpoint_reply 1031

#define HAKO_ENDPOINT_NOWAIT 1u

struct hako_message {
    unsigned long data;    /* address of the bytes, or of room for them */
    unsigned long size;    /* bytes; 65536 at most are sent */
    unsigned long handles; /* address of int[]: sent, or room for received */
    unsigned handle_count; /* received: set to how many came */
    unsigned handle_room;  /* received: how many there is room for */
};

/* Rights (core/object.h). */
#define HAKO_RIGHT_READ                                   \
    (1u << 0) /* read, receive, list; shut down receiving \
               */
#define HAKO_RIGHT_WRITE \
    (1u << 1) /* write, send; change what an epoll set watches */
#define HAKO_RIGHT_EXEC    (1u << 2) /* map or run as code */
#define HAKO_RIGHT_SEEK    (1u << 3) /* move the position */
#define HAKO_RIGHT_STAT    (1u << 4) /* read attributes */
#define HAKO_RIGHT_SETATTR (1u << 5) /* change attributes */
#define HAKO_RIGHT_MMAP    (1u << 6) /* map */
#define HAKO_RIGHT_POLL    (1u << 7) /* wait for events */
#define HAKO_RIGHT_IOCTL   (1u << 8) /* ioctl */
#define HAKO_RIGHT_LOOKUP  (1u << 9) /* start a path look-up here */
#define HAKO_RIGHT_CREATE \
    (1u << 10) /* change the directory's names; open for writing beneath it */
#define HAKO_RIGHT_LOCK    (1u << 11) /* file locks and leases */
#define HAKO_RIGHT_SYNC    (1u << 12) /* fsync and its relatives */
#define HAKO_RIGHT_BIND    (1u << 13) /* bind, listen */
#define HAKO_RIGHT_CONNECT (1u << 14) /* connect, send to an address */
#define HAKO_RIGHT_ACCEPT  (1u << 15) /* accept */
#define HAKO_RIGHT_GETOPT  (1u << 16) /* getsockopt, getsockname */
#define HAKO_RIGHT_SETOPT  (1u << 17) /* setsockopt */
#define HAKO_RIGHT_SIGNAL  (1u << 18) /* send signals through a pidfd */
#define HAKO_RIGHT_WAIT    (1u << 19) /* wait for the process */
#define HAKO_RIGHT_INSPECT                             \
    (1u << 20) /* read the process's state and handles \
                */
#define HAKO_RIGHT_CONTROL                                                 \
    (1u << 21)                      /* stop, change and resume the process \
                                     */
#define HAKO_RIGHT_CALL  (1u << 22) /* call an endpoint */
#define HAKO_RIGHT_REPLY (1u << 23) /* receive and reply at an endpoint */
#define HAKO_RIGHT_TRANSFER                          \
    (1u << 24) /* send the handle to another process \
                */
#define HAKO_RIGHT_DERIVE                                                    \
    (1u << 25)                      /* derive from the handle, and revoke it \
                                     */
#define HAKO_RIGHT_FLAGS (1u << 26) /* status flags, owner, a pipe's size */

#endif
