// about: /proc/PID/task, children, wchan, and the numbers of threads; names of
// about: threads
// calls: openat getdents64 read clone
#include "abi.h"

static atomic_int up, stop;
static void *th(void *a)
{
    prctl(PR_SET_NAME, a);
    up++;
    while (!stop)
        ms(5);
    return NULL;
}
static int cmp(const void *a, const void *b)
{
    return strcmp(a, b);
}
int main(void)
{
    pthread_t t[3];
    static char *const names[] = {"alpha", "beta", "gamma"};
    prctl(PR_SET_NAME, "main");
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, th, names[i]);
    while (up < 3)
        ms(1);
    DIR *d = opendir("/proc/self/task");
    struct dirent *e;
    char got[8][32], p[400];
    int n = 0;
    while ((e = readdir(d)))
        if (e->d_name[0] != '.') {
            snprintf(p, 400, "/proc/self/task/%s/comm", e->d_name);
            strcpy(got[n], get(p));
            got[n][strcspn(got[n], "\n")] = 0;
            n++;
        }
    qsort(got, n, 32, cmp);
    for (int i = 0; i < n; i++)
        STR(got[i]);
    Y(strstr(get("/proc/self/status"), "Threads:\t4\n") != NULL);
    struct stat st;
    stat("/proc/self/task", &st);
    N(st.st_nlink);
    pid_t k = CHILD(pause()), j = CHILD(pause());
    snprintf(p, 400, "/proc/self/task/%d/children", getpid());
    char want[64];
    snprintf(want, 64, "%d %d ", k, j);
    Y(!strcmp(get(p), want));
    snprintf(p, 400, "/proc/%d/task/%d/stat", k, k);
    Y(atoi(get(p)) == k);
    snprintf(p, 400, "/proc/%d/task/%d", k, j);
    T(access(p, F_OK));
    kill(k, SIGKILL);
    kill(j, SIGKILL);
    wait(NULL);
    wait(NULL);
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    say("-- a thread's number is also found at the top, but not listed");
    up = stop = 0;
    pthread_create(&t[0], NULL, th, names[0]);
    while (up < 1)
        ms(1);
    int tid = 0;
    do { /* those that were joined may still be ending */
        d = opendir("/proc/self/task");
        n = 0;
        while ((e = readdir(d)))
            if (atoi(e->d_name) > 0 && atoi(e->d_name) != getpid()) {
                tid = atoi(e->d_name);
                n++;
            }
        closedir(d);
    } while (n > 1);
    snprintf(p, 400, "/proc/%d/comm", tid);
    printf("%s", get(p));
    snprintf(p, 400, "/proc/%d/status", tid);
    char tg[64];
    snprintf(tg, 64, "Tgid:\t%d\n", getpid());
    Y(strstr(get(p), tg) != NULL);
    d = opendir("/proc");
    int listed = 0;
    while ((e = readdir(d)))
        listed += atoi(e->d_name) == tid;
    N(listed);
    stop = 1;
    pthread_join(t[0], NULL);
}
