// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Use once each thing that a strategy may use of the kernel: compiled over the shims, where it is
 * also run, and as a module, so that the shims take the arguments that the kernel takes.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mempool.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/percpu.h>
#include <linux/prefetch.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#ifdef MODULE
#include <linux/module.h>
MODULE_LICENSE("GPL");
#endif

/* Return 0, or the line of this file that does not hold. */
int shim_uses(void);

#define want(condition)				\
do {						\
	if (!(condition))			\
		return __LINE__;		\
} while (0)

struct item {
	struct list_head list;
	struct hlist_node hash;
	struct llist_node free;
	struct rcu_head rcu;
	struct kref kref;
	u64 key;
};

static unsigned int called;

static int use_lists(void)
{
	struct item a = { .key = 1 }, b = { .key = 2 }, c = { .key = 3 }, *at, *after;
	LIST_HEAD(list);
	LIST_HEAD(other);
	u64 sum = 0;

	want(list_empty(&list));
	list_add(&b.list, &list);
	list_add(&a.list, &list);
	list_add_tail(&c.list, &list);
	list_for_each_entry(at, &list, list)
		sum = sum * 10 + at->key;
	list_for_each_entry_reverse(at, &list, list)
		sum = sum * 10 + at->key;
	want(sum == 123321);
	want(list_first_entry(&list, struct item, list) == &a);
	want(list_last_entry(&list, struct item, list) == &c);
	want(list_next_entry(&a, list) == &b && list_prev_entry(&c, list) == &b);
	list_move_tail(&a.list, &list);
	list_for_each_entry_safe(at, after, &list, list)
		if (at->key == 3)
			list_del_init(&at->list);
	want(list_empty(&c.list) && !list_is_singular(&list));
	list_splice_init(&list, &other);
	want(list_empty(&list));
	want(list_first_entry_or_null(&other, struct item, list) == &b);
	want(!list_first_entry_or_null(&list, struct item, list));
	list_move(&a.list, &list);
	list_del(&b.list);
	want(list_empty(&other) && list_is_last(&a.list, &list));
	return 0;
}

static int use_llists(void)
{
	struct item a = { .key = 1 }, b = { .key = 2 }, *at;
	LLIST_HEAD(free);
	u64 sum = 0;

	want(llist_add(&a.free, &free) && !llist_add(&b.free, &free));
	want(llist_del_first(&free) == &b.free);
	llist_add(&b.free, &free);
	llist_for_each_entry(at, llist_reverse_order(llist_del_all(&free)), free)
		sum = sum * 10 + at->key;
	want(sum == 12 && llist_empty(&free));
	return 0;
}

static int use_hashes(void)
{
	struct item a = { .key = 7 }, b = { .key = 1ULL << 40 }, *at;
	DECLARE_HASHTABLE(table, 4);
	unsigned int found = 0, n;

	hash_init(table);
	want(hash_empty(table));
	hash_add(table, &a.hash, a.key);
	hash_add(table, &b.hash, b.key);
	hash_for_each_possible(table, at, hash, b.key)
		found += at->key == b.key;
	want(found == 1 && hash_hashed(&a.hash));
	hash_for_each(table, n, at, hash)
		found++;
	want(found == 3);
	hash_del(&a.hash);
	hash_del(&b.hash);
	want(hash_empty(table) && hlist_unhashed(&a.hash));
	want(hash_64(5, 8) < 256 && hash_32(5, 8) < 256 && hash_ptr(&a, 8) < 256);
	want(hash_long(5, 8) < 256 && jhash(&found, sizeof(found), 1) != jhash_1word(2, 3));
	return 0;
}

static int use_bits(void)
{
	DECLARE_BITMAP(map, 130);
	DECLARE_BITMAP(other, 130);
	unsigned long bit, *heap, sum = 0;

	bitmap_zero(map, 130);
	bitmap_fill(other, 130);
	want(bitmap_empty(map, 130) && bitmap_full(other, 130));
	bitmap_set(map, 60, 10);
	__set_bit(129, map);
	want(bitmap_weight(map, 130) == 11 && hweight_long(map[0]) == 4 && hweight64(3ULL) == 2);
	want(bitmap_find_next_zero_area(map, 130, 55, 8, 7) == 72);
	bitmap_clear(map, 60, 8);
	for_each_set_bit(bit, map, 130)
		sum += bit;
	want(sum == 68 + 69 + 129);
	want(find_last_bit(map, 130) == 129 && find_next_bit(map, 130, 69) == 69);
	want(find_first_zero_bit(map, 130) == 0 && find_next_zero_bit(map, 130, 68) == 70);
	want(!test_and_set_bit_lock(0, map) && test_bit_acquire(0, map));
	clear_bit_unlock(0, map);
	want(!__test_and_set_bit(1, map) && __test_and_clear_bit(1, map));
	change_bit(2, map);
	want(test_and_clear_bit(2, map) && !test_bit(2, map));
	bitmap_copy(other, map, 130);
	want(bitmap_equal(other, map, 130) && bitmap_intersects(other, map, 130));
	bitmap_or(other, other, map, 130);
	want(bitmap_and(other, other, map, 130));
	want(ffz(7) == 3 && __ffs(8) == 3 && __fls(9) == 3 && fls(8) == 4 && ffs(8) == 4);
	want(fls64(1ULL << 40) == 41 && ilog2(4096) == 12 && roundup_pow_of_two(5) == 8);
	heap = bitmap_zalloc(200, GFP_KERNEL);
	want(heap && bitmap_empty(heap, 200));
	bitmap_free(heap);
	return 0;
}

