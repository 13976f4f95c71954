/*
 * The file: an ELF header, program headers, notes (registers of each thread and
 * what debuggers want to know of the process), then the memory.
 *
 * Everything goes through a stream that knows its position; the notes are made
 * twice, first into a stream that only counts.
 */
#include <asm/abi.h>

#include "arch/arch.h"
#include "core/object.h"
#include "core/request.h"
#include "core/slab.h"
#include "lib/elf.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/core_dump.h"
#include "proc/siginfo_abi.h"
#include "proc/signal_internal.h"
#include "proc/task.h"
#include "vm/address_space.h"

#define NT_PRSTATUS 1
#define NT_PRFPREG  2
#define NT_PRPSINFO 3
#define NT_AUXV     6
#define NT_SIGINFO  0x53494749
#define NT_FILE     0x46494c45
#define PATH_SIZE   4096

struct stream {
    struct caller *who;
    struct grant *out; /* NULL: it only counts */
    u64 position, limit;
    bool seekable, failed;
    u8 *buffer; /* a page */
    size_t filled;
};

/* A mapping as it was when the dump began. */
struct region {
    u64 start, end, offset, dumped; /* bytes; offset: in its file */
    u32 flags;
    struct grant *file; /* owned, or NULL */
};

struct dump {
    struct task *t;
    const struct signal_info *info;
    struct region *regions;
    u32 count;
    char *path;
    void *set; /* a register set */
    size_t set_size;
};

/* ------------------------------------------------------------- the stream */

static void write_out(struct stream *s, const void *data, size_t n)
{
    struct io_request req;
    size_t done = 0;

    while (done < n && !s->failed) {
        ssize_t part;

        if (signal_is_fatal_pending(s->who->task)) {
            s->failed = true;
            break;
        }
        request_init(&req, s->who, s->out->object, s->out->object->ops->write);
        iter_init_kernel(&req.iter, false, (u8 *)data + done, n - done);
        if (s->seekable) {
            req.pos = s->position - n + done;
            req.flags = REQ_POSITION;
        }
        part = request_run(&req, s->out);
        if (part <= 0)
            s->failed = true;
        else
            done += part;
    }
}

static void flush(struct stream *s)
{
    if (s->filled && s->out)
        write_out(s, s->buffer, s->filled);
    s->filled = 0;
}

static void put(struct stream *s, const void *data, size_t n)
{
    if (s->failed || n > s->limit - s->position) {
        s->failed = true;
        return;
    }
    if (!s->out) {
        s->position += n;
        return;
    }
    while (n && !s->failed) {
        size_t part = min(n, PAGE_SIZE - s->filled);

        memcpy(s->buffer + s->filled, data, part);
        data = (const u8 *)data + part;
        n -= part;
        s->filled += part;
        s->position += part;
        if (s->filled == PAGE_SIZE)
            flush(s);
    }
}

static void put_zeros(struct stream *s, size_t n)
{
    static const u8 zeros[64];

    while (n && !s->failed) {
        size_t part = min(n, sizeof(zeros));

        put(s, zeros, part);
        n -= part;
    }
}

/* ------------------------------------------------------------ the regions */

static u64 dumped_bytes(struct address_space *mm, const struct vma *v,
                        u32 filter)
{
    u64 whole = v->end - v->start;

    if (v->flags & VMA_VDSO)
        return whole;
    if (v->frames || v->flags & (VMA_DONTDUMP | VMA_VVAR))
        return 0;
    if (v->flags & VMA_SHARED) {
        bool named = v->use.grant && !core_dump_ops->is_unlinked(v->use.grant);

        return filter & (named ? CORE_FILE_SHARED : CORE_ANON_SHARED) ? whole
                                                                      : 0;
    }
    if (v->has_anon && filter & CORE_ANON_PRIVATE)
        return whole;
    if (!v->use.grant)
        return 0;
    if (filter & CORE_FILE_PRIVATE)
        return whole;
    if (filter & CORE_ELF_HEADERS && !v->offset && v->flags & VMA_READ) {
        if (v->flags & VMA_EXEC)
            return PAGE_SIZE;
        return 1; /* if it begins like an ELF file: the lock is held here */
    }
    (void)mm;
    return 0;
}

