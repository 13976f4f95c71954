/*
 * What fs/ stands on besides vm_env.h, for host tests: one caller with a root
 * on a fresh tmpfs, credentials, time, signals that go nowhere.
 */
#pragma once

#include "vm_env.h"
#include "core/caller.h"

/* Anew: a root file system, and a caller with all capabilities in it. */
void fs_env_start(void);
struct caller *env_caller(void);
void env_become(u32 uid); /* 0: all capabilities; others: none */
unsigned env_run_rcu(void);
