/*
 * Attributes of what handles lead to and is no file of a filesystem: pipes,
 * sockets, eventfds. Whoever owns a kind registers how to get them; the others
 * look like Linux's anonymous inodes.
 */
#include "core/caller.h"
#include "fs/file.h"
#include "fs/vfs.h"
#include "lib/printf.h"
#include "lib/string.h"

#define ANON_INODE_NUMBER 1
#define ANON_DEVICE       DEVNUM(0, 0xffff)

static const struct object_attributes_ops *registered[OBJECT_KINDS];

void object_attributes_register(enum object_kind kind,
                                const struct object_attributes_ops *ops)
{
    registered[kind] = ops;
}

int object_attributes(struct caller *who, struct object *obj,
                      struct file_attributes *out)
{
    struct file *f = file_from_object(obj);

    memset(out, 0, sizeof(*out));
    if (f)
        return vfs_attributes(who, &f->path, out);
    out->ino = ANON_INODE_NUMBER;
    out->mode = 0600;
    out->nlink = 1;
    out->block_size = PAGE_SIZE;
    out->dev = ANON_DEVICE;
    if (registered[obj->kind] && registered[obj->kind]->get)
        return registered[obj->kind]->get(obj, out);
    return 0;
}

int object_set_attributes(struct caller *who, struct object *obj,
                          struct set_attributes *set)
{
    if (registered[obj->kind] && registered[obj->kind]->set)
        return registered[obj->kind]->set(who, obj, set);
    return -EPERM;
}

size_t object_link_text(struct object *obj, char *buffer, size_t size)
{
    if (registered[obj->kind] && registered[obj->kind]->link_text)
        return registered[obj->kind]->link_text(obj, buffer, size);
    const char *name = obj->ops->name;
    bool bare = name[0] == '[' || obj->kind == OBJECT_INOTIFY;

    return (size_t)scnprintf(buffer, size,
                             bare ? "anon_inode:%s" : "anon_inode:[%s]", name);
}
