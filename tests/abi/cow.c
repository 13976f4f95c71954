// about: Copy-on-write after fork: deep chains, both sides, kernel writes,
// about: pipes and files into shared pages
// calls: clone read process_vm_writev
#include "abi.h"

int main(void)
{
    char *m = mmap(NULL, 64 * 4096, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 64; i++)
        m[i * 4096] = i;
    int p[2], q[2];
    char c;
    pipe(p);
    pipe(q);
    pid_t k = CHILD({
        read(p[0], &c, 1);
        bool same = true;
        for (int i = 0; i < 64; i++)
            same &= m[i * 4096] == i;
        Y(same);
        for (int i = 0; i < 64; i++)
            m[i * 4096] = 100;
        write(q[1], "x", 1);
        read(p[0], &c, 1);
        bool own = true;
        for (int i = 0; i < 64; i++)
            own &= m[i * 4096] == 100;
        Y(own);
    });
    for (int i = 0; i < 32; i++)
        m[i * 4096] = 50;
    write(p[1], "x", 1);
    read(q[0], &c, 1);
    bool mine = true;
    for (int i = 0; i < 64; i++)
        mine &= m[i * 4096] == (i < 32 ? 50 : i);
    Y(mine);
    write(p[1], "x", 1);
    wait_show("child", k);
    say("-- the kernel writes into a shared page");
    put("f", "kernel");
    int fd = open("f", O_RDONLY);
    memcpy(m, "parent", 7);
    RUN("child", {
        pread(fd, m, 6, 0);
        STR(m);
    });
    STR(m);
    k = CHILD({
        read(p[0], &c, 1);
        STR(m);
    });
    pread(fd, m, 6, 0);
    STR(m);
    write(p[1], "x", 1);
    wait_show("child", k);
    say("-- ten generations, each changes one page and sees its ancestors' "
        "changes");
    for (int i = 0; i < 64; i++)
        m[i * 4096] = 0;
    fflush(stdout);
    int depth = 0;
    while (depth < 10) {
        pid_t g = fork();
        if (g) {
            int st;
            waitpid(g, &st, 0);
            if (depth)
                _exit(WEXITSTATUS(st));
            show_status("generations", st);
            break;
        }
        m[depth * 4096] = depth + 1;
        depth++;
        if (depth == 10) {
            int sum = 0;
            for (int i = 0; i < 10; i++)
                sum += m[i * 4096];
            _exit(sum);
        }
    }
    N(m[0]);
    say("-- a page that only the parent still has");
    RUN("child", );
    m[0] = 5;
    N(m[0]);
    say("-- memory of a stopped child is its own");
    k = CHILD({
        raise(SIGSTOP);
        N(m[4096]);
    });
    int st;
    waitpid(k, &st, WUNTRACED);
    m[4096] = 9;
    kill(k, SIGCONT);
    wait_show("child", k);
}
