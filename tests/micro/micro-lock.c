// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do the locks of shim/lock-fast.c exclude each other, with more threads than the queue of
 * two that a campaign has on a small machine? tests/micro/micro.sh compiles and runs this,
 * with a cpu_relax() that gives the CPU away.
 *
 * Seen failing: with a head of the queue that does not check that the lock is free, or does
 * not take it; with a next thread that is not woken (it hangs); with a reader that ignores a
 * writer, and a writer that ignores readers; with a bit lock that does not check again after
 * its wait. The test does not hit races of a few nanoseconds: a queue that all threads leave
 * at once, a reader that waits only once.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "shim/shim.h"

#define THREADS	4
#define ROUNDS	3000

static spinlock_t spin;
static rwlock_t rw;
static unsigned long word[2];

/* The two are equal, except while a thread holds the lock. */
static struct {
	volatile unsigned long a, b;
} under_spin, under_rw, under_bit;

static u32 wrong;

static void change(typeof(under_spin) *p)
{
	unsigned long v = p->a;

	if (p->b != v)
		__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
	p->a = v + 1;
	/* Hold the lock long enough for others to come. */
	if (v % 8)
		sched_yield();
	p->b = v + 1;
}

static void look(typeof(under_spin) *p)
{
	unsigned long v = p->a;

	if (v % 8)
		sched_yield();
	if (p->b != v)
		__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
}

static void *thread(void *nr)
{
	int i;

	shim_self.cpu = (uintptr_t)nr;
	shim_threads[shim_self.cpu] = &shim_self;
	for (i = 0; i < ROUNDS; i++) {
		spin_lock(&spin);
		change(&under_spin);
		spin_unlock(&spin);

		bit_spin_lock(3, &word[1]);
		change(&under_bit);
		bit_spin_unlock(3, &word[1]);

		if (i % 4 == 0) {
			write_lock(&rw);
			change(&under_rw);
			write_unlock(&rw);
		} else {
			read_lock(&rw);
			look(&under_rw);
			read_unlock(&rw);
		}
	}
	if (shim_self.preempt_count || shim_self.nested)
		__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void expect(const char *what, unsigned long is, unsigned long should)
{
	if (is == should)
		return;
	fprintf(stderr, "micro-lock: %s: %lu, not %lu\n", what, is, should);
	wrong++;
}

int main(void)
{
	pthread_t id[THREADS];
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
		if (pthread_create(&id[i], NULL, thread, (void *)i))
			return EXIT_FAILURE;
	for (i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	expect("under the spinlock", under_spin.a, THREADS * ROUNDS);
	expect("under the bit lock", under_bit.a, THREADS * ROUNDS);
	expect("under the rwlock", under_rw.a, THREADS * ROUNDS / 4);
	expect("the spinlock at the end", spin.all, 0);
	expect("the rwlock at the end", rw.count & ~SHIM_WRITER_WAITS, 0);
	expect("the bit at the end", word[1], 0);
	if (wrong)
		fprintf(stderr, "micro-lock: %u times not alone\n", wrong);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