static void look_for_header(struct address_space *mm, struct region *r)
{
    char magic[SELFMAG];

    if (r->dumped != 1)
        return;
    r->dumped =
        mm_access(mm, r->start, magic, SELFMAG, false, true) == SELFMAG &&
                !memcmp(magic, ELFMAG, SELFMAG)
            ? PAGE_SIZE
            : 0;
}

static bool collect(struct dump *d)
{
    struct address_space *mm = d->t->mm;
    u32 room;

    read_lock(&mm->lock);
    room = mm->vma_count;
    read_unlock(&mm->lock);
    d->regions = kzalloc((size_t)room * sizeof(*d->regions), ALLOC_KERNEL);
    if (!d->regions)
        return false;
    read_lock(&mm->lock);
    for (struct vma *v = mm_first_vma(mm); v && d->count < room;
         v = vma_next(v)) {
        struct region *r = &d->regions[d->count++];

        r->start = v->start;
        r->end = v->end;
        r->flags = v->flags;
        r->offset = v->offset << PAGE_SHIFT;
        r->file = v->use.grant ? grant_get(v->use.grant) : NULL;
        r->dumped = dumped_bytes(mm, v, d->t->group->dump_filter);
    }
    read_unlock(&mm->lock);
    for (u32 i = 0; i < d->count; i++)
        look_for_header(mm, &d->regions[i]);
    return true;
}

/* -------------------------------------------------------------- the notes */

static void note_head(struct stream *s, const char *name, u32 type, size_t size)
{
    u32 head[3] = {strlen(name) + 1, size, type};

    put(s, head, sizeof(head));
    put(s, name, head[0]);
    put_zeros(s, round_up(head[0], 4) - head[0]);
}

static void note(struct stream *s, const char *name, u32 type, const void *data,
                 size_t size)
{
    note_head(s, name, type, size);
    put(s, data, size);
    put_zeros(s, round_up(size, 4) - size);
}

struct time_words {
    s64 sec, usec;
};

static struct time_words words_of(u64 ns)
{
    return (struct time_words){ns / NS_PER_SEC, ns % NS_PER_SEC / 1000};
}

struct prstatus { /* struct elf_prstatus, up to the registers */
    s32 signo, code, error;
    s16 signal, pad;
    u64 pending, held;
    s32 ids[4]; /* process, parent, group, session */
    struct time_words user, system, child_user, child_system;
};
ASSERT_SIZE(struct prstatus, 112);

struct prpsinfo { /* struct elf_prpsinfo */
    s8 state, letter, zombie, nice;
    u32 pad;
    u64 flags;
    u32 uid, gid;
    s32 ids[4];
    char name[16], arguments[80];
};
ASSERT_SIZE(struct prpsinfo, 136);

static void ids(struct task *t, s32 out[4])
{
    struct pid_namespace *ns = task_pid_ns(t);
    struct task *leader = t->group->leader;

    spin_lock(&tasklist_lock);
    out[0] = pid_number(t->pids[PID_TASK], ns);
    out[1] =
        t->real_parent
            ? pid_number(t->real_parent->group->leader->pids[PID_PROCESS], ns)
            : 0;
    out[2] = pid_number(leader->pids[PID_GROUP], ns);
    out[3] = pid_number(leader->pids[PID_SESSION], ns);
    spin_unlock(&tasklist_lock);
}

static void note_status(struct stream *s, struct dump *d, struct task *t)
{
    struct prstatus p = {0};
    struct thread_group *g = t->group;
    u64 user_ns, system_ns;
    size_t unit, size = arch_regset_size(NT_PRSTATUS, &unit);
    s32 valid[2] = {1, 0};

    p.signo = d->info->signo;
    p.signal = d->info->signo;
    p.pending = t->signal.pending.set;
    p.held = t->signal.blocked;
    ids(t, p.ids);
    task_times(t, &user_ns, &system_ns);
    p.user = words_of(user_ns);
    p.system = words_of(system_ns);
    p.child_user = words_of(g->child_user_ns);
    p.child_system = words_of(g->child_system_ns);
    arch_regset_get(&t->thread.head, NT_PRSTATUS, d->set, size);
    note_head(s, "CORE", NT_PRSTATUS, sizeof(p) + size + sizeof(valid));
    put(s, &p, sizeof(p));
    put(s, d->set, size);
    put(s, valid, sizeof(valid));
}

