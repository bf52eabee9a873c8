// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads, locks and the kernel's own memory; see shim-custom.h.
 */
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "sim.h"
#include "shim.h"

__thread struct shim_thread shim_self;

#if defined(__SANITIZE_THREAD__)
unsigned int shim_fence;
#endif

void shim_log(bool warning, const char *format, ...)
{
	va_list args;

	if (!warning)
		return;
	__atomic_fetch_add(&finding->warnings, 1, __ATOMIC_RELAXED);
	if (!sim.verbose)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

bool shim_warn(bool is_true, const char *what)
{
	if (is_true)
		shim_log(true, "WARN_ON(%s)\n", what);
	return is_true;
}

void shim_might_sleep(const char *what)
{
	check(PROP_CONTEXT, !shim_self.irqs_off && !shim_self.atomic_depth,
	      "%s may sleep, with interrupts off or a spinlock held", what);
}

int shim_processor_id(void)
{
	check(PROP_CONTEXT, shim_self.irqs_off || shim_self.atomic_depth,
	      "smp_processor_id() where the CPU can change");
	return shim_self.cpu;
}

/* More threads than CPUs: the one that is waited for may have to run here. */
void shim_relax(void)
{
	check(PROP_CONTEXT, !shim_self.interrupting || ++shim_self.interrupting < 10000,
	      "an interrupt waits for what it interrupted");
	if (++shim_self.spins % 64 == 0)
		sched_yield();
	else
		__builtin_ia32_pause();
}

bool shim_chaos_on;
void (*shim_before_exchange)(void);

static void yield_sometimes(void)
{
	if (++shim_self.exchanges % 61 == 0)
		sched_yield();
}

/* On average after 64 accesses: some are between two that belong together. */
static void step_sometimes(void)
{
	if (shim_self.steps--)
		return;
	shim_self.steps = random_below(&shim_self.random, 128);
	sched_yield();
}

void shim_chaos(bool on)
{
	shim_chaos_on = on;
	shim_before_access = on ? step_sometimes : NULL;
	shim_before_exchange = on ? yield_sometimes : NULL;
}

/* --- locks ----------------------------------------------------------------- */

#define SHIM_WRITER	0x80000000U

enum {
	SEEN_WRITE_OPEN = 1,	/* taken for writing with interrupts on */
	SEEN_WRITE_IRQ = 2,	/* taken for writing where map and unmap are called */
	SEEN_READ_OPEN = 4,
	SEEN_READ_IRQ = 8,
};

void shim_lock_init(shim_lock_t *l)
{
	memset(l, 0, sizeof(*l));
}

static bool seen_both(unsigned int seen, unsigned int a, unsigned int b)
{
	return (seen & a) && (seen & b);
}

/* An interrupt that wants the lock of what it interrupted waits for ever. */
static void check_usage(shim_lock_t *l, bool write, bool sleeps)
{
	unsigned int seen = READ_ONCE(l->seen), now = 0;

	if (sleeps)
		return;
	if (shim_self.in_irq)
		now = write ? SEEN_WRITE_IRQ : SEEN_READ_IRQ;
	else if (!shim_self.irqs_off)
		now = write ? SEEN_WRITE_OPEN : SEEN_READ_OPEN;
	if (!now || (seen & now))
		return;
	seen |= now;
	check(PROP_CONTEXT,
	      !seen_both(seen, SEEN_WRITE_OPEN, SEEN_WRITE_IRQ | SEEN_READ_IRQ) &&
	      !seen_both(seen, SEEN_READ_OPEN, SEEN_WRITE_IRQ),
	      "a lock is taken with interrupts on, and by map, unmap or sync");
	__atomic_fetch_or(&l->seen, now, __ATOMIC_RELAXED);
}

static void taken(bool sleeps)
{
	if (!sleeps)
		shim_self.atomic_depth++;
}

static void released(bool sleeps)
{
	if (!sleeps)
		shim_self.atomic_depth--;
}

bool shim_trylock(shim_lock_t *l)
{
	unsigned int word = 0;

	if (READ_ONCE(l->word) ||
	    !__atomic_compare_exchange_n(&l->word, &word, SHIM_WRITER, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	/* It does not wait; who waits for what it got may do so in vain. */
	if (!shim_self.in_irq)
		check_usage(l, true, false);
	WRITE_ONCE(l->owner, (const void *)&shim_self);
	shim_self.atomic_depth++;
	return true;
}

void shim_lock(shim_lock_t *l, bool sleeps)
{
	unsigned int word = 0;

	shim_step();
	if (sleeps)
		shim_might_sleep("a sleeping lock");
	check(PROP_CONTEXT, READ_ONCE(l->owner) != (const void *)&shim_self,
	      "a lock is taken twice by one thread");
	check_usage(l, true, sleeps);

	if (!__atomic_compare_exchange_n(&l->word, &word, SHIM_WRITER, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		__atomic_fetch_add(&l->waiting, 1, __ATOMIC_RELAXED);
		do {
			while (READ_ONCE(l->word))
				shim_relax();
			word = 0;
		} while (!__atomic_compare_exchange_n(&l->word, &word, SHIM_WRITER,
						      false, __ATOMIC_ACQUIRE,
						      __ATOMIC_RELAXED));
		__atomic_fetch_sub(&l->waiting, 1, __ATOMIC_RELAXED);
	}
	WRITE_ONCE(l->owner, (const void *)&shim_self);
	taken(sleeps);
}

void shim_unlock(shim_lock_t *l, bool sleeps)
{
	check(PROP_CONTEXT, READ_ONCE(l->owner) == (const void *)&shim_self,
	      "a lock is released that its thread does not hold");
	WRITE_ONCE(l->owner, NULL);
	released(sleeps);
	__atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
}

void shim_read_lock(shim_lock_t *l, bool sleeps)
{
	unsigned int word;

	shim_step();
	if (sleeps)
		shim_might_sleep("a sleeping lock");
	check(PROP_CONTEXT, READ_ONCE(l->owner) != (const void *)&shim_self,
	      "a lock is taken for reading by its writer");
	check_usage(l, false, sleeps);

	/* An interrupt's reader gets in past a waiting writer. */
	while (!shim_self.in_irq && READ_ONCE(l->waiting))
		shim_relax();
	for (;;) {
		word = READ_ONCE(l->word);
		if (!(word & SHIM_WRITER) &&
		    __atomic_compare_exchange_n(&l->word, &word, word + 1, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			break;
		shim_relax();
	}
	taken(sleeps);
}

void shim_read_unlock(shim_lock_t *l, bool sleeps)
{
	unsigned int word = READ_ONCE(l->word);

	check(PROP_CONTEXT, word && !(word & SHIM_WRITER),
	      "a lock is released that nobody reads under");
	released(sleeps);
	__atomic_fetch_sub(&l->word, 1, __ATOMIC_RELEASE);
}

bool shim_bit_trylock(int bit, unsigned long *word)
{
	if (test_and_set_bit_lock(bit, word))
		return false;
	shim_self.atomic_depth++;
	return true;
}

void shim_bit_lock(int bit, unsigned long *word)
{
	while (!shim_bit_trylock(bit, word))
		while (test_bit(bit, word))
			shim_relax();
}

void shim_bit_unlock(int bit, unsigned long *word)
{
	check(PROP_CONTEXT, test_bit(bit, word), "a bit lock is released that is free");
	shim_self.atomic_depth--;
	clear_bit_unlock(bit, word);
}

/* --- the kernel's own memory ----------------------------------------------- */

/* In front of every allocation; its size keeps what follows aligned. */
struct alloc_head {
	size_t size;
	u64 magic;
	u64 pad[6];
};

#define ALLOC_MAGIC	0x62616c6c6f633031ULL

bool shim_alloc_fails(void)
{
	struct sim_inject *in = &sim.inject;

	if (likely(!READ_ONCE(in->on)) || shim_self.spared)
		return false;
	if (in->lasting && !in->after) {
		check(PROP_ALLOC, ++in->row < 10000 || !(shim_self.irqs_off || shim_self.atomic_depth),
		      "an allocation that fails is tried again and again, where nothing can free memory");
		/* Elsewhere somebody does, some time. */
		in->on = in->row < 10000;
	} else if (in->rate) {
		if (random_below(&shim_self.random, in->rate))
			return false;
	} else if (in->after) {
		in->after--;
		return false;
	} else if (!in->count) {
		in->on = false;
		return false;
	} else {
		in->count--;
	}
	__atomic_fetch_add(&in->hits, 1, __ATOMIC_RELAXED);
	return true;
}

void *shim_alloc(size_t nr, size_t size, gfp_t gfp)
{
	struct alloc_head *head;

	if (gfp & SHIM_GFP_MAY_SLEEP)
		shim_might_sleep("an allocation");
	if (shim_alloc_fails() || (size && nr > (1UL << 40) / size))
		return NULL;
	head = aligned_alloc(64, ALIGN(sizeof(*head) + nr * size, 64));
	if (!head)
		return NULL;
	head->size = nr * size;
	head->magic = ALLOC_MAGIC;
	memset(head + 1, gfp & __GFP_ZERO ? 0 : SIM_POISON, nr * size);
	__atomic_fetch_add(&sim.allocations, 1, __ATOMIC_RELAXED);
	return head + 1;
}

void shim_free(const void *p)
{
	struct alloc_head *head;

	if (!p)
		return;
	head = (struct alloc_head *)(uintptr_t)p - 1;
	check(PROP_EXHAUSTION, head->magic == ALLOC_MAGIC, "memory is freed that is not allocated");
	head->magic = 0;
	__atomic_fetch_sub(&sim.allocations, 1, __ATOMIC_RELAXED);
	free(head);
}
