/* What pipes and FIFOs share: ipc/'s own. */
#ifndef IPC_PIPE_FIFO_H
#define IPC_PIPE_FIFO_H

#include "core/request.h"
#include "ipc/pipe.h"

#define PIPE_DEVICE 0x0du /* st_dev of pipefs: an anonymous device number */

struct pipe *pipe_alloc(const struct caller *who); /* ERR_PTR */
void pipe_put(struct pipe *p);
void pipe_free(struct pipe *p); /* its last reference has gone */
void pipe_close_end(struct pipe *p, bool reads, bool writes);
ssize_t pipe_read(struct object *obj, struct io_request *req);
ssize_t pipe_write(struct object *obj, struct io_request *req);
long pipe_ioctl(struct object *obj, struct caller *who, u32 cmd, u64 arg);
u32 pipe_poll_end(struct pipe *p, struct poll_table *table, bool reads,
                  bool writes);
bool fifo_is(const struct object *obj); /* an open FIFO */
void fifo_init(void);

#endif
