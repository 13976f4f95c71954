/* What the files of socket calls share. */
#ifndef ABI_SOCKET_ABI_H
#define ABI_SOCKET_ABI_H

#include "core/object.h"
#include "net/socket.h"

/* -EBADF, -ENOTSOCK. */
int abi_get_socket(struct caller *who, s32 fd, u32 rights,
                   struct handle_ref *ref, struct socket **s);
int abi_read_address(struct caller *who, u64 from, u32 length,
                     struct socket_address *out);
/* As much as fits, and the whole length. */
int abi_write_address(struct caller *who, const struct socket_address *a,
                      u64 to, u64 length_at);

#endif
