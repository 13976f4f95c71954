// about: the last closes and the first opens of a FIFO at once
// calls: mknodat openat close write read
#include "abi.h"

int main(void)
{
    int wrong = 0;
    pid_t child[4];

    T(mkfifo("fifo", 0600));
    for (int i = 0; i < 4; i++) {
        child[i] = fork();
        if (!child[i]) {
            for (int n = 0; n < 1500; n++) {
                int fd = open("fifo", O_RDWR);
                char c = 0;

                if (fd < 0)
                    _exit(1);
                /* Whose byte it is depends on the race; one is there. */
                if (write(fd, "x", 1) != 1 || read(fd, &c, 1) != 1 || c != 'x')
                    _exit(2);
                close(fd);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++) {
        int status;

        waitpid(child[i], &status, 0);
        wrong += status != 0;
    }
    say("wrong %d", wrong);
    T(open("fifo", O_WRONLY | O_NONBLOCK));
    return 0;
}
