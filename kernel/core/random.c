#include "core/random.h"

#include "core/cpu.h"
#include "core/init.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/time.h"
#include "core/wait.h"
#include "lib/errno.h"
#include "lib/hash.h"
#include "lib/random.h"
#include "lib/string.h"

#define READY_BITS 256
#define RESEED_NS  (60 * NS_PER_SEC)

#define BUFFER_BYTES 96

/* The pool; guarded by pool_lock, interrupts off. */
static struct rng pool;
static u32 entropy_bits;
static u64 pool_generation = 1; /* of keys: all CPUs' older ones are stale */
static u64 last_reseed;
static spinlock_t pool_lock = SPINLOCK_INIT("random_pool");
static struct wait_queue ready_queue = WAIT_QUEUE_INIT(ready_queue);

/* A CPU's own; preemption and interrupts off. */
struct random_cpu {
    struct rng rng;
    u64 generation;
    u32 left; /* bytes in buffer, taken from its end and erased */
    u8 buffer[BUFFER_BYTES];
    /* Interrupt timing on its way to the pool. */
    u64 fast[4];
    u32 fast_count;
    u64 fast_last;
};
static DEFINE_PER_CPU(struct random_cpu, random_cpus);

/* pool_lock held. */
static void credit(unsigned bits)
{
    bool was = entropy_bits >= READY_BITS;

    entropy_bits = min(entropy_bits + bits, (u32)READY_BITS);
    if (!was && entropy_bits >= READY_BITS)
        WRITE_ONCE(pool_generation, pool_generation + 1);
}

void random_add(const void *data, size_t n, unsigned bits)
{
    unsigned long flags = spin_lock_irqsave(&pool_lock);
    u64 now = arch_counter();

    rng_mix(&pool, data, n);
    rng_mix(&pool, &now, sizeof(now));
    credit(bits);
    spin_unlock_irqrestore(&pool_lock, flags);
    if (bits && random_ready() && wait_queue_active(&ready_queue))
        wake_up_all(&ready_queue);
}

void random_add_interrupt(u32 irq)
{
    struct random_cpu *c = &this_cpu(random_cpus);
    u64 now = arch_counter();

    c->fast[c->fast_count % 4] =
        rol64(c->fast[c->fast_count % 4], 7) ^ now ^ ((u64)irq << 48);
    if (++c->fast_count < 64)
        return;
    c->fast_count = 0;
    /* A new key for everybody once a minute, no more work otherwise. */
    if (random_ready() && now - c->fast_last < arch_counter_hz())
        return;
    c->fast_last = now;
    random_add(c->fast, sizeof(c->fast), 32);
}

bool random_ready(void)
{
    return READ_ONCE(entropy_bits) >= READY_BITS;
}

unsigned random_entropy_bits(void)
{
    return READ_ONCE(entropy_bits);
}

int random_wait(void)
{
    return wait_event_interruptible(&ready_queue, random_ready());
}

static void stir_cpu_generator(void)
{
    u64 words[4];
    unsigned got = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        bool ok = false;

        words[i] = arch_random(&ok);
        if (!ok)
            words[i] = arch_counter();
        else
            got++;
    }
    rng_mix(&pool, words, sizeof(words));
    credit(got * 64);
}

void random_reseed(void)
{
    unsigned long flags = spin_lock_irqsave(&pool_lock);
    u64 now = arch_counter();

    rng_mix(&pool, &now, sizeof(now));
    stir_cpu_generator();
    WRITE_ONCE(pool_generation, pool_generation + 1);
    last_reseed = sched_clock();
    spin_unlock_irqrestore(&pool_lock, flags);
}

void random_init(const struct boot_info *info)
{
    unsigned long flags = spin_lock_irqsave(&pool_lock);
    u64 mixed[3] = {arch_counter(), info->start_counter,
                    (u64)arch_wallclock_seconds()};
    bool seeded = false;

    for (unsigned i = 0; i < ARRAY_SIZE(info->random_seed); i++)
        seeded |= info->random_seed[i] != 0;
    rng_mix(&pool, info->random_seed, sizeof(info->random_seed));
    rng_mix(&pool, mixed, sizeof(mixed));
    rng_mix(&pool, info->command_line, strlen(info->command_line));
    if (seeded)
        credit(READY_BITS);
    stir_cpu_generator();
    spin_unlock_irqrestore(&pool_lock, flags);
    random_bytes(&name_hash_key, sizeof(name_hash_key));
}

/* Preemption and interrupts off. */
static struct random_cpu *generator_here(void)
{
    struct random_cpu *c = &this_cpu(random_cpus);

    if (unlikely(c->generation != READ_ONCE(pool_generation))) {
        spin_lock(&pool_lock);
        c->generation = pool_generation;
        rng_fork(&pool, &c->rng);
        spin_unlock(&pool_lock);
        c->left = 0;
    }
    return c;
}

static void reseed_now_and_then(void)
{
    u64 now = sched_clock();

    if (unlikely(now - READ_ONCE(last_reseed) > RESEED_NS)) {
        WRITE_ONCE(last_reseed, now);
        random_reseed();
    }
}

static void small_bytes(u8 *out, size_t n)
{
    unsigned long flags = arch_irq_save();
    struct random_cpu *c;

    preempt_disable();
    c = generator_here();
    if (c->left < n) {
        rng_bytes(&c->rng, c->buffer, sizeof(c->buffer));
        c->left = sizeof(c->buffer);
    }
    c->left -= (u32)n;
    memcpy(out, c->buffer + c->left, n);
    memset(c->buffer + c->left, 0, n);
    arch_irq_restore(flags);
    preempt_enable();
}

void random_bytes(void *buffer, size_t n)
{
    struct rng own;
    unsigned long flags;

    reseed_now_and_then();
    if (n <= 32) {
        small_bytes(buffer, n);
        return;
    }
    /* A generator of its own, so that interrupts need not stay off. */
    flags = arch_irq_save();
    preempt_disable();
    rng_fork(&generator_here()->rng, &own);
    arch_irq_restore(flags);
    preempt_enable();
    rng_bytes(&own, buffer, n);
    memzero_explicit(&own, sizeof(own));
}

u64 random_u64(void)
{
    u64 v;

    random_bytes(&v, sizeof(v));
    return v;
}

u64 random_below(u64 limit)
{
    /* Values of the last, incomplete round would favour small results. */
    u64 v, reject = (0 - limit) % limit;

    do
        v = random_u64();
    while (v < reject);
    return v % limit;
}
