// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Are the locks of shim/lock-fast.c the kernel's queue locks? They exclude each other, the second
 * thread waits by the pending byte and the others in the queue, waiting threads get a lock in the
 * order in which they came, and a waiting writer holds off later readers. tests/micro/lock.sh
 * compiles and runs this, with a cpu_relax() that gives the CPU away, since there are more threads
 * than CPUs.
 *
 * Seen failing: with each mutant of tests/micro/lock.sh, which plants them each time.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "shim/shim.h"

#define THREADS		8
#define ROUNDS		2000
#define REPEATS		100	/* of the tests whose mutants lose a race now and then */
#ifndef PATIENCE_S
#define PATIENCE_S	30
#endif

static u32 wrong;

static void expect(const char *what, unsigned long is, unsigned long should)
{
	if (is == should)
		return;
	if (__atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED) < 5)
		fprintf(stderr, "micro-lock: %s: %lu, not %lu\n", what, is, should);
}

/* Give the CPU away until the condition holds, or for PATIENCE_S; that is an error. */
#define expect_soon(what, condition)					\
do {									\
	time_t end_ = time(NULL) + PATIENCE_S;				\
									\
	while (!(condition) && time(NULL) <= end_)			\
		sched_yield();						\
	expect(what, !!(condition), 1);					\
} while (0)

static void begin_thread(u32 cpu)
{
	shim_self.cpu = cpu;
	shim_threads[cpu] = &shim_self;
}

static void start(pthread_t *id, void *(*run)(void *), uintptr_t arg)
{
	if (pthread_create(id, NULL, run, (void *)arg))
		exit(EXIT_FAILURE);
}

/* --- mutual exclusion ---------------------------------------------------------- */

static spinlock_t spin;
static rwlock_t rw;
static unsigned long word[2];

/* The two are equal, except while a thread holds the lock. */
static struct {
	volatile unsigned long a, b;
} under_spin, under_rw, under_bit;

static void change(typeof(under_spin) *p)
{
	unsigned long v = p->a;

	if (p->b != v)
		expect("changed by one thread at a time", p->b, v);
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
		expect("not changed while it is read", p->b, v);
}

static void *mix(void *nr)
{
	int i;

	begin_thread((uintptr_t)nr);
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
	expect("locks held at the end", shim_self.preempt_count, 0);
	expect("waiters in use at the end", shim_self.nested, 0);
	return NULL;
}

static void test_exclusion(void)
{
	pthread_t id[THREADS];
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
		start(&id[i], mix, i);
	for (i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	expect("under the spinlock", under_spin.a, THREADS * ROUNDS);
	expect("under the bit lock", under_bit.a, THREADS * ROUNDS);
	expect("under the rwlock", under_rw.a, THREADS * ROUNDS / 4);
	expect("the spinlock at the end", spin.q.val, 0);
	expect("the rwlock at the end", rw.q.count, 0);
	expect("its queue at the end", rw.q.wait.val, 0);
	expect("the bit at the end", word[1], 0);
}

/* --- the order of waiting threads ------------------------------------------------- */

static spinlock_t door = {};
static u32 order[THREADS], entered;	/* under door, or by the inner threads of rw */
static u32 by_pending[THREADS], by_queue[THREADS];

static void enter(u32 nr)
{
	u32 place = __atomic_fetch_add(&entered, 1, __ATOMIC_SEQ_CST);

	order[place % THREADS] = nr;
	sched_yield();
	if (order[place % THREADS] != nr)
		expect("entered alone", order[place % THREADS], nr);
}

static void *wait_for_door(void *nr)
{
	u32 i = (uintptr_t)nr;

	begin_thread(i);
	spin_lock(&door);
	enter(i);
	spin_unlock(&door);
	by_pending[i] = shim_self.waits_pending;
	by_queue[i] = shim_self.waits_queue;
	return NULL;
}

/* Return the tail of a queue whose last thread is on this CPU, and waits for no other lock. */
static u32 tail_of(u32 cpu)
{
	return (cpu + 1) * SHIM_NESTED;
}

/* Let threads 1.. wait for the lock that thread 0 holds, one after the other. */
static void test_order(u32 threads)
{
	pthread_t id[THREADS];
	u32 i;

	entered = 0;
	spin_lock(&door);
	for (i = 1; i < threads; i++) {
		start(&id[i], wait_for_door, i);
		if (i == 1)
			expect_soon("the second thread is pending", READ_ONCE(door.q.pending) == 1);
		else
			expect_soon("a further thread queues", READ_ONCE(door.q.tail) == tail_of(i));
	}
	expect("threads that entered a lock that is held", READ_ONCE(entered), 0);
	expect("the lock is locked", spin_is_locked(&door) && !spin_trylock(&door), 1);
	spin_unlock(&door);
	for (i = 1; i < threads; i++)
		pthread_join(id[i], NULL);
	expect("the lock at the end", door.q.val, 0);
	for (i = 1; i < threads; i++) {
		expect("entered in the order of coming", order[i - 1], i);
		expect("waited by the pending byte", by_pending[i], i == 1);
		expect("waited in the queue", by_queue[i], i != 1);
	}
}

/* --- readers and writers ----------------------------------------------------------- */

static rwlock_t hall = {};

static void *wait_to_write(void *nr)
{
	begin_thread((uintptr_t)nr);
	write_lock(&hall);
	enter((uintptr_t)nr);
	write_unlock(&hall);
	return NULL;
}

static void *wait_to_read(void *nr)
{
	begin_thread((uintptr_t)nr);
	read_lock(&hall);
	enter((uintptr_t)nr);
	read_unlock(&hall);
	return NULL;
}

static void test_writer_first(void)
{
	pthread_t writer, reader;

	entered = 0;
	read_lock(&hall);
	/* A reader joins readers. */
	start(&reader, wait_to_read, 3);
	pthread_join(reader, NULL);
	expect("readers that share", entered, 1);

	start(&writer, wait_to_write, 1);
	expect_soon("the writer waits", READ_ONCE(hall.q.count) & SHIM_WRITER_WAITS);
	start(&reader, wait_to_read, 2);
	expect_soon("the reader waits behind it", READ_ONCE(hall.q.wait.val) & SHIM_PENDING);
	expect("threads inside beside the reader", READ_ONCE(entered), 1);
	read_unlock(&hall);
	pthread_join(writer, NULL);
	pthread_join(reader, NULL);
	expect("the writer comes first", order[1], 1);
	expect("the reader comes second", order[2], 2);

	/* Readers wait for a writer that is inside. */
	entered = 0;
	write_lock(&hall);
	start(&reader, wait_to_read, 2);
	expect_soon("a reader waits for a writer", READ_ONCE(hall.q.wait.val) & SHIM_LOCKED);
	expect("readers inside with a writer", READ_ONCE(entered), 0);
	write_unlock(&hall);
	pthread_join(reader, NULL);
	expect("the rwlock at the end", hall.q.count | hall.q.wait.val, 0);
}

int main(void)
{
	int i;

	begin_thread(0);
	for (i = 0; i < REPEATS && !wrong; i++) {
		test_order(2);
		test_order(THREADS);
		test_writer_first();
	}
	if (!wrong)
		test_exclusion();
	if (wrong)
		fprintf(stderr, "micro-lock: %u wrong\n", wrong);
	return wrong ? EXIT_FAILURE : EXIT_SUCCESS;
}
