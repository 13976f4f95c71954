// about: 64 goroutines on threads of their own, on what Go's sync has, and more
// about: goroutines with channels, timers, signals and the collector
// timeout: 60
// arguments: 3
// long: 60

// Usage: threads_go SECONDS. As threads.c: rounds of some of everything, with a
// barrier where the first decides whether time is up.
package main

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	workers = 64
	locks   = 8
	steps   = 50
)

var failures int64

func check(good bool, what string, got ...interface{}) {
	if !good && atomic.AddInt64(&failures, 1) <= 10 {
		fmt.Println("wrong:", what, got)
	}
}

type queue struct {
	sync.Mutex
	filled, freed *sync.Cond
	items         []int
	in, out       int
}

func (q *queue) put(v int) {
	q.Lock()
	for len(q.items) == 4 {
		q.freed.Wait()
	}
	q.items = append(q.items, v)
	q.in += v
	q.filled.Signal()
	q.Unlock()
}

func (q *queue) take() {
	q.Lock()
	for len(q.items) == 0 {
		q.filled.Wait()
	}
	q.out += q.items[0]
	q.items = q.items[1:]
	q.freed.Signal()
	q.Unlock()
}

// A barrier of a mutex and a condition variable.
type barrier struct {
	sync.Mutex
	cond  *sync.Cond
	count int
	phase int
}

func (b *barrier) wait(last func()) {
	b.Lock()
	defer b.Unlock()
	phase := b.phase
	b.count++
	if b.count == workers {
		if last != nil {
			last()
		}
		b.count = 0
		b.phase++
		b.cond.Broadcast()
		return
	}
	for phase == b.phase {
		b.cond.Wait()
	}
}

var (
	mutexes [locks]sync.Mutex
	counts  [locks]int
	queues  [locks]queue
	rw      sync.RWMutex
	table   = map[int]int{}
	writes  int
	meet    barrier
	board   [workers]int
	stop    bool
	ring    [workers]chan int
	atomics int64
	once    sync.Once
	onces   int
	shared  sync.Map
	pool    = sync.Pool{New: func() interface{} { return new([4096]byte) }}
	signals int64
)

// What a thread that is locked to its goroutine keeps: its thread id.
func tid() int {
	id, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
	return int(id)
}

func useLocks(id int, r *rand.Rand) {
	for i := 0; i < steps; i++ {
		k := r.Intn(locks)
		mutexes[k].Lock()
		before := counts[k]
		counts[k]++
		if i%16 == 0 {
			runtime.Gosched()
		}
		check(counts[k] == before+1, "a mutex", k)
		mutexes[k].Unlock()
		atomic.AddInt64(&atomics, 1)
	}
	once.Do(func() { onces++ })
	shared.Store(id, id*3)
	v, _ := shared.Load(id)
	check(v == id*3, "a sync.Map", id)
	for i := 0; i < 10; i++ {
		if r.Intn(5) == 0 {
			rw.Lock()
			writes++
			for k := 0; k < 8; k++ {
				table[k] = writes + k
			}
			rw.Unlock()
		} else {
			rw.RLock()
			for k := 0; k < 8 && len(table) > 0; k++ {
				check(table[k] == table[0]+k, "a rwlock", k, table[k])
			}
			rw.RUnlock()
		}
	}
}

// Work for the collector, with contents to check.
func allocate(id int) {
	list := make([][]byte, 0, 32)
	for i := 0; i < 32; i++ {
		b := make([]byte, 100+id*i)
		for j := range b {
			b[j] = byte(id)
		}
		list = append(list, b)
	}
	block := pool.Get().(*[4096]byte)
	block[id] = byte(id)
	check(block[id] == byte(id), "a pool", id)
	pool.Put(block)
	for _, b := range list {
		for _, c := range b {
			if c != byte(id) {
				check(false, "memory", id, c)
			}
		}
	}
}

func work(id int, end time.Time, rounds *int) {
	runtime.LockOSThread()
	own := tid()
	r := rand.New(rand.NewSource(int64(id)))
	for !stop {
		useLocks(id, r)
		for i := 0; i < 10; i++ {
			if id/locks%2 == 1 {
				queues[id%locks].put(id*1000 + i)
			} else {
				queues[id%locks].take()
			}
		}
		allocate(id)
		*rounds++
		// A token round the ring, by channels.
		if id == 0 {
			ring[1] <- *rounds
			check(<-ring[0] == *rounds, "the ring", id)
		} else {
			token := <-ring[id]
			check(token == *rounds, "the ring", id, token)
			ring[(id+1)%workers] <- token
		}
		check(tid() == own, "a locked thread", id)
		// A child of its own, on any thread, and a timer.
		if *rounds%8 == id%8 {
			done := make(chan int)
			go func() { done <- id * 2 }()
			select {
			case v := <-done:
				check(v == id*2, "a channel", id)
			case <-time.After(1000 * time.Second):
				check(false, "a timer", id)
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
			<-ctx.Done()
			check(ctx.Err() == context.DeadlineExceeded, "a deadline", id)
			cancel()
		}
		board[id] = *rounds*100 + id
		meet.wait(nil)
		other := (id + *rounds) % workers
		check(board[other] == *rounds*100+other, "the barrier", id)
		meet.wait(func() {
			stop = !time.Now().Before(end)
			syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		})
	}
}

func main() {
	seconds := 1
	if len(os.Args) > 1 {
		seconds, _ = strconv.Atoi(os.Args[1])
	}
	meet.cond = sync.NewCond(&meet.Mutex)
	for i := range queues {
		q := &queues[i]
		q.filled, q.freed = sync.NewCond(&q.Mutex), sync.NewCond(&q.Mutex)
	}
	for i := range ring {
		ring[i] = make(chan int)
	}
	caught := make(chan os.Signal, 100)
	signal.Notify(caught, syscall.SIGUSR1)
	go func() {
		for range caught {
			atomic.AddInt64(&signals, 1)
		}
	}()
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	var rounds [workers]int
	var group sync.WaitGroup
	for i := 0; i < workers; i++ {
		group.Add(1)
		go func(id int) {
			defer group.Done()
			work(id, end, &rounds[id])
		}(i)
	}
	group.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	check(total == rounds[0]*steps*workers, "counts", total)
	check(int(atomics) == total, "atomics", atomics)
	for i := range queues {
		check(queues[i].in == queues[i].out && len(queues[i].items) == 0, "a queue", i)
	}
	for _, n := range rounds {
		check(n == rounds[0], "rounds", n, rounds[0])
	}
	check(table[7] == writes+7, "the table", table[7], writes)
	check(onces == 1, "once", onces)
	for n := 0; n < 6000 && atomic.LoadInt64(&signals) == 0; n++ {
		time.Sleep(10 * time.Millisecond)
	}
	check(atomic.LoadInt64(&signals) > 0, "signals", signals)
	if os.Getenv("VERBOSE") != "" {
		fmt.Println(rounds[0], "rounds", signals, "signals")
	}
	if failures > 0 {
		fmt.Println("wrong answers")
		os.Exit(1)
	}
	fmt.Println("right answers")
}
