/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists: a ring of both directions (list_head), a list with a short head (hlist_head), and one
 * that is added to without a lock (llist_head).  The names with _rcu store a pointer with
 * release; a reader finds it by rcu_dereference().  An element that is taken off a list points
 * nowhere, so that a further use of it crashes; with _rcu it still leads readers on.
 */
#ifndef SHIM_LIST_H
#define SHIM_LIST_H

#include "atomic.h"
#include "rcu.h"

#define SHIM_NOWHERE	((void *)0xdead4ead0000UL)	/* no address that is in use */

/* --- rings ------------------------------------------------------------------- */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	WRITE_ONCE(head->next, head);
	head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

static inline bool list_is_first(const struct list_head *at, const struct list_head *head)
{
	return at->prev == head;
}

static inline bool list_is_last(const struct list_head *at, const struct list_head *head)
{
	return at->next == head;
}

/* Put a new element between two neighbours; readers may walk forward meanwhile. */
static inline void shim_list_insert(struct list_head *new, struct list_head *before,
				    struct list_head *after)
{
	new->prev = before;
	new->next = after;
	smp_store_release(&before->next, new);
	after->prev = new;
}

static inline void shim_list_join(struct list_head *before, struct list_head *after)
{
	WRITE_ONCE(before->next, after);
	after->prev = before;
}

static inline void list_add(struct list_head *new, struct list_head *head)
{
	shim_list_insert(new, head, head->next);
}

static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	shim_list_insert(new, head->prev, head);
}

static inline void list_del(struct list_head *at)
{
	shim_list_join(at->prev, at->next);
	at->next = at->prev = SHIM_NOWHERE;
}

static inline void list_del_init(struct list_head *at)
{
	shim_list_join(at->prev, at->next);
	INIT_LIST_HEAD(at);
}

static inline void list_del_rcu(struct list_head *at)
{
	shim_list_join(at->prev, at->next);
	at->prev = SHIM_NOWHERE;
}

static inline void list_replace(struct list_head *old, struct list_head *new)
{
	shim_list_insert(new, old->prev, old->next);
}

static inline void list_move(struct list_head *at, struct list_head *head)
{
	shim_list_join(at->prev, at->next);
	list_add(at, head);
}

static inline void list_move_tail(struct list_head *at, struct list_head *head)
{
	shim_list_join(at->prev, at->next);
	list_add_tail(at, head);
}

static inline void list_rotate_left(struct list_head *head)
{
	if (!list_empty(head))
		list_move_tail(head->next, head);
}

/* Move all elements of FROM between two neighbours of another list. */
static inline void shim_list_splice(struct list_head *from, struct list_head *before,
				    struct list_head *after)
{
	struct list_head *first = from->next, *last = from->prev;

	if (list_empty(from))
		return;
	shim_list_join(last, after);
	shim_list_join(before, first);
}

static inline void list_splice(struct list_head *from, struct list_head *head)
{
	shim_list_splice(from, head, head->next);
}

static inline void list_splice_tail(struct list_head *from, struct list_head *head)
{
	shim_list_splice(from, head->prev, head);
}

static inline void list_splice_init(struct list_head *from, struct list_head *head)
{
	list_splice(from, head);
	INIT_LIST_HEAD(from);
}

static inline void list_splice_tail_init(struct list_head *from, struct list_head *head)
{
	list_splice_tail(from, head);
	INIT_LIST_HEAD(from);
}

#define list_add_rcu(new, head)		list_add(new, head)
#define list_add_tail_rcu(new, head)	list_add_tail(new, head)

#define list_entry(at, type, member)	container_of(at, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member)			\
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(at, member) list_entry((at)->member.next, typeof(*(at)), member)
#define list_prev_entry(at, member) list_entry((at)->member.prev, typeof(*(at)), member)
#define list_entry_is_head(at, head, member) (&(at)->member == (head))

#define list_for_each(at, head)						\
	for ((at) = (head)->next; (at) != (head); (at) = (at)->next)
#define list_for_each_safe(at, after, head)				\
	for ((at) = (head)->next; (after) = (at)->next, (at) != (head); (at) = (after))
#define list_for_each_entry(at, head, member)				\
	for ((at) = list_first_entry(head, typeof(*(at)), member);	\
	     !list_entry_is_head(at, head, member);			\
	     (at) = list_next_entry(at, member))
#define list_for_each_entry_reverse(at, head, member)			\
	for ((at) = list_last_entry(head, typeof(*(at)), member);	\
	     !list_entry_is_head(at, head, member);			\
	     (at) = list_prev_entry(at, member))
