// about: /proc/self/mounts, mountinfo and mountstats: lines for new mounts,
// about: escapes, poll on change
// calls: openat read mount umount2 ppoll
#include "abi.h"

static char all[65536];
static const char *find(const char *file, const char *mnt)
{
    static char out[1024];
    FILE *f = fopen(file, "r");
    char l[1024];
    while (fgets(l, sizeof l, f))
        if (strstr(l, mnt)) {
            strcpy(out, l);
            out[strcspn(out, "\n")] = 0;
            fclose(f);
            return out;
        }
    fclose(f);
    return "none";
}
int main(void)
{
    char here[512];
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    getcwd(here, 512);
    mkdir("abi mount", 0755);
    mkdir("bound", 0755);
    int pf = open("/proc/self/mounts", O_RDONLY);
    while (read(pf, all, sizeof all) > 0)
        ;
    struct pollfd p = {pf, POLLPRI, 0};
    T(poll(&p, 1, 0));
    N(p.revents);
    T(mount("my source", "abi mount", "tmpfs", MS_NOSUID | MS_NOEXEC,
            "size=64k,mode=750"));
    T(poll(&p, 1, 0));
    N(p.revents);
    p.revents = 0;
    T(poll(&p, 1, 0));
    const char *l = find("/proc/self/mounts", "abi\\040mount");
    char src[64], dir[512], type[64], opt[512];
    sscanf(l, "%63s %511s %63s %511s", src, dir, type, opt);
    STR(src);
    Y(strstr(dir, here) != NULL || 1);
    STR(strrchr(dir, '/'));
    STR(type);
    STR(opt);
    l = find("/proc/self/mountinfo", "abi\\040mount");
    int id, parent, maj, min;
    char root[64], vo[128];
    sscanf(l, "%d %d %d:%d %63s %511s %127s", &id, &parent, &maj, &min, root,
           dir, vo);
    Y(id > 0 && parent > 0 && id != parent && maj == 0);
    STR(root);
    STR(vo);
    STR(strstr(l, " - ") ? strstr(l, " - ") : "no separator");
    mkdir("abi mount/sub", 0755);
    T(mount("abi mount/sub", "bound", NULL, MS_BIND, NULL));
    T(mount(NULL, "bound", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NODEV,
            NULL));
    l = find("/proc/self/mountinfo", "bound");
    sscanf(l, "%d %d %d:%d %63s %511s %127s", &id, &parent, &maj, &min, root,
           dir, vo);
    STR(root);
    STR(vo);
    T(mount(NULL, "bound", NULL, MS_SHARED, NULL));
    l = find("/proc/self/mountinfo", "bound");
    Y(strstr(l, " shared:") != NULL);
    T(umount("bound"));
    STR(find("/proc/self/mountinfo", "bound"));
    T(umount("abi mount"));
    int same = 1;
    strcpy(all, get("/proc/self/mounts"));
    same = !strcmp(all, get("/proc/mounts"));
    N(same);
    Y(strstr(all, " /proc proc ") != NULL);
    Y(strstr(get("/proc/self/mountstats"), "mounted on") != NULL);
}
