#include "dev/virtqueue.h"

#include "core/log.h"
#include "lib/errno.h"
#include "lib/string.h"

#define NO_DESCRIPTOR 0xffff

static size_t avail_offset(u16 size)
{
    return sizeof(struct vring_desc) * size;
}

static size_t used_offset(u16 size)
{
    size_t end = avail_offset(size) + sizeof(struct vring_avail) +
                 sizeof(u16) * (size + 1u);

    return (end + 3) & ~(size_t)3;
}

size_t virtqueue_bytes(u16 size)
{
    return used_offset(size) + sizeof(struct vring_used) +
           sizeof(struct vring_used_elem) * size + sizeof(u16);
}

/* The device interrupts when its index passes this. */
static u16 *used_event(struct virtqueue *vq)
{
    return &vq->avail->ring[vq->size];
}

/* The driver notifies when its index passes this. */
static u16 avail_event(struct virtqueue *vq)
{
    return READ_ONCE(*(u16 *)&vq->used->ring[vq->size]);
}

void virtqueue_reset(struct virtqueue *vq)
{
    memset(vq->desc, 0, virtqueue_bytes(vq->size));
    memset(vq->chains, 0, sizeof(vq->chains[0]) * vq->size);
    for (u16 i = 0; i < vq->size; i++)
        vq->next[i] = i + 1 < vq->size ? (u16)(i + 1) : NO_DESCRIPTOR;
    vq->free_head = 0;
    vq->free_count = vq->size;
    vq->avail_index = vq->last_used = vq->kicked = 0;
    vq->broken = false;
    vq->interrupts = true;
}

void virtqueue_init(struct virtqueue *vq, u16 size, bool event_index,
                    void *memory, struct virtqueue_chain *chains, u16 *next)
{
    vq->size = size;
    vq->event_index = event_index;
    vq->desc = memory;
    vq->avail = (void *)((u8 *)memory + avail_offset(size));
    vq->used = (void *)((u8 *)memory + used_offset(size));
    vq->chains = chains;
    vq->next = next;
    virtqueue_reset(vq);
}

int virtqueue_add(struct virtqueue *vq, const struct virtqueue_buffer *buffers,
                  u16 out, u16 in, void *token)
{
    u16 head = vq->free_head, at = head, last = head;
    u16 pieces = (u16)(out + in);
    u32 capacity = 0;

    if (vq->broken)
        return -EIO;
    if (!pieces || pieces > vq->free_count)
        return -ENOSPC;
    for (u16 i = 0; i < pieces; i++) {
        struct vring_desc *d = &vq->desc[at];
        bool write = i >= out;

        d->addr = buffers[i].address;
        d->len = buffers[i].length;
        d->flags = (write ? VRING_DESC_WRITE : 0) |
                   (i + 1 < pieces ? VRING_DESC_NEXT : 0);
        d->next = vq->next[at];
        if (write)
            capacity += buffers[i].length;
        last = at;
        at = vq->next[at];
    }
    vq->free_head = at;
    vq->free_count = (u16)(vq->free_count - pieces);
    vq->next[last] = NO_DESCRIPTOR;
    vq->chains[head] = (struct virtqueue_chain){token, capacity, pieces};
    vq->avail->ring[vq->avail_index & (vq->size - 1)] = head;
    vq->avail_index++;
    /* The device sees descriptors before the index that covers them. */
    smp_wmb();
    WRITE_ONCE(vq->avail->idx, vq->avail_index);
    return 0;
}

void virtqueue_kick(struct virtqueue *vq)
{
    u16 old = vq->kicked, new = vq->avail_index;
    bool wanted;

    if (vq->broken || old == new)
        return;
    vq->kicked = new;
    /* The index is visible before we look whether the device wants to know. */
    smp_mb();
    if (vq->event_index)
        wanted = (u16)(new - avail_event(vq) - 1) < (u16)(new - old);
    else
        wanted = !(READ_ONCE(vq->used->flags) & VRING_USED_NO_NOTIFY);
    if (wanted)
        vq->notify(vq);
}

static void *broken(struct virtqueue *vq, const char *why, u32 value)
{
    vq->broken = true;
    log_err("virtio: queue %u: %s (%u); it is not used any more\n", vq->index,
            why, value);
    return NULL;
}

void *virtqueue_get(struct virtqueue *vq, u32 *written)
{
    const struct vring_used_elem *e;
    struct virtqueue_chain *chain;
    u16 index = READ_ONCE(vq->used->idx), last;
    u32 id, length;
    void *token;

    if (vq->broken || index == vq->last_used)
        return NULL;
    if ((u16)(index - vq->last_used) > virtqueue_in_flight(vq))
        return broken(vq, "more done than was asked for", index);
    smp_rmb();
    e = &vq->used->ring[vq->last_used & (vq->size - 1)];
    id = READ_ONCE(e->id);
    length = READ_ONCE(e->len);
    if (id >= vq->size || !vq->chains[id].token)
        return broken(vq, "unknown descriptor", id);
    chain = &vq->chains[id];
    if (length > chain->capacity)
        return broken(vq, "more written than fits", length);
    token = chain->token;
    chain->token = NULL;
    last = (u16)id;
    while (vq->next[last] != NO_DESCRIPTOR)
        last = vq->next[last];
    vq->next[last] = vq->free_head;
    vq->free_head = (u16)id;
    vq->free_count = (u16)(vq->free_count + chain->pieces);
    vq->last_used++;
    if (vq->event_index && vq->interrupts)
        WRITE_ONCE(*used_event(vq), vq->last_used);
    *written = length;
    return token;
}

void virtqueue_disable_callback(struct virtqueue *vq)
{
    vq->interrupts = false;
    /* With event indexes: one that was just passed. */
    if (vq->event_index)
        WRITE_ONCE(*used_event(vq), (u16)(vq->last_used - 1));
    else
        WRITE_ONCE(vq->avail->flags, VRING_AVAIL_NO_INTERRUPT);
}

bool virtqueue_enable_callback(struct virtqueue *vq)
{
    vq->interrupts = true;
    if (vq->event_index)
        WRITE_ONCE(*used_event(vq), vq->last_used);
    else
        WRITE_ONCE(vq->avail->flags, 0);
    /* What the device did before it could see this, we see. */
    smp_mb();
    return vq->broken || READ_ONCE(vq->used->idx) == vq->last_used;
}
