/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes and tables of lists by a key.  The functions are others than the kernel's and spread
 * keys as well; no result depends on their values.
 */
#ifndef SHIM_HASH_H
#define SHIM_HASH_H

#include "list.h"

/* Multiply by the golden ratio's part of a word, and take the upper bits (Knuth). */
static inline u32 hash_32(u32 key, unsigned int bits)
{
	return (key * 0x9e3779b9U) >> (32 - bits);
}

static inline u32 hash_64(u64 key, unsigned int bits)
{
	return (u32)((key * 0x9e3779b97f4a7c15ULL) >> (64 - bits));
}

#define hash_long(key, bits)	hash_64(key, bits)
#define hash_ptr(p, bits)	hash_64((unsigned long)(p), bits)
#define hash_min(key, bits)						\
	(sizeof(key) <= 4 ? hash_32((u32)(key), bits) : hash_64(key, bits))

/* FNV-1a, whose upper half is folded in. */
static inline u32 jhash(const void *key, u32 len, u32 seed)
{
	u64 h = 0xcbf29ce484222325ULL ^ seed;
	const u8 *at = key;

	for (; len; len--)
		h = (h ^ *at++) * 0x100000001b3ULL;
	return (u32)(h ^ h >> 32);
}

#define jhash2(words, nr, seed)	jhash(words, (nr) * 4, seed)

static inline u32 jhash_1word(u32 a, u32 seed)
{
	return jhash(&a, sizeof(a), seed);
}

static inline u32 jhash_2words(u32 a, u32 b, u32 seed)
{
	return jhash_1word(b, jhash_1word(a, seed));
}

#define DECLARE_HASHTABLE(name, bits)	struct hlist_head name[1 << (bits)]
#define DEFINE_HASHTABLE(name, bits)	DECLARE_HASHTABLE(name, bits) = { { NULL } }
#define HASH_SIZE(table)		ARRAY_SIZE(table)
#define HASH_BITS(table)		ilog2(HASH_SIZE(table))
#define hash_init(table)		memset(table, 0, sizeof(table))
#define shim_hash_of(table, key)	(&(table)[hash_min(key, HASH_BITS(table))])
#define hash_add(table, node, key)	hlist_add_head(node, shim_hash_of(table, key))
#define hash_add_rcu(table, node, key)	hlist_add_head_rcu(node, shim_hash_of(table, key))
#define hash_hashed(node)		(!hlist_unhashed(node))
#define hash_del(node)			hlist_del_init(node)
#define hash_del_rcu(node)		hlist_del_init_rcu(node)

#define hash_empty(table)						\
({									\
	unsigned long left_ = HASH_SIZE(table);				\
									\
	while (left_ && hlist_empty(&(table)[left_ - 1]))		\
		left_--;						\
	!left_;								\
})

/* As in the kernel, break leaves only the inner loop, unless AT is set. */
#define hash_for_each(table, n, at, member)				\
	for ((n) = 0, (at) = NULL; !(at) && (n) < HASH_SIZE(table); (n)++) \
		hlist_for_each_entry(at, &(table)[n], member)
#define hash_for_each_safe(table, n, after, at, member)			\
	for ((n) = 0, (at) = NULL; !(at) && (n) < HASH_SIZE(table); (n)++) \
		hlist_for_each_entry_safe(at, after, &(table)[n], member)
#define hash_for_each_rcu(table, n, at, member)				\
	for ((n) = 0, (at) = NULL; !(at) && (n) < HASH_SIZE(table); (n)++) \
		hlist_for_each_entry_rcu(at, &(table)[n], member)
#define hash_for_each_possible(table, at, member, key)			\
	hlist_for_each_entry(at, shim_hash_of(table, key), member)
#define hash_for_each_possible_safe(table, at, after, member, key)	\
	hlist_for_each_entry_safe(at, after, shim_hash_of(table, key), member)
#define hash_for_each_possible_rcu(table, at, member, key)		\
	hlist_for_each_entry_rcu(at, shim_hash_of(table, key), member)

#endif /* SHIM_HASH_H */
