/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts of references.  A count that is raised from 0, or lowered below 0, is a warning; the
 * kernel then keeps the object for ever, and so does this.
 */
#ifndef SHIM_REFCOUNT_H
#define SHIM_REFCOUNT_H

#include "atomic.h"
#include "log.h"

typedef struct { atomic_t refs; } refcount_t;

#define REFCOUNT_INIT(n)	{ ATOMIC_INIT(n) }
#define SHIM_SATURATED		(INT_MIN / 2)

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return atomic_read(&r->refs);
}

static inline bool refcount_add_not_zero(int n, refcount_t *r)
{
	int old = refcount_read(r);

	do {
		if (!old)
			return false;
	} while (!atomic_try_cmpxchg(&r->refs, &old, old + n));
	if (WARN_ON(old < 0))
		atomic_set(&r->refs, SHIM_SATURATED);
	return true;
}

static inline void refcount_add(int n, refcount_t *r)
{
	if (WARN_ON(!refcount_add_not_zero(n, r)))
		atomic_set(&r->refs, SHIM_SATURATED);
}

static inline bool refcount_sub_and_test(int n, refcount_t *r)
{
	/* Release for what was done with the object, acquire for the thread that frees it. */
	int old = __atomic_fetch_sub(&r->refs.counter, n, __ATOMIC_ACQ_REL);

	if (WARN_ON(old < n))
		atomic_set(&r->refs, SHIM_SATURATED);
	return old == n;
}

static inline void refcount_dec(refcount_t *r)
{
	WARN_ON(refcount_sub_and_test(1, r));
}

#define refcount_inc(r)			refcount_add(1, r)
#define refcount_inc_not_zero(r)	refcount_add_not_zero(1, r)
#define refcount_dec_and_test(r)	refcount_sub_and_test(1, r)

struct kref {
	refcount_t refcount;
};

#define KREF_INIT(n)	{ REFCOUNT_INIT(n) }

static inline void kref_init(struct kref *k)
{
	refcount_set(&k->refcount, 1);
}

static inline unsigned int kref_read(const struct kref *k)
{
	return refcount_read(&k->refcount);
}

static inline void kref_get(struct kref *k)
{
	refcount_inc(&k->refcount);
}

static inline int kref_get_unless_zero(struct kref *k)
{
	return refcount_inc_not_zero(&k->refcount);
}

/* Call RELEASE and return 1 if this was the last reference. */
static inline int kref_put(struct kref *k, void (*release)(struct kref *k))
{
	if (!refcount_dec_and_test(&k->refcount))
		return 0;
	release(k);
	return 1;
}

#endif /* SHIM_REFCOUNT_H */
