// about: Reads, writes and transfers of nothing on every kind of object
// calls: read write sendto recvfrom sendfile splice readv
#include "abi.h"

int main(void)
{
    int p[2], s[2], d[2];
    char b[8];
    put("f", "data");
    int f = open("f", O_RDWR);
    pipe(p);
    socketpair(AF_UNIX, SOCK_STREAM, 0, s);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, d);
    T(read(f, b, 0));
    T(write(f, b, 0));
    T(read(p[0], b, 0));
    T(write(p[1], b, 0));
    T(read(s[0], b, 0));
    T(write(s[0], b, 0));
    T(recv(s[1], b, 8, MSG_DONTWAIT));
    T(write(d[0], b, 0));
    T(recv(d[1], b, 8, MSG_DONTWAIT));
    T(send(d[0], b, 0, 0));
    T(recv(d[1], b, 0, MSG_DONTWAIT));
    T(recv(d[1], b, 8, MSG_DONTWAIT));
    T(sys(readv, f, NULL, 0));
    T(sys(sendfile, p[1], f, NULL, 0));
    T(sys(splice, p[0], NULL, f, NULL, 0, 0));
    T(sys(copy_file_range, f, NULL, f, NULL, 0, 0));
    T(sys(getrandom, b, 0, 0));
    T(sys(process_vm_readv, getpid(), NULL, 0, NULL, 0, 0));
    T(sys(ppoll, NULL, 0, ((long[2]){0, 0}), NULL, 8));
    T(sys(pselect6, 0, NULL, NULL, NULL, ((long[2]){0, 0}), NULL));
    T(mprotect((void *)0x10000, 0, PROT_READ));
    T(msync((void *)0x10000, 0, MS_SYNC));
    T(ftruncate(f, 4));
    STR(get("f"));
}
