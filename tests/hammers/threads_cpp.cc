// about: 64 std::threads on what C++ has for them, atomic waits too
// timeout: 60
// arguments: 3
// long: 60
/*
 * Usage: threads_cpp SECONDS. As threads.c: rounds of some of everything, with
 * a barrier whose completion decides whether time is up.
 */
#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

constexpr int thread_count = 64, lock_count = 8, step_count = 50;
static std::atomic<long> failures;

static void check(bool good, const char *what, long got)
{
    if (!good && failures++ < 10)
        std::printf("wrong: %s, %ld\n", what, got);
}

#define CHECK(e, got) check((e), #e, (got))

struct Counter {
    std::mutex lock;
    long count = 0;
};

/* A bounded queue whose ends wait for each other. */
struct Queue {
    std::mutex lock;
    std::condition_variable filled;
    std::condition_variable_any freed;
    std::deque<long> items;
    long in = 0, out = 0;

    void put(long value)
    {
        std::unique_lock guard(lock);
        freed.wait(guard, [&] { return items.size() < 4; });
        items.push_back(value);
        in += value;
        filled.notify_one();
    }

    void take()
    {
        std::unique_lock guard(lock);
        bool got = filled.wait_for(guard, 1000s, [&] { return !items.empty(); });
        CHECK(got, 0);
        out += items.front();
        items.pop_front();
        freed.notify_one();
    }
};

/* Threads hand a token around a ring by waiting on atomics. */
struct alignas(64) Cell {
    std::atomic<int> turn{0};
};

static std::array<Counter, lock_count> counters;
static std::array<Queue, lock_count> queues;
static std::array<Cell, thread_count> ring;
static std::shared_mutex shared;
static std::map<int, long> table;
static long writes;
static std::recursive_mutex recursive;
static std::timed_mutex timed;
static long timed_count;
static std::counting_semaphore<5> tokens(5);
static std::atomic<int> holders;
static std::atomic<long> destroyed, made;
static std::once_flag once;
static int once_count;
static std::array<long, thread_count> board;
static std::atomic_flag flag;
static long flagged;

struct Local {
    long value = 0;
    std::string text;
    Local() { made++; }
    ~Local() { destroyed++; }
};
static thread_local Local local;

static void use_locks(int id, std::minstd_rand &random)
{
    for (int i = 0; i < step_count; i++) {
        Counter &c = counters[random() % lock_count];
        std::lock_guard guard(c.lock);
        long before = c.count++;
        if (i % 16 == 0)
            std::this_thread::yield();
        CHECK(c.count == before + 1, c.count);
        local.value++;
    }
    /* Two at once, in either order. */
    int a = random() % lock_count, b = (a + 1 + random() % (lock_count - 1)) % lock_count;
    {
        std::scoped_lock both(counters[a].lock, counters[b].lock);
        counters[a].count++;
        counters[b].count--;
    }
    {
        std::lock_guard outer(recursive);
        std::lock_guard inner(recursive);
    }
    if (timed.try_lock_for(1000s)) {
        timed_count++;
        timed.unlock();
    }
    while (flag.test_and_set(std::memory_order_acquire))
        flag.wait(true, std::memory_order_relaxed);
    flagged++;
    flag.clear(std::memory_order_release);
    flag.notify_one();
    std::call_once(once, [] { once_count++; });
    (void)id;
}

static void use_table(std::minstd_rand &random)
{
    for (int i = 0; i < 10; i++) {
        if (random() % 5 == 0) {
            std::unique_lock guard(shared);
            writes++;
            for (int k = 0; k < 8; k++)
                table[k] = writes + k;
        } else {
            std::shared_lock guard(shared);
            for (int k = 0; k < 8 && !table.empty(); k++)
                CHECK(table.at(k) == table.at(0) + k, table.at(k));
        }
    }
    tokens.acquire();
    int n = ++holders;
    CHECK(n <= 5, n);
    std::this_thread::yield();
    holders--;
    tokens.release();
}

static void run(int id, auto &barrier, const bool &stop, long &rounds)
{
    std::minstd_rand random(id + 1);
    local.value = id;
    local.text = "thread " + std::to_string(id) + " has a string of its own";
    for (rounds = 0; !stop;) {
        use_locks(id, random);
        Queue &q = queues[id % lock_count];
        for (int i = 0; i < 10; i++) {
            if (id / lock_count % 2)
                q.put(id * 1000 + i);
            else
                q.take();
        }
        use_table(random);
        /* The token comes from the left and goes to the right. */
        rounds++;
        if (id != 0)
            ring[id].turn.wait(int(rounds) - 1);
        CHECK(id == 0 || ring[id].turn == rounds, ring[id].turn);
        ring[(id + 1) % thread_count].turn = int(rounds);
        ring[(id + 1) % thread_count].turn.notify_all();
        if (id == 0)
            ring[0].turn.wait(int(rounds) - 1);
        CHECK(local.value == id + step_count * rounds, local.value);
        CHECK(local.text == "thread " + std::to_string(id) + " has a string of its own", id);
        if (rounds % 8 == id % 8) {
            auto later = std::async(std::launch::async, [=] { return id * 2; });
            CHECK(later.get() == id * 2, id);
        }
        board[id] = rounds * 100 + id;
        barrier.arrive_and_wait();
        long other = (id + rounds) % thread_count;
        CHECK(board[other] == rounds * 100 + other, board[other]);
        barrier.arrive_and_wait();
    }
}

int main(int argc, char **argv)
{
    auto end = std::chrono::steady_clock::now() +
               std::chrono::seconds(argc > 1 ? std::atoi(argv[1]) : 1);
    bool stop = false;
    long meetings = 0;
    /* Every second meeting: what runs then runs while all others wait. */
    std::barrier barrier(thread_count, [&]() noexcept {
        if (meetings++ % 2)
            stop = std::chrono::steady_clock::now() >= end;
    });
    std::vector<long> rounds(thread_count);
    std::latch ready(thread_count);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < thread_count; i++)
            threads.emplace_back([&, i] {
                ready.arrive_and_wait();
                run(i, barrier, stop, rounds[i]);
            });
    }
    long total = 0;
    for (auto &c : counters)
        total += c.count;
    long per = rounds[0];
    for (long r : rounds)
        CHECK(r == per, r);
    CHECK(total == per * step_count * thread_count, total);
    for (auto &q : queues)
        CHECK(q.in == q.out && q.items.empty(), q.in);
    CHECK(timed_count == per * thread_count, timed_count);
    CHECK(flagged == per * thread_count, flagged);
    CHECK(table[7] == writes + 7, table[7]);
    CHECK(once_count == 1, once_count);
    CHECK(meetings == per * 2, meetings);
    CHECK(made == destroyed && made == thread_count, made);
    if (std::getenv("VERBOSE"))
        std::printf("%ld rounds\n", per);
    std::puts(failures ? "wrong answers" : "right answers");
    return failures != 0;
}
