/*
 * Intrusive lists: list_head, a ring with a head that is one of its links; and
 * hlist, whose head is one pointer, for hash tables.
 *
 * A structure that is to be on a list embeds a link. The list takes no
 * reference and no lock: who owns the list says which lock guards it. The
 * ..._rcu forms may run while readers walk with list_for_each_entry_rcu;
 * writers still exclude each other, and an unlinked entry must not be freed or
 * linked anew before the readers are gone.
 */
#pragma once

#include "lib/atomic.h"

struct list_head {
    struct list_head *next, *prev;
};

struct hlist_node {
    struct hlist_node *next, **pprev;
};

struct hlist_head {
    struct hlist_node *first;
};

#define LIST_HEAD_INIT(name) \
    {                        \
        &(name), &(name)     \
    }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
    head->next = head->prev = head;
}

static inline void __list_insert(struct list_head *link, struct list_head *prev,
                                 struct list_head *next)
{
    link->next = next;
    link->prev = prev;
    next->prev = link;
    WRITE_ONCE(prev->next, link);
}

/* Behind the head: a stack. */
static inline void list_add(struct list_head *link, struct list_head *head)
{
    __list_insert(link, head, head->next);
}

/* Before the head, the last of the list: a queue. */
static inline void list_add_tail(struct list_head *link, struct list_head *head)
{
    __list_insert(link, head->prev, head);
}

static inline void __list_unlink(struct list_head *prev, struct list_head *next)
{
    next->prev = prev;
    WRITE_ONCE(prev->next, next);
}

/* Unlinks; using the link again before it is added faults near NULL. */
static inline void list_del(struct list_head *link)
{
    __list_unlink(link->prev, link->next);
    link->next = link->prev = NULL;
}

/* Unlinks and leaves an empty list, for which list_empty(link) is true. */
static inline void list_del_init(struct list_head *link)
{
    __list_unlink(link->prev, link->next);
    INIT_LIST_HEAD(link);
}

static inline void list_move(struct list_head *link, struct list_head *head)
{
    __list_unlink(link->prev, link->next);
    list_add(link, head);
}

static inline void list_move_tail(struct list_head *link,
                                  struct list_head *head)
{
    __list_unlink(link->prev, link->next);
    list_add_tail(link, head);
}

static inline void list_replace(struct list_head *old, struct list_head *link)
{
    __list_insert(link, old->prev, old->next);
}

static inline void list_replace_init(struct list_head *old,
                                     struct list_head *link)
{
    list_replace(old, link);
    INIT_LIST_HEAD(old);
}

static inline bool list_empty(const struct list_head *head)
{
    return READ_ONCE(head->next) == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
    return !list_empty(head) && head->next == head->prev;
}

/* Moves all of `list` to the front of head; `list` is left empty. */
static inline void list_splice_init(struct list_head *list,
                                    struct list_head *head)
{
    if (list_empty(list))
        return;
    list->next->prev = head;
    list->prev->next = head->next;
    head->next->prev = list->prev;
    head->next = list->next;
    INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head *list,
                                         struct list_head *head)
{
    if (list_empty(list))
        return;
    list->prev->next = head;
    list->next->prev = head->prev;
    head->prev->next = list->next;
    head->prev = list->prev;
    INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) \
    list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) \
    list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) \
    (list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member) \
    list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) \
    list_entry((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each(pos, head) \
    for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head)                   \
    for (pos = (head)->next, n = pos->next; pos != (head); \
         pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member)                   \
    for (pos = list_first_entry(head, __typeof__(*pos), member); \
         &pos->member != (head); pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)          \
    for (pos = list_last_entry(head, __typeof__(*pos), member); \
         &pos->member != (head); pos = list_prev_entry(pos, member))
/* The body may unlink and free pos, but not n. */
#define list_for_each_entry_safe(pos, n, head, member)           \
    for (pos = list_first_entry(head, __typeof__(*pos), member), \
        n = list_next_entry(pos, member);                        \
         &pos->member != (head); pos = n, n = list_next_entry(n, member))
/* Goes on behind pos. */
#define list_for_each_entry_continue(pos, head, member)              \
    for (pos = list_next_entry(pos, member); &pos->member != (head); \
         pos = list_next_entry(pos, member))

/* Lockless readers. */
static inline void list_add_tail_rcu(struct list_head *link,
                                     struct list_head *head)
{
    link->next = head;
    link->prev = head->prev;
    smp_store_release(&head->prev->next, link);
    head->prev = link;
}

/* Readers that stand on the entry still find their way. */
static inline void list_del_rcu(struct list_head *link)
{
    __list_unlink(link->prev, link->next);
    link->prev = NULL;
}

#define list_for_each_entry_rcu(pos, head, member)                             \
    for (pos = list_entry(rcu_dereference((head)->next), __typeof__(*pos),     \
                          member);                                             \
         &pos->member != (head);                                               \
         pos = list_entry(rcu_dereference(pos->member.next), __typeof__(*pos), \
                          member))

/* Hash chains. */
#define HLIST_HEAD_INIT \
    {                   \
        NULL            \
    }

static inline void INIT_HLIST_HEAD(struct hlist_head *h)
{
    h->first = NULL;
}

static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
    n->next = NULL;
    n->pprev = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *n)
{
    return !READ_ONCE(n->pprev);
}

static inline bool hlist_empty(const struct hlist_head *h)
{
    return !READ_ONCE(h->first);
}

/* Fit for lockless readers. */
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
    struct hlist_node *first = h->first;

    n->next = first;
    n->pprev = &h->first;
    if (first)
        first->pprev = &n->next;
    smp_store_release(&h->first, n);
}

static inline void hlist_add_behind(struct hlist_node *n,
                                    struct hlist_node *prev)
{
    n->next = prev->next;
    n->pprev = &prev->next;
    if (n->next)
        n->next->pprev = &n->next;
    smp_store_release(&prev->next, n);
}

static inline void __hlist_unlink(struct hlist_node *n)
{
    WRITE_ONCE(*n->pprev, n->next);
    if (n->next)
        n->next->pprev = n->pprev;
}

static inline void hlist_del(struct hlist_node *n)
{
    __hlist_unlink(n);
    n->next = NULL;
    n->pprev = NULL;
}

static inline void hlist_del_init(struct hlist_node *n)
{
    if (!hlist_unhashed(n))
        hlist_del(n);
}

/* Keeps n->next for readers that stand on it. */
static inline void hlist_del_rcu(struct hlist_node *n)
{
    __hlist_unlink(n);
    WRITE_ONCE(n->pprev, NULL);
}

#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)                  \
    ({                                                       \
        struct hlist_node *__hnode = (ptr);                  \
        __hnode ? hlist_entry(__hnode, type, member) : NULL; \
    })
#define hlist_for_each_entry(pos, head, member)                                \
    for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos; \
         pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))
#define hlist_for_each_entry_safe(pos, n, head, member)                   \
    for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); \
         pos && ({                                                        \
             n = pos->member.next;                                        \
             1;                                                           \
         });                                                              \
         pos = hlist_entry_safe(n, __typeof__(*pos), member))
#define hlist_for_each_entry_rcu(pos, head, member)                     \
    for (pos = hlist_entry_safe(rcu_dereference((head)->first),         \
                                __typeof__(*pos), member);              \
         pos; pos = hlist_entry_safe(rcu_dereference(pos->member.next), \
                                     __typeof__(*pos), member))
