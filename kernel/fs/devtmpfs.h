/*
 * devtmpfs: nodes of devices, made as drivers register them (core/device.h).
 * Drivers with more nodes than their first add those here: "tty2", "net/tun".
 */
#ifndef FS_DEVTMPFS_H
#define FS_DEVTMPFS_H

#include "fs/fs.h"

void devtmpfs_init(void);
/* mode: type and permissions. Best effort. */
void devtmpfs_add(const char *name, u32 mode, devnum_t dev);
void devtmpfs_remove(const char *name);

#endif
