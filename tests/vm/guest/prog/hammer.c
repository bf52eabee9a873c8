// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hammer DISK THREADS SEED: I/O on a disk whose daemon is hostile, until SIGTERM or until a
 * thread sees nothing but errors.
 *
 * The program does not check the data that it reads.  But the device may only write to the memory
 * of a request that reads, and only until that request has ended: each thread has one piece of
 * memory with a known content for all its requests, and looks at it between them.  Exit code 1: it
 * has changed where no request was.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECTOR	512u
#define AREA	(256u << 10)
#define DISK	(8u << 20)
#define PIECES	6
#define ERRORS	100	/* one after the other: the disk is dead */

static volatile sig_atomic_t stop;

struct job {
	pthread_t thread;
	const char *disk;
	uint64_t rng, key;
	uint8_t *area;
	unsigned long reads, writes, flushes, errors, wrong;
};

static void on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static uint64_t below(struct job *j, uint64_t n)
{
	j->rng ^= j->rng << 13;
	j->rng ^= j->rng >> 7;
	j->rng ^= j->rng << 17;
	return (j->rng * 0x2545f4914f6cdd1dULL >> 32) % n;
}

static uint64_t content(const struct job *j, size_t at)
{
	return (at + 1) * 0x9e3779b97f4a7c15ULL ^ j->key;
}

static void fill(struct job *j, size_t from, size_t len)
{
	for (size_t at = from; at < from + len; at += 8)
		*(uint64_t *)(j->area + at) = content(j, at);
}

static void look(struct job *j, size_t from, size_t len)
{
	for (size_t at = from; at < from + len; at += 8) {
		if (*(volatile uint64_t *)(j->area + at) == content(j, at))
			continue;
		if (!j->wrong++)
			printf("memory at %zu has changed to 0x%llx\n", at,
			       (unsigned long long)*(volatile uint64_t *)(j->area + at));
		*(uint64_t *)(j->area + at) = content(j, at);
	}
}

/* Pieces that do not touch each other: a request of the ring then has as many descriptors. */
static int make_pieces(struct job *j, struct iovec *iov)
{
	int n = below(j, 3) ? 1 : 1 + below(j, PIECES);
	size_t part = AREA / n / SECTOR, most = part / 2 < 64 ? part / 2 : 64;

	for (int i = 0; i < n; i++) {
		size_t sectors = 1 + below(j, below(j, 4) ? 8 : most);

		iov[i].iov_base = j->area + (i * part + below(j, part - sectors)) * SECTOR;
		iov[i].iov_len = sectors * SECTOR;
	}
	return n;
}

/* Return whether it succeeded. */
static bool one(struct job *j, int fd)
{
	struct iovec iov[PIECES];
	int n = make_pieces(j, iov);
	off_t at = below(j, (DISK >> 1) / SECTOR) * SECTOR;
	bool read = below(j, 2);
	ssize_t ret;

	if (!below(j, 64)) {
		j->flushes++;
		return !fdatasync(fd);
	}
	for (int i = 0; i < n; i++)
		look(j, (uint8_t *)iov[i].iov_base - j->area, iov[i].iov_len);
	ret = read ? preadv(fd, iov, n, at) : pwritev(fd, iov, n, at);
	for (int i = 0; i < n; i++) {
		size_t from = (uint8_t *)iov[i].iov_base - j->area;

		if (read)
			fill(j, from, iov[i].iov_len);
		else
			look(j, from, iov[i].iov_len);
	}
	read ? j->reads++ : j->writes++;
	return ret > 0;
}

static void *run(void *arg)
{
	struct job *j = arg;
	int fd = open(j->disk, O_RDWR | O_DIRECT | O_CLOEXEC);
	unsigned int errors = 0;

	while (fd >= 0 && !stop && errors < ERRORS) {
		if (one(j, fd)) {
			errors = 0;
			continue;
		}
		errors++;
		j->errors++;
		usleep(500);
	}
	look(j, 0, AREA);
	if (fd >= 0)
		close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned int n = argc == 4 ? atoi(argv[2]) : 0;
	struct job *jobs = calloc(n + 1, sizeof(*jobs)), sum = { 0 };

	if (!n || !jobs) {
		fputs("usage: hammer DISK THREADS SEED\n", stderr);
		return 2;
	}
	signal(SIGTERM, on_term);
	for (unsigned int i = 0; i < n; i++) {
		struct job *j = &jobs[i];

		j->disk = argv[1];
		j->key = (strtoull(argv[3], NULL, 0) * 1000 + i + 1) * 0x2545f4914f6cdd1dULL;
		j->rng = j->key | 1;
		j->area = aligned_alloc(4096, AREA);
		if (!j->area)
			return 2;
		fill(j, 0, AREA);
		if (pthread_create(&j->thread, NULL, run, j))
			return 2;
	}
	for (unsigned int i = 0; i < n; i++) {
		pthread_join(jobs[i].thread, NULL);
		sum.reads += jobs[i].reads;
		sum.writes += jobs[i].writes;
		sum.flushes += jobs[i].flushes;
		sum.errors += jobs[i].errors;
		sum.wrong += jobs[i].wrong;
	}
	printf("reads %lu writes %lu flushes %lu errors %lu wrong %lu\n", sum.reads, sum.writes,
	       sum.flushes, sum.errors, sum.wrong);
	return sum.wrong ? 1 : 0;
}
