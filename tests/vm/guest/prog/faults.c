// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * faults STRATEGY: take a device with the strategy through its life, call by call, and let each
 * allocation, and each copy from or to user space, fail once that a call makes in this thread. The
 * kernel lets the Nth of them fail (/proc/thread-self/fail-nth); N goes up until there are fewer.
 *
 * A call that fails must have done nothing: the same call without a fault then succeeds. One that
 * copes must have done all: it is undone, and made again. Data that the daemon reads are compared.
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST	4000	/* places in a call, far more than any has */

const char *strategy;
static int nth_fd;

static void arm(unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(nth_fd, text, len, 0) != len) {
		perror("fail-nth");
		exit(2);
	}
}

/* Return whether there was a fault. The read itself has the next one if it was near. */
static bool disarm(void)
{
	char text[16] = "";
	bool was = pread(nth_fd, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;

	if (!was && pwrite(nth_fd, "0", 1, 0) != 1)
		arm(0);
	return was;
}

/* The number that the next file would have: a call that fails must not leave one open. */
static int next_file(void)
{
	int fd = dup(nth_fd);

	close(fd);
	return fd;
}

static int bad(const struct step *s, unsigned int nth, const char *what, int ret)
{
	printf("not ok - %s %s: with the fault at place %u it %s: %s\n", strategy, s->name, nth, what,
	       strerror(-ret));
	return 1;
}

/* Does the strategy refuse the call? Memory that was refused cannot be taken back. */
static bool is_refused(const struct step *s)
{
	int ret = s->make(s->arg);

	if (!ret && s->undo)
		s->undo(s->arg);
	return ret == -EOPNOTSUPP || ret == -ENOENT;
}

/* Can a fault give this error? The answer of netlink may be lost by it. */
static bool is_of_fault(int ret)
{
	return ret == -ENOMEM || ret == -EFAULT || ret == -ENOBUFS || ret == -ENOMSG;
}

/* Make the call with a fault at each place in turn, and then without one. */
static int take(const struct step *s)
{
	unsigned int nth, failed = 0, coped = 0;
	bool fault;
	int ret, file;

	if (s->optional && is_refused(s)) {
		printf("%s %s: refused\n", strategy, s->name);
		return 0;
	}
	for (nth = 1; nth < MOST; nth++) {
		file = next_file();
		arm(nth);
		ret = s->make(s->arg);
		fault = disarm();
		if (!fault && ret)
			return bad(s, nth, "fails without a fault, after earlier ones", ret);
		if (!fault)
			break;
		if (ret && !is_of_fault(ret))
			return bad(s, nth, "gives a wrong error", ret);
		if (ret && next_file() != file)
			return bad(s, nth, "leaves a file open", ret);
		failed += !!ret;
		coped += !ret;
		if (!ret && s->undo) {
			ret = s->undo(s->arg);
			if (ret)
				return bad(s, nth, "cannot be undone", ret);
		}
	}
	printf("%s %s: fails at %u places, copes with %u\n", strategy, s->name, failed, coped);
	if (nth == MOST)
		return bad(s, nth, "does not end", -E2BIG);
	return s->bare || nth > 1 ? 0 : bad(s, nth, "meets none", 0);
}

static int take_all(const struct step *steps, unsigned int n)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < n; i++)
		err = take(&steps[i]);
	return err;
}

static int live(void)
{
	int err = take_all(birth, nr_birth);

	if (err) {
		clean_up(false);
		return err;
	}
	err = after_birth();
	if (err) {
		fprintf(stderr, "faults: %s\n", strerror(-err));
		return 1;
	}
	err = take_all(life, nr_life);
	if (err) {
		clean_up(true);
		return err;
	}
	after_life();
	return take_all(death, nr_death);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: faults STRATEGY\n", stderr);
		return 2;
	}
	strategy = argv[1];
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0 || open_nodes()) {
		perror("faults");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	return live();
}
