/* /proc/buddyinfo, /proc/zoneinfo: the page allocator's free blocks. */
#include "core/init.h"
#include "core/page.h"
#include "fs/procfs.h"
#include "lib/compiler.h"

static int show_buddyinfo(struct caller *who, struct inode *inode,
                          struct text *out)
{
    struct page_zone_info z;

    (void)who;
    (void)inode;
    for (u32 i = 0; page_zone_info(i, &z); i++) {
        text_printf(out, "Node 0, zone %8s ", z.name);
        for (u32 order = 0; order <= MAX_ORDER; order++)
            text_printf(out, "%6lu ", z.blocks[order]);
        text_putc(out, '\n');
    }
    return 0;
}

static int show_zoneinfo(struct caller *who, struct inode *inode,
                         struct text *out)
{
    struct page_zone_info z;

    (void)who;
    (void)inode;
    for (u32 i = 0; page_zone_info(i, &z); i++)
        text_printf(out,
                    "Node 0, zone %8s\n"
                    "  pages free     %lu\n"
                    "      nr_free_pages %lu\n",
                    z.name, z.free_pages, z.free_pages);
    return 0;
}

PROC_FILE(buddyinfo_file, show_buddyinfo);
PROC_FILE(zoneinfo_file, show_zoneinfo);

static int proc_memory_init(void)
{
    int error = proc_add_file("buddyinfo", 0444, &buddyinfo_file, NULL);

    if (!error)
        error = proc_add_file("zoneinfo", 0444, &zoneinfo_file, NULL);
    return error;
}
INITCALL(fs, proc_memory_init);
