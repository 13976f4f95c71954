/*
 * Memory that is an object: shared anonymous mappings, System V segments,
 * memfd. An object with a mapping, no store, a size and seals. Reading,
 * writing, seeking and mapping work as on a tmpfs file; names and attributes
 * are the business of whoever made it.
 *
 * The object is released with its last grant; its pages with it.
 */
#ifndef VM_MEMORY_OBJECT_H
#define VM_MEMORY_OBJECT_H

#include "core/object.h"
#include "vm/mapping.h"

/* fcntl(F_ADD_SEALS), Linux's values. */
#define SEAL_SEAL         0x0001u
#define SEAL_SHRINK       0x0002u
#define SEAL_GROW         0x0004u
#define SEAL_WRITE        0x0008u
#define SEAL_FUTURE_WRITE 0x0010u

struct memory_object {
    struct object object;
    struct mapping mapping;
    mutex_t lock; /* the "inode lock": size, seals, writes */
    s64 position; /* of the one open description; guarded by position_lock */
    mutex_t position_lock;
    u32 seals;     /* SEAL_* */
    u64 committed; /* pages counted by vm_commit() */
    char name[64]; /* "/dev/zero (deleted)" for /proc/<pid>/maps */
    u64 inode;     /* its number there */
    /* Of whoever made it, or NULL: a VMA that shows it was made or copied, or
     * is gone; called with `user`. Set before it is mapped. */
    void (*opened)(void *user), (*closed)(void *user);
    void *user;
};

/* ERR_PTR(-ENOMEM). `size` in bytes. reserve: count the memory as committed
 * (shared anonymous mappings do, unless MAP_NORESERVE). */
struct memory_object *memory_object_create(const char *name, u64 size,
                                           bool reserve,
                                           struct account *account);
/* The one of an object, or NULL if it is something else. */
struct memory_object *memory_object_from(struct object *obj);
int memory_object_resize(struct memory_object *o, s64 size);
int memory_object_punch(struct memory_object *o, s64 start, s64 end);

#endif
