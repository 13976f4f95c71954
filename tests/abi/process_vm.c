// about: process_vm_readv and writev: transfers, partial ones, permissions,
// about: refusals
// calls: process_vm_readv process_vm_writev
#include "abi.h"

int main(void)
{
    char b[64] = "", *m = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(m, "parent's");
    int p[2], q[2];
    char c;
    pipe(p);
    pipe(q);
    pid_t k = CHILD({
        close(p[1]);
        strcpy(m, "the child's");
        write(q[1], "x", 1);
        while (read(p[0], &c, 1) == 1) {
            STR(m);
            write(q[1], "x", 1);
        }
    });
    close(p[0]);
    read(q[0], &c, 1);
    struct iovec l = {b, 11}, r = {m, 11}, l2[2] = {{b, 3}, {b + 10, 8}};
    T(process_vm_readv(k, &l, 1, &r, 1, 0));
    STR(b);
    T(process_vm_readv(k, l2, 2, &r, 1, 0));
    say("%.3s %.8s", b, b + 10);
    strcpy(b, "written");
    l.iov_len = r.iov_len = 8;
    T(process_vm_writev(k, &l, 1, &r, 1, 0));
    write(p[1], "x", 1);
    read(q[0], &c, 1);
    STR(m);
    T(process_vm_readv(k, &l, 1, &r, 1, 1));
    T(process_vm_readv(9999999, &l, 1, &r, 1, 0));
    T(process_vm_readv(-1, &l, 1, &r, 1, 0));
    T(process_vm_readv(k, &l, 0, &r, 1, 0));
    T(process_vm_readv(k, &l, 1, &r, 0, 0));
    T(process_vm_readv(k, &l, 1025, &r, 1, 0));
    T(process_vm_readv(k, &l, 1, &r, 1025, 0));
    r.iov_base = badptr(2);
    T(process_vm_readv(k, &l, 1, &r, 1, 0));
    r.iov_base = badptr(3);
    T(process_vm_readv(k, &l, 1, &r, 1, 0));
    r = (struct iovec){m, 8};
    l.iov_base = badptr(2);
    T(process_vm_readv(k, &l, 1, &r, 1, 0));
    l.iov_base = b;
    l.iov_len = -1L;
    T(process_vm_readv(k, &l, 1, &r, 1, 0));
    BAD(x, process_vm_readv(k, badptr(i_), 1, &r, 1, 0));
    say("-- the second piece is bad");
    struct iovec r2[2] = {{m, 8}, {badptr(2), 8}}, l3 = {b, 16};
    T(process_vm_readv(k, &l3, 1, r2, 2, 0));
    char *e = edge(10);
    l3 = (struct iovec){e, 16};
    r = (struct iovec){m, 16};
    T(process_vm_readv(k, &l3, 1, &r, 1, 0));
    say("-- read-only pages");
    T(process_vm_writev(k, &(struct iovec){b, 4}, 1,
                        &(struct iovec){(char *)main, 4}, 1, 0));
    T(process_vm_readv(k, &(struct iovec){b, 4}, 1,
                       &(struct iovec){(char *)main, 4}, 1, 0));
    Y(!memcmp(b, (char *)main, 4));
    T(process_vm_readv(getpid(), &(struct iovec){b, 8}, 1,
                       &(struct iovec){m, 8}, 1, 0));
    RUN("user", {
        become_user();
        T(process_vm_readv(k, &(struct iovec){b, 4}, 1, &(struct iovec){m, 4},
                           1, 0));
        T(process_vm_readv(getppid(), &(struct iovec){b, 4}, 1,
                           &(struct iovec){m, 4}, 1, 0));
    });
    close(p[1]);
    wait_show("child", k);
}
