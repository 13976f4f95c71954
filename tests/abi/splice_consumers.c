// about: several who splice and read from one pipe: no byte twice, none lost
// calls: splice read write tee
// timeout: 120
#include "abi.h"

enum {
    WORDS = 60000,
    TAKERS = 3
};
static int in[2];
static unsigned char seen[WORDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void count_words(const uint32_t *words, ssize_t bytes)
{
    pthread_mutex_lock(&lock);
    for (ssize_t i = 0; i < bytes / 4; i++)
        if (words[i] < WORDS)
            seen[words[i]]++;
    pthread_mutex_unlock(&lock);
}

static void *feed(void *unused)
{
    static uint32_t words[WORDS];

    for (int i = 0; i < WORDS; i++)
        words[i] = i;
    for (size_t at = 0; at < sizeof words; at += 4000)
        write(in[1], (char *)words + at, 4000);
    close(in[1]);
    return NULL;
}

/* One splices into a file, one into a pipe, one reads. */
static void *take(void *which)
{
    static uint32_t buffers[TAKERS][4000];
    long me = (long)which;
    uint32_t *words = buffers[me];
    int fd = memfd_create("x", 0), out[2];
    off_t at = 0;
    ssize_t n, m;

    MUST(pipe(out));
    for (;;) {
        if (me == 0) {
            n = splice(in[0], NULL, fd, NULL, 8000, 0);
            if (n > 0) {
                pread(fd, words, n, at);
                at += n;
            }
        } else if (me == 1) {
            n = splice(in[0], NULL, out[1], NULL, 8000, 0);
            for (m = 0; m < n;)
                m += read(out[0], (char *)words + m, n - m);
        } else {
            n = read(in[0], words, 8000);
        }
        if (n <= 0)
            break;
        if (n % 4)
            say("a part of a word");
        count_words(words, n);
    }
    if (n < 0)
        say("%ld: %s", me, errname(errno));
    return NULL;
}

int main(void)
{
    pthread_t feeder, takers[TAKERS];
    int lost = 0, twice = 0;

    MUST(pipe(in));
    pthread_create(&feeder, NULL, feed, NULL);
    for (long i = 0; i < TAKERS; i++)
        pthread_create(&takers[i], NULL, take, (void *)i);
    pthread_join(feeder, NULL);
    for (int i = 0; i < TAKERS; i++)
        pthread_join(takers[i], NULL);
    for (int i = 0; i < WORDS; i++) {
        lost += !seen[i];
        twice += seen[i] > 1;
    }
    say("%d lost, %d twice", lost, twice);
    return 0;
}
