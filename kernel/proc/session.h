/* Sessions and process groups (setsid(2), setpgid(2)). */
#ifndef PROC_SESSION_H
#define PROC_SESSION_H

#include "lib/types.h"

struct task;

s64 session_create(struct task *t); /* the session's number; -EPERM */
int process_group_set(struct task *t, s32 pid, s32 pgid);

#endif
