/*
 * What /proc/<pid>/maps and smaps say of a process's memory.
 */
#include "core/caller.h"
#include "core/slab.h"
#include "fs/fs_context.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/procfs.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/task.h"
#include "vm/address_space.h"
#include "vm/memory_object.h"

#define NAME_COLUMN 73

/* One VMA as it was; collected under the lock, printed after it. */
struct shown {
    char *path; /* of PATH_MAX bytes */
    struct path root;
    bool have_root;
};

static void name_of_file(struct shown *s, struct file *f, struct text *out)
{
    char *text = path_text(&f->path, s->have_root ? &s->root : NULL, s->path,
                           PATH_MAX, NULL, false);

    if (!IS_ERR(text))
        text_escape(out, text, strlen(text), "\n");
}

static const char *special_name(const struct vma *vma)
{
    if (vma->flags & VMA_VDSO)
        return "[vdso]";
    if (vma->flags & VMA_VVAR)
        return "[vvar]";
    if (vma_is_heap(vma))
        return "[heap]";
    if (vma_is_stack(vma))
        return "[stack]";
    return NULL;
}

static void show_line(struct shown *s, const struct vma *vma, struct text *out)
{
    struct object *obj = vma->use.grant ? vma->use.grant->object : NULL;
    struct file *f = obj ? file_from_object(obj) : NULL;
    const char *name = special_name(vma);
    size_t start = out->length;
    u64 ino = 0, offset = 0;
    devnum_t dev = 0;

    if (f) {
        ino = f->inode->ino;
        dev = f->inode->sb->dev;
        offset = vma->offset << PAGE_SHIFT;
    } else if (obj) {
        offset = vma->offset << PAGE_SHIFT;
        dev = DEVNUM(0, 1);
        ino = memory_object_from(obj) ? memory_object_from(obj)->inode : 1;
    }
    text_printf(
        out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->start, vma->end,
        vma->flags & VMA_READ ? 'r' : '-', vma->flags & VMA_WRITE ? 'w' : '-',
        vma->flags & VMA_EXEC ? 'x' : '-', vma->flags & VMA_SHARED ? 's' : 'p',
        offset, DEV_MAJOR(dev), DEV_MINOR(dev), ino);
    if (f || name || obj) {
        while (out->length - start < NAME_COLUMN && !out->error)
            text_putc(out, ' ');
        if (f)
            name_of_file(s, f, out);
        else if (name)
            text_puts(out, name);
        else if (memory_object_from(obj))
            text_puts(out, memory_object_from(obj)->name);
    }
    text_putc(out, '\n');
}

/* Before each VMA: whether that is enough for now, to go on here later. */
static bool pause_at(const struct vma *vma, struct text *out)
{
    if (!out->enough || out->length < out->enough) {
        out->record = out->length;
        return false;
    }
    out->cursor = vma->start;
    out->more = true;
    return true;
}

static int begin(struct caller *who, struct shown *s)
{
    s->path = kmalloc(PATH_MAX, ALLOC_KERNEL);
    if (!s->path)
        return -ENOMEM;
    s->have_root = who->fs && !fs_context_root(who->fs, &s->root);
    return 0;
}

static void end(struct shown *s)
{
    if (s->have_root)
        path_put(&s->root);
    kfree(s->path);
}

int proc_show_maps(struct caller *who, struct address_space *mm,
                   struct text *out)
{
    struct shown s;
    int error;

    if (!mm)
        return 0;
    error = begin(who, &s);
    if (!error) {
        read_lock(&mm->lock);
        for (struct vma *v = mm_find_vma(mm, out->cursor);
             v && !pause_at(v, out); v = vma_next(v))
            show_line(&s, v, out);
        read_unlock(&mm->lock);
        end(&s);
    }
    return error;
}

/* Thousands of these make one file: no printf. */
static void kb(struct text *out, const char *name, u64 bytes)
{
    char line[48];
    size_t n = strlen(name), at = 24;

    memset(line, ' ', at);
    memcpy(line, name, n);
    bytes >>= 10;
    do
        line[--at] = (char)('0' + bytes % 10);
    while ((bytes /= 10) && at > n);
    if (bytes) {
        text_printf(out, "%-16s%8lu kB\n", name, bytes);
        return;
    }
    memcpy(line + 24, " kB\n", 4);
    text_append(out, line, 28);
}