static int use_counts(void)
{
	atomic_t a = ATOMIC_INIT(1);
	atomic64_t b = ATOMIC64_INIT(5);
	refcount_t r = REFCOUNT_INIT(1);

	want(atomic_inc_not_zero(&a) && atomic_fetch_or(4, &a) == 2 && atomic_read(&a) == 6);
	want(atomic_add_unless(&a, 1, 7) && !atomic_add_unless(&a, 1, 7));
	want(atomic_dec_if_positive(&a) == 6 && atomic_fetch_andnot(2, &a) == 6);
	want(atomic64_sub_and_test(5, &b) && atomic64_inc_return(&b) == 1);
	refcount_inc(&r);
	want(refcount_inc_not_zero(&r) && refcount_read(&r) == 3);
	refcount_dec(&r);
	want(!refcount_dec_and_test(&r) && refcount_dec_and_test(&r));
	want(!refcount_inc_not_zero(&r));
	return 0;
}

static void kref_is_0(struct kref *kref)
{
	called++;
}

static int use_krefs(void)
{
	struct item a;

	called = 0;
	kref_init(&a.kref);
	kref_get(&a.kref);
	want(!kref_put(&a.kref, kref_is_0) && kref_read(&a.kref) == 1 && !called);
	want(kref_put(&a.kref, kref_is_0) && called == 1);
	want(!kref_get_unless_zero(&a.kref));
	return 0;
}

static int use_seqlocks(void)
{
	unsigned int begin;
	unsigned long flags;
	seqlock_t s;
	seqcount_t c;

	seqlock_init(&s);
	begin = read_seqbegin(&s);
	want(!read_seqretry(&s, begin));
	write_seqlock_irqsave(&s, flags);
	write_sequnlock_irqrestore(&s, flags);
	want(read_seqretry(&s, begin));
	seqcount_init(&c);
	begin = read_seqcount_begin(&c);
	preempt_disable();
	write_seqcount_begin(&c);
	write_seqcount_end(&c);
	preempt_enable();
	want(read_seqcount_retry(&c, begin));
	return 0;
}

struct part {
	u64 sum;
	u32 small;
};

static int use_percpu(void)
{
	struct part __percpu *p = alloc_percpu(struct part);
	u64 sum = 0;
	int cpu, nr = 0;

	want(p);
	this_cpu_add(p->sum, 5);
	this_cpu_inc(p->sum);
	this_cpu_dec(p->small);
	this_cpu_sub(p->sum, 2);
	this_cpu_or(p->small, 1);
	want(this_cpu_read(p->sum) == 4 && this_cpu_read(p->small) == U32_MAX);
	want(this_cpu_add_return(p->sum, 3) == 7 && this_cpu_inc_return(p->small) == 0);
	want(this_cpu_xchg(p->sum, 9) == 7 && this_cpu_cmpxchg(p->sum, 9, 10) == 9);
	want(this_cpu_cmpxchg(p->sum, 9, 11) == 10);
	get_cpu_ptr(p)->sum++;
	__this_cpu_inc(p->sum);
	put_cpu_ptr(p);
	for_each_possible_cpu(cpu) {
		sum += per_cpu_ptr(p, cpu)->sum;
		nr += cpu_possible(cpu);
	}
	want(sum == 12);
	want(nr == num_possible_cpus() && nr <= nr_cpu_ids && raw_smp_processor_id() < nr_cpu_ids);
	free_percpu(p);
	return 0;
}

static void item_is_old(struct rcu_head *head)
{
	called += container_of(head, struct item, rcu)->key == 5;
}

