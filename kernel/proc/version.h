/* What uname and /proc/version say. */
#ifndef PROC_VERSION_H
#define PROC_VERSION_H

extern const char *const kernel_release, *const kernel_version;

#endif
