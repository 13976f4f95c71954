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

/* Rights; docs/capabilities.md says what each is for. */
#define HAKO_RIGHT_READ     (1u << 0)
#define HAKO_RIGHT_WRITE    (1u << 1)
#define HAKO_RIGHT_EXEC     (1u << 2)
#define HAKO_RIGHT_SEEK     (1u << 3)
#define HAKO_RIGHT_STAT     (1u << 4)
#define HAKO_RIGHT_SETATTR  (1u << 5)
#define HAKO_RIGHT_MMAP     (1u << 6)
#define HAKO_RIGHT_POLL     (1u << 7)
#define HAKO_RIGHT_IOCTL    (1u << 8)
#define HAKO_RIGHT_LOOKUP   (1u << 9)
#define HAKO_RIGHT_CREATE   (1u << 10)
#define HAKO_RIGHT_LOCK     (1u << 11)
#define HAKO_RIGHT_SYNC     (1u << 12)
#define HAKO_RIGHT_BIND     (1u << 13)
#define HAKO_RIGHT_CONNECT  (1u << 14)
#define HAKO_RIGHT_ACCEPT   (1u << 15)
#define HAKO_RIGHT_GETOPT   (1u << 16)
#define HAKO_RIGHT_SETOPT   (1u << 17)
#define HAKO_RIGHT_SIGNAL   (1u << 18)
#define HAKO_RIGHT_WAIT     (1u << 19)
#define HAKO_RIGHT_INSPECT  (1u << 20)
#define HAKO_RIGHT_CONTROL  (1u << 21)
#define HAKO_RIGHT_CALL     (1u << 22)
#define HAKO_RIGHT_REPLY    (1u << 23)
#define HAKO_RIGHT_TRANSFER (1u << 24)
#define HAKO_RIGHT_DERIVE   (1u << 25)
#define HAKO_RIGHT_FLAGS    (1u << 26)

#endif