static void note_process(struct stream *s, struct dump *d)
{
    struct task *t = d->t;
    struct prpsinfo p = {0};
    struct address_space *mm = t->mm;
    size_t n = min(mm->arg_end - mm->arg_start, (u64)sizeof(p.arguments) - 1);

    p.letter = 'R';
    p.nice = t->thread.nice;
    p.flags = 0x400000;
    p.uid = uid_from_kernel(t->cred->user_ns, t->cred->uid);
    p.gid = gid_from_kernel(t->cred->user_ns, t->cred->gid);
    ids(t->group->leader, p.ids);
    strscpy(p.name, t->thread.name, sizeof(p.name));
    n = mm_access(mm, mm->arg_start, p.arguments, n, false, true);
    for (size_t i = 0; i < n; i++)
        if (!p.arguments[i])
            p.arguments[i] = ' ';
    note(s, "CORE", NT_PRPSINFO, &p, sizeof(p));
}

static bool is_listed(const struct dump *d, const struct region *r, size_t *n)
{
    *n = r->file
             ? core_dump_ops->path(&d->t->caller, r->file, d->path, PATH_SIZE)
             : 0;
    return *n;
}

/* Count, page size, a triple for each mapped file, then the names. */
static void note_files(struct stream *s, struct dump *d)
{
    u64 head[2] = {0, PAGE_SIZE};
    size_t names = 0, n, size;

    for (u32 i = 0; i < d->count; i++) {
        if (!is_listed(d, &d->regions[i], &n))
            continue;
        head[0]++;
        names += n + 1;
    }
    if (!head[0])
        return;
    size = sizeof(head) + head[0] * 24 + names;
    note_head(s, "CORE", NT_FILE, size);
    put(s, head, sizeof(head));
    for (u32 i = 0; i < d->count; i++) {
        const struct region *r = &d->regions[i];
        u64 triple[3] = {r->start, r->end, r->offset >> PAGE_SHIFT};

        if (is_listed(d, r, &n))
            put(s, triple, sizeof(triple));
    }
    for (u32 i = 0; i < d->count; i++)
        if (is_listed(d, &d->regions[i], &n))
            put(s, d->path, n + 1);
    put_zeros(s, round_up(size, 4) - size);
}

static const u32 other_sets[] = {
    NT_PRFPREG,
    ARCH_PICK(0x202, 0x401), /* NT_X86_XSTATE; NT_ARM_TLS */
    ARCH_PICK(0, 0x402),     /* NT_ARM_HW_BREAK */
    ARCH_PICK(0, 0x403),     /* NT_ARM_HW_WATCH */
    ARCH_PICK(0, 0x404),     /* NT_ARM_SYSTEM_CALL */
    ARCH_PICK(0, 0x406),     /* NT_ARM_PAC_MASK */
};

static void note_sets(struct stream *s, struct dump *d, struct task *t)
{
    for (size_t i = 0; i < ARRAY_SIZE(other_sets); i++) {
        u32 type = other_sets[i];
        size_t unit, size = type ? arch_regset_size(type, &unit) : 0;

        if (!size)
            continue;
        memset(d->set, 0, size);
        if (arch_regset_get(&t->thread.head, type, d->set, size) < 0)
            continue;
        note(s, type == NT_PRFPREG ? "CORE" : "LINUX", type, d->set, size);
    }
}

static void put_notes(struct stream *s, struct dump *d)
{
    struct address_space *mm = d->t->mm;
    struct thread_group *g = d->t->group;
    u8 siginfo[SIGINFO_SIZE];
    struct task *each;

    note_status(s, d, d->t);
    note_process(s, d);
    signal_info_to_abi(d->info, siginfo);
    note(s, "CORE", NT_SIGINFO, siginfo, sizeof(siginfo));
    note(s, "CORE", NT_AUXV, mm->auxv, mm->auxv_words * sizeof(u64));
    note_files(s, d);
    note_sets(s, d, d->t);
    /* The others are parked: they neither come nor go. */
    rcu_read_lock();
    list_for_each_entry (each, &g->threads, group_link) {
        if (each == d->t || each->flags & TASK_EXITING || !task_get(each))
            continue;
        rcu_read_unlock();
        while (!task_is_asleep(each)) /* parked, but not yet switched out */
            sched_yield();
        note_status(s, d, each);
        note_sets(s, d, each);
        rcu_read_lock();
        task_put(each);
    }
    rcu_read_unlock();
}