static void show_usage(struct text *out, const struct vma_usage *u)
{
    kb(out, "Rss:", u->rss);
    kb(out, "Pss:", u->pss >> 12);
    kb(out, "Pss_Dirty:", u->private_dirty);
    kb(out, "Shared_Clean:", u->shared_clean);
    kb(out, "Shared_Dirty:", u->shared_dirty);
    kb(out, "Private_Clean:", u->private_clean);
    kb(out, "Private_Dirty:", u->private_dirty);
    kb(out, "Referenced:", u->referenced);
    kb(out, "Anonymous:", u->anonymous);
    kb(out, "LazyFree:", u->lazy_free);
    kb(out, "AnonHugePages:", 0);
    kb(out, "ShmemPmdMapped:", 0);
    kb(out, "FilePmdMapped:", 0);
    kb(out, "Shared_Hugetlb:", 0);
    kb(out, "Private_Hugetlb:", 0);
    kb(out, "Swap:", 0);
    kb(out, "SwapPss:", 0);
    kb(out, "Locked:", u->locked >> 12);
}

static const struct {
    u32 flag;
    char text[4];
} flag_letters[] = {
    {VMA_READ, "rd "},      {VMA_WRITE, "wr "},     {VMA_EXEC, "ex "},
    {VMA_SHARED, "sh "},    {VMA_MAYREAD, "mr "},   {VMA_MAYWRITE, "mw "},
    {VMA_MAYEXEC, "me "},   {VMA_GROWSDOWN, "gd "}, {VMA_LOCKED, "lo "},
    {VMA_SEQ_READ, "sr "},  {VMA_RAND_READ, "rr "}, {VMA_DONTFORK, "dc "},
    {VMA_ACCOUNT, "ac "},   {VMA_NORESERVE, "nr "}, {VMA_WIPEONFORK, "wf "},
    {VMA_DONTDUMP, "dd "},  {VMA_HUGEPAGE, "hg "},  {VMA_NOHUGEPAGE, "nh "},
    {VMA_MERGEABLE, "mg "},
};

int proc_show_smaps(struct caller *who, struct address_space *mm,
                    struct text *out)
{
    struct shown s;
    int error;

    if (!mm)
        return 0;
    error = begin(who, &s);
    if (error)
        return error;
    read_lock(&mm->lock);
    for (struct vma *v = mm_find_vma(mm, out->cursor); v && !pause_at(v, out);
         v = vma_next(v)) {
        struct vma_usage u;

        memset(&u, 0, sizeof(u));
        vma_count_usage(v, &u);
        show_line(&s, v, out);
        kb(out, "Size:", v->end - v->start);
        kb(out, "KernelPageSize:", PAGE_SIZE);
        kb(out, "MMUPageSize:", PAGE_SIZE);
        show_usage(out, &u);
        text_puts(out, "THPeligible:    0\nVmFlags: ");
        for (u32 i = 0; i < ARRAY_SIZE(flag_letters); i++)
            if (v->flags & flag_letters[i].flag)
                text_puts(out, flag_letters[i].text);
        text_putc(out, '\n');
    }
    read_unlock(&mm->lock);
    end(&s);
    return 0;
}

int proc_show_smaps_rollup(struct caller *who, struct address_space *mm,
                           struct text *out)
{
    struct vma_usage u;
    u64 first = 0, last = 0;
    size_t start = out->length;

    (void)who;
    if (!mm)
        return -ESRCH;
    memset(&u, 0, sizeof(u));
    read_lock(&mm->lock);
    for (struct vma *v = mm_first_vma(mm); v; v = vma_next(v)) {
        if (!first)
            first = v->start;
        last = v->end;
        vma_count_usage(v, &u);
    }
    read_unlock(&mm->lock);
    text_printf(out, "%08lx-%08lx ---p 00000000 00:00 0 ", first, last);
    while (out->length - start < NAME_COLUMN && !out->error)
        text_putc(out, ' ');
    text_puts(out, "[rollup]\n");
    show_usage(out, &u);
    return 0;
}
