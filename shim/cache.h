/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Caches of objects of one size, and pools that keep some for when there is no memory.  Both come
 * from shim_alloc(): left out are slabs, merging, and that a constructor runs once for an object
 * that is used often; here it runs for each allocation.
 */
#ifndef SHIM_CACHE_H
#define SHIM_CACHE_H

#include "atomic.h"
#include "lock.h"
#include "log.h"
#include "page.h"
#include "slab.h"

struct kmem_cache {
	unsigned int size;
	void (*ctor)(void *object);
	long used;		/* objects that are not freed */
};

#define SLAB_HWCACHE_ALIGN	0
#define SLAB_PANIC		0
#define SLAB_ACCOUNT		0
#define SLAB_RECLAIM_ACCOUNT	0

/* All objects are on cache lines of their own, which is enough for any alignment up to that. */
static inline struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
						   unsigned int align, unsigned int flags,
						   void (*ctor)(void *object))
{
	struct kmem_cache *c;

	if (WARN_ON(align > SMP_CACHE_BYTES))
		return NULL;
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (c) {
		c->size = size;
		c->ctor = ctor;
	}
	return c;
}

#define KMEM_CACHE(type, flags)						\
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)

static inline void *kmem_cache_alloc(struct kmem_cache *c, gfp_t gfp)
{
	void *object = shim_alloc(SHIM_KMALLOC, 1, c->size, gfp);

	if (!object)
		return NULL;
	__atomic_fetch_add(&c->used, 1, __ATOMIC_RELAXED);
	if (c->ctor)
		c->ctor(object);
	return object;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *c, gfp_t gfp)
{
	return kmem_cache_alloc(c, gfp | __GFP_ZERO);
}

#define kmem_cache_alloc_node(c, gfp, node)	kmem_cache_alloc(c, gfp)

static inline void kmem_cache_free(struct kmem_cache *c, void *object)
{
	__atomic_fetch_sub(&c->used, 1, __ATOMIC_RELAXED);
	kfree(object);
}

static inline unsigned int kmem_cache_size(const struct kmem_cache *c)
{
	return c->size;
}

static inline void kmem_cache_destroy(struct kmem_cache *c)
{
	if (!c)
		return;
	WARN_ON(c->used);	/* objects of it are not freed */
	kfree(c);
}

/* --- pools -------------------------------------------------------------------- */

typedef void *mempool_alloc_t(gfp_t gfp, void *data);
typedef void mempool_free_t(void *element, void *data);

typedef struct mempool {
	spinlock_t lock;	/* of @nr and @spare */
	int min_nr, nr;
	void **spare;
	void *pool_data;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
} mempool_t;

static inline void mempool_destroy(mempool_t *p)
{
	if (!p)
		return;
	while (p->nr)
		p->free(p->spare[--p->nr], p->pool_data);
	kfree(p->spare);
	kfree(p);
}

static inline mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc, mempool_free_t *free,
					void *data)
{
	mempool_t *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	spin_lock_init(&p->lock);
	p->alloc = alloc;
	p->free = free;
	p->pool_data = data;
	p->min_nr = min_nr;
	p->spare = kcalloc(min_nr, sizeof(void *), GFP_KERNEL);
	for (; p->spare && p->nr < min_nr; p->nr++) {
		p->spare[p->nr] = alloc(GFP_KERNEL, data);
		if (!p->spare[p->nr])
			break;
	}
	if (p->spare && p->nr == min_nr)
		return p;
	mempool_destroy(p);
	return NULL;
}

/* Allocate an element.  Only without __GFP sleep may it fail; otherwise it waits for one. */
static inline void *mempool_alloc(mempool_t *p, gfp_t gfp)
{
	unsigned long flags;
	void *element;

	for (;;) {
		element = p->alloc(gfp, p->pool_data);
		if (element)
			return element;
		spin_lock_irqsave(&p->lock, flags);
		if (p->nr)
			element = p->spare[--p->nr];
		spin_unlock_irqrestore(&p->lock, flags);
		if (element || !(gfp & SHIM_GFP_MAY_SLEEP))
			return element;
		cpu_relax();
	}
}

static inline void mempool_free(void *element, mempool_t *p)
{
	unsigned long flags;

	if (!element)
		return;
	spin_lock_irqsave(&p->lock, flags);
	if (p->nr < p->min_nr) {
		p->spare[p->nr++] = element;
		element = NULL;
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (element)
		p->free(element, p->pool_data);
}

static inline void *mempool_kmalloc(gfp_t gfp, void *size)
{
	return kmalloc((size_t)size, gfp);
}

static inline void mempool_kfree(void *element, void *size)
{
	kfree(element);
}

static inline void *mempool_alloc_slab(gfp_t gfp, void *cache)
{
	return kmem_cache_alloc(cache, gfp);
}

static inline void mempool_free_slab(void *element, void *cache)
{
	kmem_cache_free(cache, element);
}

static inline void *mempool_alloc_pages(gfp_t gfp, void *order)
{
	return alloc_pages(gfp, (unsigned int)(unsigned long)order);
}

static inline void mempool_free_pages(void *element, void *order)
{
	__free_pages((struct page *)element, (unsigned int)(unsigned long)order);
}

#define mempool_create_kmalloc_pool(nr, size)				\
	mempool_create(nr, mempool_kmalloc, mempool_kfree, (void *)(unsigned long)(size))
#define mempool_create_slab_pool(nr, cache)				\
	mempool_create(nr, mempool_alloc_slab, mempool_free_slab, cache)
#define mempool_create_page_pool(nr, order)				\
	mempool_create(nr, mempool_alloc_pages, mempool_free_pages, (void *)(unsigned long)(order))

#endif /* SHIM_CACHE_H */