/* ------------------------------------------------------------ the whole -- */

static void put_header(struct stream *s, struct dump *d)
{
    Elf64_Ehdr e = {
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_CORE,
        .e_machine = arch_elf_machine(),
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(e),
        .e_ehsize = sizeof(e),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = min_t(u32, d->count + 1, 0xffff),
    };

    put(s, &e, sizeof(e));
}

static void put_program_headers(struct stream *s, struct dump *d, u64 notes,
                                u64 notes_size)
{
    Elf64_Phdr p = {
        .p_type = PT_NOTE, .p_offset = notes, .p_filesz = notes_size};
    u64 at = round_up(notes + notes_size, PAGE_SIZE);

    put(s, &p, sizeof(p));
    for (u32 i = 0; i < d->count; i++) {
        const struct region *r = &d->regions[i];

        p = (Elf64_Phdr){
            .p_type = PT_LOAD,
            .p_flags = (r->flags & VMA_READ ? PF_R : 0) |
                       (r->flags & VMA_WRITE ? PF_W : 0) |
                       (r->flags & VMA_EXEC ? PF_X : 0),
            .p_offset = at,
            .p_vaddr = r->start,
            .p_filesz = r->dumped,
            .p_memsz = r->end - r->start,
            .p_align = PAGE_SIZE,
        };
        at += r->dumped;
        put(s, &p, sizeof(p));
    }
}

static void put_memory(struct stream *s, struct dump *d, void *page)
{
    for (u32 i = 0; i < d->count; i++) {
        const struct region *r = &d->regions[i];

        for (u64 at = 0; at < r->dumped && !s->failed; at += PAGE_SIZE) {
            if (mm_access(d->t->mm, r->start + at, page, PAGE_SIZE, false,
                          true) != PAGE_SIZE)
                memset(page, 0, PAGE_SIZE);
            put(s, page, PAGE_SIZE);
        }
    }
}

static void write_all(struct stream *s, struct dump *d, void *page)
{
    struct stream count = {.limit = ~0ULL, .who = s->who};
    u64 notes = sizeof(Elf64_Ehdr) + (d->count + 1ULL) * sizeof(Elf64_Phdr);

    put_notes(&count, d);
    put_header(s, d);
    put_program_headers(s, d, notes, count.position);
    put_notes(s, d);
    put_zeros(s, round_up(s->position, PAGE_SIZE) - s->position);
    put_memory(s, d, page);
    flush(s);
}

static size_t largest_set(void)
{
    size_t unit, most = arch_regset_size(NT_PRSTATUS, &unit);

    for (size_t i = 0; i < ARRAY_SIZE(other_sets); i++)
        if (other_sets[i])
            most = max(most, arch_regset_size(other_sets[i], &unit));
    return most;
}

bool core_dump_write(struct task *t, const struct signal_info *info,
                     struct grant *out, u64 limit, bool seekable)
{
    struct dump d = {.t = t, .info = info};
    struct stream s = {
        .who = &t->caller, .out = out, .limit = limit, .seekable = seekable};
    void *page = kmalloc(PAGE_SIZE, ALLOC_KERNEL);
    bool done = false;

    s.buffer = kmalloc(PAGE_SIZE, ALLOC_KERNEL);
    d.path = kmalloc(PATH_SIZE, ALLOC_KERNEL);
    d.set = kzalloc(largest_set(), ALLOC_KERNEL);
    if (page && s.buffer && d.path && d.set && collect(&d)) {
        write_all(&s, &d, page);
        done = true; /* cut short, too, as Linux tells it */
    }
    for (u32 i = 0; i < d.count; i++)
        if (d.regions[i].file)
            grant_put(d.regions[i].file);
    kfree(d.regions);
    kfree(d.set);
    kfree(d.path);
    kfree(s.buffer);
    kfree(page);
    return done;
}
