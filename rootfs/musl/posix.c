// What a libc asks of a kernel beside shells and tools: each subject by name,
// one after another. It prints only what does not depend on the machine.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <pwd.h>
#include <regex.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>

extern char **environ;

__attribute__((visibility("default"))) int program_answer(int n);

int program_answer(int n)
{
    return n * 2;
}

static void pipeline(void)
{
    int link[2], back[2];
    posix_spawn_file_actions_t first, second;
    pid_t pids[2];
    char text[64] = "";
    int status;

    pipe2(link, O_CLOEXEC);
    pipe2(back, O_CLOEXEC);
    posix_spawn_file_actions_init(&first);
    posix_spawn_file_actions_adddup2(&first, link[1], 1);
    posix_spawn_file_actions_init(&second);
    posix_spawn_file_actions_adddup2(&second, link[0], 0);
    posix_spawn_file_actions_adddup2(&second, back[1], 1);
    char *seq[] = {"seq", "12", NULL}, *wc[] = {"wc", "-l", NULL};
    printf("spawn %d",
           posix_spawnp(&pids[0], "seq", &first, NULL, seq, environ));
    printf(" %d", posix_spawnp(&pids[1], "wc", &second, NULL, wc, environ));
    char *none[] = {"/none", NULL};
    printf(" %s\n",
           strerror(posix_spawn(&status, "/none", NULL, NULL, none, environ)));
    close(link[0]);
    close(link[1]);
    close(back[1]);
    read(back[0], text, sizeof(text) - 1);
    printf("counted %d\n", atoi(text));
    for (int i = 0; i < 2; i++) {
        waitpid(pids[i], &status, 0);
        printf("exit %d\n", WEXITSTATUS(status));
    }
    FILE *f = popen("tr a-z A-Z | rev; exit 6", "w");
    fputs("popen\n", f);
    status = pclose(f);
    printf("pclose %d, system %d\n", WEXITSTATUS(status),
           WEXITSTATUS(system("exit 9")));
}

static pthread_key_t key;
static atomic_int freed, turns;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static sem_t places;
static __thread int mine = 7;

static void release(void *p)
{
    freed++;
    free(p);
}

static void *work(void *arg)
{
    long n = (long)arg;

    pthread_setspecific(key, calloc(1, 16));
    sem_wait(&places);
    mine += n;
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&lock);
        while (turns % 8 != n)
            pthread_cond_wait(&moved, &lock);
        turns++;
        pthread_cond_broadcast(&moved);
        pthread_mutex_unlock(&lock);
    }
    sem_post(&places);
    return (void *)(long)mine;
}

static void *forever(void *unused)
{
    (void)unused;
    pause();
    return NULL;
}

static void threads(void)
{
    pthread_t t[8];
    long sum = 0;
    void *result;

    pthread_key_create(&key, release);
    sem_init(&places, 0, 8);
    for (long i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, work, (void *)i);
    for (int i = 0; i < 8; i++) {
        pthread_join(t[i], &result);
        sum += (long)result;
    }
    printf("turns %d, sum %ld, freed %d, own %d\n", turns, sum, freed, mine);
    pthread_create(&t[0], NULL, forever, NULL);
    pthread_cancel(t[0]);
    pthread_join(t[0], &result);
    printf("cancelled %d\n", result == PTHREAD_CANCELED);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec = (until.tv_nsec + 20000000) % 1000000000;
    until.tv_sec += until.tv_nsec < 20000000;
    pthread_mutex_lock(&lock);
    printf("timed wait: %s\n",
           strerror(pthread_cond_timedwait(&moved, &lock, &until)));
    pthread_mutex_unlock(&lock);
    pthread_barrier_t barrier;
    printf("barrier %d\n", pthread_barrier_init(&barrier, NULL, 2));
}

static sigjmp_buf back;
static volatile sig_atomic_t caught;

static void catch (int n, siginfo_t *info, void *context)
{
    (void)context;
    caught = n;
    if (n == SIGSEGV)
        siglongjmp(back, info->si_code);
}

static void signals(void)
{
    struct sigaction act = {.sa_sigaction = catch,
                            .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    timer_t timer;
    sigset_t set;

    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGALRM, &act, NULL);
    int code = sigsetjmp(back, 1);
    if (code == 0)
        *(volatile int *)8 = 1;
    printf("segv %d code %d\n", caught == SIGSEGV, code);
    /* Again and again: the first may come before the wait. */
    struct itimerspec soon = {.it_value.tv_nsec = 50000000,
                              .it_interval.tv_nsec = 50000000};
    struct itimerspec never = {0};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGALRM};
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &soon, NULL);
    printf("pause %d", pause());
    printf(" %s", strerror(errno));
    timer_settime(timer, 0, &never, NULL);
    printf(", alarm %d\n", caught == SIGALRM);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 1; i <= 3; i++)
        sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i});
    for (int i = 1; i <= 3; i++) {
        siginfo_t info;
        sigwaitinfo(&set, &info);
        printf("queued %d ", info.si_value.sival_int);
    }
    puts("");
}

static int visits, depth;

static int visit(const char *path, const struct stat *st, int type,
                 struct FTW *where)
{
    (void)st;
    (void)path;
    visits +=
        type == FTW_D || type == FTW_DP || type == FTW_F || type == FTW_SL;
    depth = where->level > depth ? where->level : depth;
    return 0;
}

