// about: Large data both ways through a local stream at once, with odd sizes
// about: and non-blocking ends
// calls: sendto recvfrom ppoll socketpair
#include "abi.h"

int main(void)
{
    int s[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    enum {
        TOTAL = 700001
    };
    pid_t k = CHILD({
        close(s[0]);
        fcntl(s[1], F_SETFL, O_NONBLOCK);
        unsigned in = 0;
        unsigned out = 0;
        unsigned bad = 0;
        static unsigned char b[7001];
        int open_ = 1;
        while (open_ || out < TOTAL) {
            struct pollfd p = {
                s[1], (open_ ? POLLIN : 0) | (out < TOTAL ? POLLOUT : 0), 0};
            poll(&p, 1, 5000);
            if (p.revents & POLLIN) {
                int n = recv(s[1], b, 3001, 0);
                if (n == 0)
                    open_ = 0;
                for (int i = 0; i < n; i++)
                    bad += b[i] != (unsigned char)(in++ * 7);
            }
            if (p.revents & POLLOUT && out < TOTAL) {
                unsigned l = TOTAL - out < 7001 ? TOTAL - out : 7001;
                for (unsigned i = 0; i < l; i++)
                    b[i] = (out + i) * 13;
                int n = send(s[1], b, l, MSG_NOSIGNAL);
                if (n > 0)
                    out += n;
                if (out == TOTAL)
                    shutdown(s[1], SHUT_WR);
            }
        }
        say("child: received %u, wrong %u", in, bad);
    });
    close(s[1]);
    static unsigned char b[9001];
    unsigned in = 0, out = 0, bad = 0;
    fcntl(s[0], F_SETFL, O_NONBLOCK);
    int open_ = 1;
    while (open_ || out < TOTAL) {
        struct pollfd p = {
            s[0], (open_ ? POLLIN : 0) | (out < TOTAL ? POLLOUT : 0), 0};
        poll(&p, 1, 5000);
        if (p.revents & POLLIN) {
            int n = recv(s[0], b, 9001, 0);
            if (n == 0)
                open_ = 0;
            for (int i = 0; i < n; i++)
                bad += b[i] != (unsigned char)(in++ * 13);
        }
        if (p.revents & POLLOUT && out < TOTAL) {
            unsigned l = TOTAL - out < 5003 ? TOTAL - out : 5003;
            for (unsigned i = 0; i < l; i++)
                b[i] = (out + i) * 7;
            int n = send(s[0], b, l, MSG_NOSIGNAL);
            if (n > 0)
                out += n;
            if (out == TOTAL)
                shutdown(s[0], SHUT_WR);
        }
    }
    wait_show("child", k);
    say("parent: received %u, wrong %u", in, bad);
}
