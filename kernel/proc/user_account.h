/*
 * What one user (a kuid) holds in all processes: the counts behind
 * RLIMIT_NPROC, RLIMIT_SIGPENDING and RLIMIT_MSGQUEUE. Found by a hash under
 * user_account_lock; counted.
 */
#ifndef PROC_USER_ACCOUNT_H
#define PROC_USER_ACCOUNT_H

#include "lib/atomic.h"
#include "lib/list.h"
#include "lib/refcount.h"
#include "proc/cred.h"

struct user_account {
    struct hlist_node link;
    refcount_t refs;
    kuid_t uid;
    atomic_t processes;
    atomic_t signals_pending;
    atomic64_t mqueue_bytes;
    atomic64_t locked_pages;
    atomic64_t epoll_watches;
    atomic64_t pipe_slots;
    atomic_t unix_in_flight; /* grants sent and not yet received */
    atomic_t inotify_instances, inotify_watches;
};

extern struct user_account user_account_root;
struct user_account *user_account_find(kuid_t uid); /* NULL: no memory */
struct user_account *user_account_get(struct user_account *u);
void user_account_put(struct user_account *u);

#endif
