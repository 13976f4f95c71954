// about: split virtqueues against a device that works, and one that lies
// sources: kernel/dev/virtqueue.c
// flags: -Itests/host/hosted
#include "test.h"
#include "core/log.h"
#include "dev/virtqueue.h"
#include "lib/errno.h"

#define SIZE 16

void log_print(enum log_level level, const char *format, ...)
{
    (void)level;
    (void)format;
}

static struct virtqueue queue;
static struct virtqueue_chain chains[SIZE];
static u16 next[SIZE];
static u8 *memory;
static unsigned notified;

static void notify(struct virtqueue *vq)
{
    (void)vq;
    notified++;
}

static void start(bool event_index)
{
    free(memory);
    /* Exactly as much as is asked for: the sanitizer watches the end. */
    memory = aligned_alloc(16, (virtqueue_bytes(SIZE) + 15) & ~(size_t)15);
    memset(&queue, 0, sizeof(queue));
    queue.notify = notify;
    virtqueue_init(&queue, SIZE, event_index, memory, chains, next);
    notified = 0;
}

/* The device's side. */
static u16 device_seen;
static bool device_take(u16 *head)
{
    if (queue.avail->idx == device_seen)
        return false;
    *head = queue.avail->ring[device_seen++ & (SIZE - 1)];
    return true;
}
static void device_done(u32 id, u32 length)
{
    queue.used->ring[queue.used->idx & (SIZE - 1)] =
        (struct vring_used_elem){id, length};
    queue.used->idx++;
}

static int add(u16 out, u16 in, u32 length, void *token)
{
    struct virtqueue_buffer b[SIZE + 1];

    for (int i = 0; i < out + in; i++)
        b[i] = (struct virtqueue_buffer){0x1000u * (unsigned)(i + 1), length};
    return virtqueue_add(&queue, b, out, in, token);
}

TEST(an_honest_device)
{
    static int tokens[1000];
    u32 written;

    for (int event_index = 0; event_index < 2; event_index++) {
        int added = 0, back = 0;
        u16 held[SIZE], held_count = 0;
        u32 capacity[SIZE] = {0};
        u16 head;

        start(event_index);
        device_seen = 0;
        memset(tokens, 0, sizeof(tokens));
        while (back < 1000) {
            u16 in = (u16)test_below(3), out = (u16)(test_below(3) + !in);
            int *token;

            if (added < 1000 && test_below(2)) {
                int error = add(out, in, 100, &tokens[added]);

                CHECK(error == 0 || error == -ENOSPC);
                added += error == 0;
                virtqueue_kick(&queue);
            }
            while (device_take(&head)) {
                u32 bytes = 0;

                for (u16 at = head;; at = queue.desc[at].next) {
                    CHECK(at < SIZE);
                    if (queue.desc[at].flags & VRING_DESC_WRITE)
                        bytes += queue.desc[at].len;
                    if (!(queue.desc[at].flags & VRING_DESC_NEXT))
                        break;
                }
                capacity[head] = bytes;
                held[held_count++] = head;
            }
            /* Done in any order. */
            while (held_count && test_below(2)) {
                u16 k = (u16)test_below(held_count);

                device_done(held[k], capacity[held[k]]);
                held[k] = held[--held_count];
            }
            while ((token = virtqueue_get(&queue, &written))) {
                CHECK_EQ(*token, 0);
                CHECK_EQ(written % 100, 0);
                *token = 1;
                back++;
            }
            CHECK(!queue.broken);
        }
        CHECK_EQ(virtqueue_in_flight(&queue), 0);
        CHECK(notified > 0);
    }
}

TEST(notification_by_event_index)
{
    start(true);
    device_seen = 0;
    /* The device wants to hear of the third. */
    *(u16 *)&queue.used->ring[SIZE] = 2;
    for (int i = 0; i < 5; i++) {
        add(1, 0, 10, &queue);
        virtqueue_kick(&queue);
        CHECK_EQ(notified, i >= 2);
    }
}

TEST(callbacks)
{
    u32 written;
    u16 head;

    start(true);
    device_seen = 0;
    add(0, 1, 10, &queue);
    virtqueue_disable_callback(&queue);
    CHECK(virtqueue_enable_callback(&queue));
    CHECK(device_take(&head));
    device_done(head, 3);
    CHECK(!virtqueue_enable_callback(&queue));
    CHECK(virtqueue_get(&queue, &written) == &queue);
    CHECK_EQ(written, 3);
    CHECK(virtqueue_enable_callback(&queue));
}

static void expect_broken(void)
{
    u32 written;

    CHECK(!virtqueue_get(&queue, &written));
    CHECK(queue.broken);
    CHECK_EQ(add(1, 0, 1, &queue), -EIO);
    CHECK(!virtqueue_get(&queue, &written));
}

TEST(lies)
{
    u32 written;

    start(false);
    add(0, 1, 10, &queue);
    device_done(SIZE, 0); /* no such descriptor */
    expect_broken();
    start(false);
    add(0, 1, 10, &queue);
    device_done(3, 0); /* not in flight */
    expect_broken();
    start(false);
    add(0, 1, 10, &queue);
    device_done(0, 11); /* more than fits */
    expect_broken();
    start(false);
    add(1, 0, 10, &queue);
    device_done(0, 1); /* written to what is not writable */
    expect_broken();
    start(false);
    add(0, 1, 10, &queue);
    device_done(0, 1);
    device_done(0, 1); /* twice */
    expect_broken();
    start(false);
    add(0, 1, 10, &queue);
    queue.used->idx = 100; /* an index out of the blue */
    expect_broken();
    start(false);
    add(0, 1, 10, &queue);
    add(0, 1, 10, &queue);
    device_done(0, 1);
    CHECK(virtqueue_get(&queue, &written));
    device_done(0, 1); /* twice, with another in flight */
    expect_broken();
}

TEST(random_scribbling)
{
    for (unsigned long round = 0; round < test_scale(20000); round++) {
        u32 written;

        start(test_below(2));
        for (int step = 0; step < 30; step++) {
            add((u16)test_below(3), (u16)test_below(3), 64, &queue);
            /* The device may write to the rings as it likes. */
            for (u64 k = test_below(4); k > 0; k--)
                memory[test_below(virtqueue_bytes(SIZE))] = (u8)test_random();
            if (test_below(2))
                queue.used->idx++;
            virtqueue_kick(&queue);
            if (virtqueue_get(&queue, &written))
                CHECK(written <= 64 * 2);
            CHECK(queue.free_count <= SIZE);
        }
    }
}
