// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A daemon pins pages of the window beyond its page table, here in a pipe; direct I/O and
 * registered buffers pin them in the same way.
 */
#include "bugs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define PIN_PAGES	6
#define PIN_ROUNDS	20
#define REUSE_MAPS	200	/* more than a CPU's cache of addresses */

static bool into_pipe(struct test *t, int pipe_in, uint64_t iova, size_t len)
{
	struct iovec v = { .iov_base = t->window + iova, .iov_len = len };

	return vmsplice(pipe_in, &v, 1, 0) == (ssize_t)len;
}

/* A page that was pinned and released is still in its place. */
static enum result let_go(struct test *t, const int *pipes)
{
	struct dma m = { .len = PIN_PAGES * PAGE, .dir = BIDI };
	enum result r = PASS;
	uint8_t buf[PIN_PAGES * PAGE];

	fill_mark(t->mem, m.len, "payload!");
	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	fill_mark(buf, m.len, "answer!!");
	if (!poke(t, m.iova, buf, m.len))
		r = found(t, "the daemon cannot write");
	for (int i = 0; i < PIN_ROUNDS && !r; i++) {
		if (!into_pipe(t, pipes[1], m.iova, m.len))
			r = found(t, "vmsplice: %s", strerrorname_np(errno));
		else if (read(pipes[0], buf, m.len) != m.len || !all_mark(buf, m.len, "answer!!"))
			r = found(t, "round %d: the pipe has other bytes than the window", i);
		else if (!peek(t, m.iova, buf, m.len) || !all_mark(buf, m.len, "answer!!"))
			r = found(t, "round %d: 0x%02x in a page of the window, let go by the pipe",
				  i, buf[0]);
	}
	dma_unmap(t, &m, 0);
	if (!r && !all_mark(t->mem, m.len, "answer!!"))
		r = found(t, "the driver does not get what was written");
	return r;
}

void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (cpu < 0 || i == cpu)
			CPU_SET(i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Make many mappings with a secret on CPU, all at once.  Does one have the address IOVA? */
static bool map_secrets(struct test *t, int cpu, uint64_t iova)
{
	static struct dma many[REUSE_MAPS];
	bool same = false;
	uint8_t byte;
	int n;

	on_cpu(cpu);
	for (n = 0; n < REUSE_MAPS; n++) {
		many[n] = (struct dma){ .len = PAGE, .dir = TO };
		if (dma_map(t, &many[n], 0))
			break;
		peek(t, many[n].iova, &byte, 1);
		same = same || many[n].iova == iova;
	}
	while (n--)
		dma_unmap(t, &many[n], 0);
	return same;
}

/* The next mapping with the same address is not in the page that the pipe holds. */
static enum result revoked(struct test *t, const int *pipes)
{
	struct dma m = { .len = PAGE, .dir = TO };
	uint8_t buf[PAGE];
	bool same;

	fill_mark(t->mem, m.len, "payload!");
	if (dma_map(t, &m, 0))
		return found(t, "cannot map");
	if (!peek(t, m.iova, buf, 1) || !into_pipe(t, pipes[1], m.iova, m.len))
		return found(t, "vmsplice: %s", strerrorname_np(errno));
	dma_unmap(t, &m, 0);
	if (!shut(t, m.iova))
		return found(t, "the daemon still has access after 5 s");

	fill_mark(t->mem, PAGE, "secret!!");
	same = map_secrets(t, 0, m.iova);
	same = map_secrets(t, 1, m.iova) || same;
	on_cpu(-1);
	if (!same)
		return found(t, "the address does not come again");
	if (read(pipes[0], buf, PAGE) != PAGE)
		return found(t, "pipe: %s", strerrorname_np(errno));
	if (find_mark(buf, PAGE, "secret!!") >= 0)
		return found(t, "a later mapping is in the page that was pinned");
	return PASS;
}

enum result pinned(struct test *t)
{
	enum result r;
	int pipes[2];

	if (t->direct)
		return NOT_PROMISED;
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return found(t, "pipe: %s", strerrorname_np(errno));
	r = let_go(t, pipes);
	if (!r && t->revokes)
		r = revoked(t, pipes);
	close(pipes[0]);
	close(pipes[1]);
	return r;
}