static int use_rcu(void)
{
	struct item *a = kzalloc(sizeof(*a), GFP_KERNEL), b = { .key = 5 }, *at;
	static struct item __rcu *shared;
	LIST_HEAD(list);

	want(a);
	a->key = 4;
	called = 0;
	rcu_assign_pointer(shared, a);
	list_add_rcu(&a->list, &list);
	rcu_read_lock();
	want(rcu_dereference(shared)->key == 4 && rcu_access_pointer(shared));
	list_for_each_entry_rcu(at, &list, list)
		called += at == a;
	rcu_read_unlock();
	want(called == 1);
	RCU_INIT_POINTER(shared, NULL);
	list_del_rcu(&a->list);
	synchronize_rcu();
	call_rcu(&b.rcu, item_is_old);
	kfree_rcu(a, rcu);
	rcu_barrier();
	want(called == 2);
	return 0;
}

static struct completion done;

static void do_work(struct work_struct *work)
{
	called++;
	complete(&done);
}

static int use_works(void)
{
	struct workqueue_struct *q = alloc_workqueue("shims", WQ_UNBOUND, 0);
	static struct work_struct work;
	static struct delayed_work later;

	want(q);
	called = 0;
	init_completion(&done);
	INIT_WORK(&work, do_work);
	INIT_DELAYED_WORK(&later, do_work);
	want(queue_work(q, &work));
	flush_workqueue(q);
	wait_for_completion(&done);
	want(called == 1 && schedule_work(&work));
	flush_work(&work);
	want(called == 2 && schedule_delayed_work(&later, 1000));
	want(cancel_delayed_work_sync(&later) && !cancel_work_sync(&work));
	want(called == 2 && !work_pending(&work));
	destroy_workqueue(q);
	return 0;
}

static int use_caches(void)
{
	struct kmem_cache *cache = KMEM_CACHE(item, 0);
	struct item *a, *b;
	mempool_t *pool;

	want(cache);
	a = kmem_cache_alloc(cache, GFP_ATOMIC);
	b = kmem_cache_zalloc(cache, GFP_KERNEL);
	want(a && b && !b->key);
	kmem_cache_free(cache, a);
	kmem_cache_free(cache, b);
	pool = mempool_create_slab_pool(2, cache);
	want(pool);
	a = mempool_alloc(pool, GFP_KERNEL);
	want(a);
	mempool_free(a, pool);
	mempool_destroy(pool);
	kmem_cache_destroy(cache);
	pool = mempool_create_kmalloc_pool(1, 100);
	want(pool);
	mempool_destroy(pool);
	pool = mempool_create_page_pool(1, 0);
	want(pool);
	mempool_destroy(pool);
	return 0;
}

struct flexible {
	u32 nr;
	u64 at[];
};

static int use_sizes(void)
{
	struct flexible *f;
	size_t sum;

	want(struct_size_t(struct flexible, at, 3) == sizeof(*f) + 24);
	want(struct_size(f, at, SIZE_MAX) == SIZE_MAX && flex_array_size(f, at, 3) == 24);
	want(array_size(3, 4) == 12 && array3_size(2, 3, 4) == 24);
	want(size_add(SIZE_MAX, 1) == SIZE_MAX && size_mul(SIZE_MAX, 2) == SIZE_MAX);
	want(check_add_overflow((size_t)1, SIZE_MAX, &sum) &&
	     !check_mul_overflow((size_t)3, (size_t)4, &sum) && sum == 12);
	want(min3(3, 1, 2) == 1 && clamp_t(u8, 30, 1, 9) == 9 && max3(1, 3, 2) == 3);
	want(div64_u64(1ULL << 40, 1ULL << 33) == 128 && upper_32_bits(1ULL << 40) == 256);
	return 0;
}

static int use_errors(void)
{
	void *p = ERR_PTR(-ENOMEM);

	want(IS_ERR(p) && PTR_ERR(p) == -ENOMEM && IS_ERR_OR_NULL(NULL) && !IS_ERR(&called));
	want(PTR_ERR_OR_ZERO(p) == -ENOMEM && ERR_CAST(p) == p);
	BUG_ON(!p);
	prefetch(&called);
	return 0;
}

static int use_bytes(void)
{
	static u8 from[200], to[256];
	static u64 words[4];
	size_t i;

	for (i = 0; i < sizeof(from); i++)
		from[i] = i;
	memcpy_flushcache(to + 3, from + 1, 190);
	want(!memcmp(to + 3, from + 1, 190) && !to[2] && !to[193]);
	memset64(words, 0x0101010101010101ULL, 4);
	want(!memchr_inv(words, 1, sizeof(words)) && memchr_inv(words, 2, sizeof(words)) == words);
	return 0;
}

int shim_uses(void)
{
	return use_lists() ?: use_llists() ?: use_hashes() ?: use_bits() ?: use_counts() ?:
	       use_krefs() ?: use_seqlocks() ?: use_percpu() ?: use_rcu() ?: use_works() ?:
	       use_caches() ?: use_sizes() ?: use_errors() ?: use_bytes();
}
