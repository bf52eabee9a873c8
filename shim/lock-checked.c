// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks that check their use.  See lock-checked.h. */
#include "lock-checked.h"
#include "property.h"

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
	l->magic = SHIM_LOCK_MAGIC;
}

/* Find an index beyond an array of locks, too: what lies there is no lock. */
static void check_initialised(const shim_lock_t *l)
{
	check(PROP_CONTEXT, l->magic == SHIM_LOCK_MAGIC,
	      "a lock is taken that was never initialised, or is none");
}

static bool was_seen_both(unsigned int seen, unsigned int a, unsigned int b)
{
	return (seen & a) && (seen & b);
}

/* An interrupt deadlocks if it waits for a lock that the interrupted code holds. */
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
	      !was_seen_both(seen, SEEN_WRITE_OPEN, SEEN_WRITE_IRQ | SEEN_READ_IRQ) &&
	      !was_seen_both(seen, SEEN_READ_OPEN, SEEN_WRITE_IRQ),
	      "a lock is taken with interrupts on, and by map, unmap or sync");
	__atomic_fetch_or(&l->seen, now, __ATOMIC_RELAXED);
}

static void count_taken(bool sleeps)
{
	if (!sleeps)
		shim_self.preempt_count++;
}

static void count_released(bool sleeps)
{
	if (!sleeps)
		shim_self.preempt_count--;
}

bool shim_trylock(shim_lock_t *l)
{
	unsigned int word = 0;

	check_initialised(l);
	if (READ_ONCE(l->word) ||
	    !__atomic_compare_exchange_n(&l->word, &word, SHIM_WRITER, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	/* A trylock in an interrupt does not wait, so it cannot deadlock. */
	if (!shim_self.in_irq)
		check_usage(l, true, false);
	WRITE_ONCE(l->owner, (const void *)&shim_self);
	shim_self.preempt_count++;
	return true;
}

void shim_lock(shim_lock_t *l, bool sleeps)
{
	unsigned int word = 0;

	shim_step();
	check_initialised(l);
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
	count_taken(sleeps);
}

void shim_unlock(shim_lock_t *l, bool sleeps)
{
	check(PROP_CONTEXT, READ_ONCE(l->owner) == (const void *)&shim_self,
	      "a lock is released that its thread does not hold");
	WRITE_ONCE(l->owner, NULL);
	count_released(sleeps);
	__atomic_store_n(&l->word, 0, __ATOMIC_RELEASE);
}

void shim_lock_shared(shim_lock_t *l, bool sleeps)
{
	unsigned int word;

	shim_step();
	check_initialised(l);
	if (sleeps)
		shim_might_sleep("a sleeping lock");
	check(PROP_CONTEXT, READ_ONCE(l->owner) != (const void *)&shim_self,
	      "a lock is taken for reading by its writer");
	check_usage(l, false, sleeps);

	/* A reader in an interrupt passes a waiting writer. */
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
	count_taken(sleeps);
}

void shim_unlock_shared(shim_lock_t *l, bool sleeps)
{
	unsigned int word = READ_ONCE(l->word);

	check(PROP_CONTEXT, word && !(word & SHIM_WRITER),
	      "a lock is released that nobody reads under");
	count_released(sleeps);
	__atomic_fetch_sub(&l->word, 1, __ATOMIC_RELEASE);
}

bool shim_bit_trylock_word(int bit, unsigned long *word)
{
	if (test_and_set_bit_lock(bit, word))
		return false;
	shim_self.preempt_count++;
	return true;
}

void shim_bit_lock_word(int bit, unsigned long *word)
{
	while (!shim_bit_trylock_word(bit, word))
		while (test_bit(bit, word))
			shim_relax();
}

void shim_bit_unlock(int bit, unsigned long *word)
{
	check(PROP_CONTEXT, test_bit(bit, word), "a bit lock is released that is free");
	shim_self.preempt_count--;
	clear_bit_unlock(bit, word);
}
