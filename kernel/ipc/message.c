#include "ipc/message.h"

#include "core/slab.h"
#include "vm/user.h"

struct message *message_load(struct address_space *mm, u64 address, size_t size,
                             s64 type)
{
    struct message *m = kvmalloc(sizeof(*m) + size, ALLOC_KERNEL);

    if (!m)
        return ERR_PTR(-ENOMEM);
    m->type = type;
    m->size = size;
    if (size && user_read(mm, m->data, address, size)) {
        kvfree(m);
        return ERR_PTR(-EFAULT);
    }
    return m;
}

void message_free(struct message *m)
{
    kvfree(m);
}
