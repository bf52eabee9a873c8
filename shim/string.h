/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel adds these functions on bytes to those of the C library. */
#ifndef SHIM_STRING_H
#define SHIM_STRING_H

#include "page.h"

/* Return the first byte of [AT, AT + LEN) that is not C, or NULL. */
static inline void *memchr_inv(const void *at, int c, size_t len)
{
	const u8 *p = at;

	for (; len; len--, p++)
		if (*p != (u8)c)
			return (void *)p;
	return NULL;
}

static inline void *memset32(u32 *at, u32 v, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		at[i] = v;
	return at;
}

static inline void *memset64(u64 *at, u64 v, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		at[i] = v;
	return at;
}

#ifdef SHIM_CHECKED
/* Checked as any other copy. */
#define memcpy_flushcache(to, from, len)	((void)memcpy(to, from, len))
#else
/* Copy whole words past the cache.  Both ends that are no whole words go through it. */
static inline void memcpy_flushcache(void *to, const void *from, size_t len)
{
	size_t head = min_t(size_t, len, -(uintptr_t)to & 7), at;
	u64 word;

	memcpy(to, from, head);
	for (at = head; at + 8 <= len; at += 8) {
		memcpy(&word, (const u8 *)from + at, 8);
		__asm__ __volatile__("movnti %1, %0" : "=m"(*(u64 *)((u8 *)to + at)) : "r"(word));
	}
	memcpy((u8 *)to + at, (const u8 *)from + at, len - at);
	/* As the caller has to in the kernel before it tells anybody. */
	__asm__ __volatile__("sfence" ::: "memory");
}
#endif

#endif /* SHIM_STRING_H */
