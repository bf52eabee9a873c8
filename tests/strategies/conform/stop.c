// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Litmus tests in which the first touch of a daemon stops before it copies, for so long that the
 * driver's unmap or sync comes before the end of the copy, and has to wait for it.
 *
 * apart	a driver unmaps what a daemon touches for the first time, as in `unmap`.  While the
 *		touch is stopped, a third thread works in a second domain of the strategy.
 * written	one thread of the daemon has written a buffer through the file.  Then another one
 *		touches the buffer for the first time, and the driver must get what was written.
 */
#include <pthread.h>
#include <stdlib.h>

#include "litmus.h"
#include "twin.h"

#define STOP_MOST	16	/* times that a copy waits a while for the second domain */

static struct {
	struct twin twin;
	u64 random;
	pthread_t thread;
	u64 wanted, done;	/* times that the second domain is used */
	bool armed;		/* the next copy of the first domain stops */
	bool go;		/* the driver may unmap */
	bool over;
} stop;

static void *use_twin(void *arg)
{
	u64 nr = 0;

	shim_set_cpu(shim_nth_cpu(2));
	while (!__atomic_load_n(&stop.over, __ATOMIC_RELAXED)) {
		if (smp_load_acquire(&stop.wanted) == nr) {
			shim_relax();
			continue;
		}
		twin_use(&stop.twin, &stop.random);
		smp_store_release(&stop.done, ++nr);
	}
	return NULL;
}

static bool never(void)
{
	return false;
}

static bool twin_is_done(void)
{
	return smp_load_acquire(&stop.done) == stop.wanted;
}

/* Stop a copy of the driver's buffer. */
static void stop_copy(phys_addr_t orig)
{
	unsigned int i;

	if (orig - cell_pa(0) >= CELL_SIZE ||
	    !__atomic_exchange_n(&stop.armed, false, __ATOMIC_RELAXED))
		return;
	if (stop.twin.core)
		smp_store_release(&stop.wanted, stop.wanted + 1);
	for (i = 0; i < STOP_MOST && !twin_is_done(); i++)
		wait_a_while(twin_is_done);
	__atomic_store_n(&stop.go, true, __ATOMIC_RELAXED);
	wait_a_while(never);
}

void stop_begin(const struct config *config, u64 seed)
{
	struct config small = twin_config(config);

	stop.random = seed;
	stop.wanted = stop.done = 0;
	stop.over = false;
	twin_begin(&stop.twin, &small);
	if (stop.twin.core && pthread_create(&stop.thread, NULL, use_twin, NULL))
		abort();
}

void stop_arm(void)
{
	__atomic_store_n(&stop.go, false, __ATOMIC_RELAXED);
	__atomic_store_n(&stop.armed, true, __ATOMIC_RELAXED);
	sim.before_copy = stop_copy;
}

/* If the touch copies nothing, as with eager strategies, it does not stop. */
void stop_wait(void)
{
	while (!__atomic_load_n(&stop.go, __ATOMIC_RELAXED) && !daemon_is_done())
		shim_relax();
}

/* The next map stops, too, if the touch has not. */
void stop_settle(void)
{
	while (!twin_is_done())
		shim_relax();
}

void stop_end(void)
{
	sim.before_copy = NULL;
	if (!stop.twin.core)
		return;
	__atomic_store_n(&stop.over, true, __ATOMIC_RELAXED);
	pthread_join(stop.thread, NULL);
	twin_end(&stop.twin);
}
