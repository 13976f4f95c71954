// about: Named pipes: how opening waits, O_NONBLOCK, O_RDWR, both ends gone
// calls: openat mknodat read write poll
#include "abi.h"

int main(void)
{
    char b[16];
    mkfifo("p", 0600);
    T(open("p", O_WRONLY | O_NONBLOCK));
    int r = T(open("p", O_RDONLY | O_NONBLOCK));
    T(read(r, b, 1));
    struct pollfd pf = {r, POLLIN, 0};
    poll(&pf, 1, 0);
    say("before a writer: %x", pf.revents);
    int w = T(open("p", O_WRONLY | O_NONBLOCK));
    T(read(r, b, 1));
    T(write(w, "abc", 3));
    T(read(r, b, 16));
    close(w);
    pf.revents = 0;
    poll(&pf, 1, 0);
    say("after the writer: %x", pf.revents);
    T(read(r, b, 1));
    w = open("p", O_WRONLY);
    pf.revents = 0;
    poll(&pf, 1, 0);
    say("a new writer: %x", pf.revents);
    close(r);
    signal(SIGPIPE, SIG_IGN);
    T(write(w, "x", 1));
    close(w);
    int rw = T(open("p", O_RDWR));
    T(write(rw, "kept", 4));
    T(read(rw, b, 16));
    close(rw);
    say("-- what was not read is gone when nobody holds it");
    rw = open("p", O_RDWR);
    write(rw, "old", 3);
    close(rw);
    r = open("p", O_RDONLY | O_NONBLOCK);
    T(read(r, b, 16));
    close(r);
    say("-- opening waits for the other side");
    pid_t k = CHILD({
        int f = open("p", O_RDONLY);
        int n = read(f, b, 16);
        say("reader got %d", n);
    });
    wait_asleep(k, k);
    w = open("p", O_WRONLY);
    write(w, "12", 2);
    close(w);
    wait_show("reader", k);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        T(open("p", O_RDONLY));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("interrupted reader", k);
    k = CHILD({
        set_handler(SIGUSR1, no_handler, 0);
        T(open("p", O_WRONLY));
    });
    wait_asleep(k, k);
    kill(k, SIGUSR1);
    wait_show("interrupted writer", k);
    T(open("p", O_RDONLY | O_NONBLOCK | O_TRUNC));
    T(lseek(open("p", O_RDWR), 0, SEEK_SET));
}