#define list_for_each_entry_safe(at, after, head, member)		\
	for ((at) = list_first_entry(head, typeof(*(at)), member);	\
	     (after) = list_next_entry(at, member),			\
	     !list_entry_is_head(at, head, member);			\
	     (at) = (after))
#define list_for_each_entry_rcu(at, head, member)			\
	for ((at) = list_entry(rcu_dereference((head)->next), typeof(*(at)), member); \
	     !list_entry_is_head(at, head, member);			\
	     (at) = list_entry(rcu_dereference((at)->member.next), typeof(*(at)), member))

/* --- lists with a short head ------------------------------------------------- */

struct hlist_node {
	struct hlist_node *next, **at;	/* @at: the pointer that leads here */
};

struct hlist_head {
	struct hlist_node *first;
};

#define HLIST_HEAD_INIT		{ NULL }
#define HLIST_HEAD(name)	struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head)	((head)->first = NULL)

static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->at = NULL;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->at;
}

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline void hlist_add_head(struct hlist_node *new, struct hlist_head *head)
{
	new->next = head->first;
	new->at = &head->first;
	if (new->next)
		new->next->at = &new->next;
	smp_store_release(&head->first, new);
}

static inline void shim_hlist_del(struct hlist_node *node)
{
	WRITE_ONCE(*node->at, node->next);
	if (node->next)
		node->next->at = node->at;
}

static inline void hlist_del(struct hlist_node *node)
{
	shim_hlist_del(node);
	node->next = SHIM_NOWHERE;
	node->at = SHIM_NOWHERE;
}

static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	shim_hlist_del(node);
	INIT_HLIST_NODE(node);
}

static inline void hlist_del_rcu(struct hlist_node *node)
{
	shim_hlist_del(node);
	node->at = SHIM_NOWHERE;
}

static inline void hlist_del_init_rcu(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	shim_hlist_del(node);
	node->at = NULL;
}

#define hlist_add_head_rcu(new, head)	hlist_add_head(new, head)
#define hlist_entry(at, type, member)	container_of(at, type, member)
#define hlist_entry_safe(at, type, member)				\
({									\
	typeof(at) at_ = (at);						\
									\
	at_ ? hlist_entry(at_, type, member) : NULL;			\
})
#define hlist_for_each_entry(at, head, member)				\
	for ((at) = hlist_entry_safe((head)->first, typeof(*(at)), member); (at); \
	     (at) = hlist_entry_safe((at)->member.next, typeof(*(at)), member))
#define hlist_for_each_entry_safe(at, after, head, member)		\
	for ((at) = hlist_entry_safe((head)->first, typeof(*(at)), member); \
	     (at) && ((after) = (at)->member.next, true);		\
	     (at) = hlist_entry_safe(after, typeof(*(at)), member))
#define hlist_for_each_entry_rcu(at, head, member)			\
	for ((at) = hlist_entry_safe(rcu_dereference((head)->first), typeof(*(at)), member); \
	     (at);							\
	     (at) = hlist_entry_safe(rcu_dereference((at)->member.next), typeof(*(at)), member))

/* --- lists without a lock ------------------------------------------------------- */

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD_INIT(name)	{ NULL }
#define LLIST_HEAD(name)	struct llist_head name = LLIST_HEAD_INIT(name)

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

/* Return whether the list was empty. */
static inline bool llist_add(struct llist_node *new, struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		WRITE_ONCE(new->next, first);
	} while (!try_cmpxchg(&head->first, &first, new));
	return !first;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/* Only one thread at a time may take elements away, here as in the kernel. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first = smp_load_acquire(&head->first);

	while (first && !try_cmpxchg(&head->first, &first, READ_ONCE(first->next)))
		;
	return first;
}

static inline struct llist_node *llist_reverse_order(struct llist_node *at)
{
	struct llist_node *before = NULL, *next;

	for (; at; at = next) {
		next = at->next;
		at->next = before;
		before = at;
	}
	return before;
}

#define llist_entry(at, type, member)	container_of(at, type, member)
#define llist_for_each(at, first)	for ((at) = (first); (at); (at) = (at)->next)
#define llist_for_each_entry(at, first, member)				\
	for ((at) = hlist_entry_safe(first, typeof(*(at)), member); (at); \
	     (at) = hlist_entry_safe((at)->member.next, typeof(*(at)), member))
#define llist_for_each_entry_safe(at, after, first, member)		\
	for ((at) = hlist_entry_safe(first, typeof(*(at)), member);	\
	     (at) && ((after) = hlist_entry_safe((at)->member.next, typeof(*(at)), member), true); \
	     (at) = (after))

#endif /* SHIM_LIST_H */