static int erase(const char *path, const struct stat *st, int type,
                 struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static void files(void)
{
    glob_t g;
    wordexp_t w;
    regex_t r;
    regmatch_t m[3];
    struct stat st;
    char path[256] = "tree", where[512];

    mkdir(path, 0755);
    for (int i = 0; i < 12; i++) {
        strcat(path, "/deeper");
        mkdir(path, 0755);
        snprintf(where, sizeof(where), "%s/file%d.c", path, i);
        close(creat(where, 0600));
    }
    symlink("nowhere", "tree/broken");
    nftw("tree", visit, 32, FTW_PHYS);
    printf("visits %d, depth %d\n", visits, depth);
    printf("glob %d", glob("tree/deep*/*[0-9].?", GLOB_MARK, NULL, &g));
    for (size_t i = 0; i < g.gl_pathc; i++)
        printf(" %s", g.gl_pathv[i]);
    printf("\nno match %d\n", glob("nothing*", 0, NULL, &g) == GLOB_NOMATCH);
    setenv("PLACE", "tree", 1);
    wordexp("$PLACE/b* $(echo a b) 'c d'", &w, 0);
    for (size_t i = 0; i < w.we_wordc; i++)
        printf("[%s]", w.we_wordv[i]);
    regcomp(&r, "([a-z]+)-([0-9]+)$", REG_EXTENDED);
    regexec(&r, "one two-22", 3, m, 0);
    printf("\nmatch at %d to %d, fnmatch %d\n", (int)m[2].rm_so,
           (int)m[2].rm_eo, fnmatch("*.[ch]", "a.c", FNM_PATHNAME));
    printf("remove %d, left: %d\n",
           nftw("tree", erase, 32, FTW_PHYS | FTW_DEPTH),
           stat("tree", &st) == 0);
    char name[] = "tmpXXXXXX";
    int fd = mkstemp(name);
    printf("temporary %d %d", fd >= 0, posix_fallocate(fd, 0, 8192));
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    strcpy(p + 5000, "mapped");
    char text[8] = "";
    pread(fd, text, 7, 5000);
    printf(" %s %d\n", text, unlink(name));
    printf("locked %d %d\n", lockf(fd, F_LOCK, 0), lockf(fd, F_ULOCK, 0));
    struct dirent **list;
    printf("scandir %d\n", scandir("/etc", &list, NULL, alphasort) >= 5);
    printf("realpath %s\n", realpath("/dynamic/../static/bin/sh", where));
}

static void people(void)
{
    struct passwd *p = getpwnam("root");
    struct group *g = getgrgid(0);
    int n = 0;

    printf("root is %d, home %s, group %s\n", p->pw_uid, p->pw_dir, g->gr_name);
    printf("nobody else: %d\n", getpwnam("unknown") == NULL);
    for (setpwent(); getpwent();)
        n++;
    printf("all: %d\n", n > 1);
}

static void languages(void)
{
    wchar_t wide[8];
    char out[16] = "", *o = out, *in = "\xe9t\xe9";
    size_t left = 3, room = sizeof(out);
    struct tm tm = {.tm_year = 101, .tm_mon = 8, .tm_mday = 9};
    char text[64];

    printf("locale %s\n", setlocale(LC_ALL, "C.UTF-8"));
    printf("codes %s, %zu characters\n", nl_langinfo(CODESET),
           mbstowcs(wide, "h\u00e4ko", 8));
    iconv_t cd = iconv_open("UTF-8", "ISO-8859-1");
    printf("iconv %zu %s\n", iconv(cd, &in, &left, &o, &room), out);
    setenv("TZ", "JST-9", 1);
    tzset();
    mktime(&tm);
    strftime(text, sizeof(text), "%A %d %B %Y %Z", &tm);
    puts(text);
}

static void terminals(void)
{
    int master;
    char text[64] = "";
    struct winsize size = {.ws_row = 33, .ws_col = 99};
    int status;

    pid_t pid = forkpty(&master, NULL, NULL, &size);
    if (pid == 0) {
        execlp("stty", "stty", "size", NULL);
        _exit(1);
    }
    size_t got = 0;
    for (ssize_t n; got < sizeof(text) - 1 &&
                    (n = read(master, text + got, sizeof(text) - 1 - got)) > 0;)
        got += n;
    waitpid(pid, &status, 0);
    printf("terminal %d: %d\n", WEXITSTATUS(status), strncmp(text, "33 99", 5));
    int pair[2];
    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    struct pollfd poll_for = {.fd = pair[0], .events = POLLIN};
    printf("poll %d", poll(&poll_for, 1, 0));
    send(pair[1], "packet", 6, 0);
    printf(" %d", poll(&poll_for, 1, 100000));
    printf(" %zd\n", recv(pair[0], text, 64, 0));
}

static void libraries(void)
{
    void *lib = dlopen("/lib/libplugin.so", RTLD_NOW);

    if (!lib) {
        puts("no libraries");
        return;
    }
    int (*call)(int) = (int (*)(int))dlsym(lib, "plugin_call");
    Dl_info info;
    int first = call(1);
    printf("plugin %d %d\n", first, call(1));
    printf("known %d", dladdr((void *)call, &info) != 0);
    printf(" from %s: %s\n", info.dli_fname, info.dli_sname);
    printf("not there: %d\n", dlsym(lib, "nothing") == NULL);
    dlclose(lib);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    pipeline();
    threads();
    signals();
    files();
    people();
    languages();
    terminals();
    libraries();
    return 0;
}
