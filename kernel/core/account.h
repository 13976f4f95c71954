/*
 * Accounting: one function per resource. An account is a node of the control
 * group tree; every process, page and I/O is charged to one and, through it, to
 * its ancestors.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "lib/refcount.h"
#include "lib/types.h"
#include "core/page.h"

struct account;

void account_init(void);
struct account *account_root(void);
struct account *account_create(struct account *parent); /* ERR_PTR */
struct account *account_get(struct account *a);
void account_put(struct account *a);
u32 account_id(const struct account *a);

/* Charge `pages` of memory; -ENOMEM at a limit. The page remembers whom. */
int account_charge_memory(struct account *a, u64 pages);
void account_uncharge_memory(struct account *a, u64 pages);
int account_charge_page(struct account *a, struct page *p);
void account_uncharge_page(struct page *p);
/* Objects of the kernel below a page: the account pays for whole pages of them
 * together. -ENOMEM at a limit. */
int account_charge_bytes(struct account *a, u64 bytes);
void account_uncharge_bytes(struct account *a, u64 bytes);
/* One more process; -EAGAIN at a limit. */
int account_charge_process(struct account *a);
void account_uncharge_process(struct account *a);
void account_charge_cpu(struct account *a, u64 ns);
void account_charge_io(struct account *a, u64 bytes, bool write);

/* ~0: no limit. Lower than what is in use: nothing more until it shrinks. */
void account_set_limits(struct account *a, u64 pages, u64 processes);
struct account_figures {
    u64 memory_pages, memory_peak, memory_failures; /* 0 for the root */
    u64 processes, cpu_ns, read_bytes, write_bytes;
};
void account_read(const struct account *a, struct account_figures *f);

#endif
