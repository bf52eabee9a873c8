// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The litmus test `apart`: a driver unmaps what a daemon touches for the first time, as in `unmap`,
 * while a second domain of the strategy works.  The touch of the daemon stops before a copy until a
 * third thread has worked in the second domain, and then for a while, so that the unmap comes
 * before the end of the copy.  The unmap has to wait for the copy, whatever the second domain did.
 *
 * Both stops have a limit, since the third thread may wait for a lock that both domains have.
 */
#include <pthread.h>
#include <stdlib.h>

#include "litmus.h"
#include "twin.h"

#define STOP_FOR_TWIN	4096	/* calls of shim_relax(), each 64th of which yields */
#define STOP_FOR_UNMAP	256

static struct {
	struct twin twin;
	u64 random;
	pthread_t thread;
	u64 wanted, done;	/* times that the second domain is used */
	bool armed;		/* the next copy of the first domain stops */
	bool go;		/* the driver may unmap */
	bool over;
} apart;

static void *use_twin(void *arg)
{
	u64 nr = 0;

	shim_set_cpu(shim_nth_cpu(2));
	while (!__atomic_load_n(&apart.over, __ATOMIC_RELAXED)) {
		if (smp_load_acquire(&apart.wanted) == nr) {
			shim_relax();
			continue;
		}
		twin_use(&apart.twin, &apart.random);
		smp_store_release(&apart.done, ++nr);
	}
	return NULL;
}

static bool is_done(void)
{
	return smp_load_acquire(&apart.done) == apart.wanted;
}

/* Stop a copy of the first domain. */
static void stop(phys_addr_t orig)
{
	unsigned int i;

	if (orig - cell_pa(0) >= CELL_SIZE || !__atomic_exchange_n(&apart.armed, false, __ATOMIC_RELAXED))
		return;
	smp_store_release(&apart.wanted, apart.wanted + 1);
	for (i = 0; i < STOP_FOR_TWIN && !is_done(); i++)
		shim_relax();
	__atomic_store_n(&apart.go, true, __ATOMIC_RELAXED);
	for (i = 0; i < STOP_FOR_UNMAP; i++)
		shim_relax();
}

void apart_begin(const struct config *config, u64 seed)
{
	struct config small = twin_config(config);

	apart.random = seed;
	apart.wanted = apart.done = 0;
	apart.over = false;
	twin_begin(&apart.twin, &small);
	if (pthread_create(&apart.thread, NULL, use_twin, NULL))
		abort();
	sim.before_copy = stop;
}

void apart_arm(void)
{
	__atomic_store_n(&apart.go, false, __ATOMIC_RELAXED);
	__atomic_store_n(&apart.armed, true, __ATOMIC_RELAXED);
}

/* If the touch copies nothing, as with eager strategies, it does not stop. */
void apart_wait(void)
{
	while (!__atomic_load_n(&apart.go, __ATOMIC_RELAXED) && !daemon_is_done())
		shim_relax();
}

void apart_settle(void)
{
	while (!is_done())
		shim_relax();
}

void apart_end(void)
{
	sim.before_copy = NULL;
	__atomic_store_n(&apart.over, true, __ATOMIC_RELAXED);
	pthread_join(apart.thread, NULL);
	twin_end(&apart.twin);
}
