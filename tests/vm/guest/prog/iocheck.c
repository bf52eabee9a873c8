// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * iocheck DISK [THREADS [KIB [MAX-KIB [SEED [drain]]]]]: I/O with a known content.
 *
 * Each thread owns KIB of the disk, writes it in pieces of random size (512
 * bytes to MAX-KIB) and order, and reads it back in other pieces. Every 8 bytes
 * tell their place and the run that wrote them. On an emulated machine this starts
 * much faster than fio. Exit code 1: wrong data; 3: an I/O error.
 * drain: when all threads are ready, /dev/dmadrv takes the remaining memory.
 */
#include "dmadrv/dmadrv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECTOR	512u

static pthread_barrier_t ready;

struct job {
	pthread_t thread;
	const char *disk;
	uint64_t start, seed;
	unsigned int size, max;
	unsigned long wrong;
	int err;
};

static uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static uint64_t content(const struct job *j, uint64_t at)
{
	return at * 0x9e3779b97f4a7c15ULL ^ j->seed;
}

/* Write or read the thread's part once; @order decides the order of the pieces. */
static void pass(struct job *j, int fd, uint8_t *buf, uint64_t order, bool write)
{
	unsigned int sectors = j->size / SECTOR, start = next(&order) % sectors, done = 0;

	while (done < sectors && !j->err) {
		unsigned int at = (start + done) % sectors;
		unsigned int n = 1 + next(&order) % (j->max / SECTOR);
		uint64_t pos = j->start + (uint64_t)at * SECTOR;
		ssize_t ret;

		n = n < sectors - done ? n : sectors - done;
		n = n < sectors - at ? n : sectors - at;
		for (unsigned int i = 0; write && i < n * SECTOR; i += 8)
			*(uint64_t *)(buf + i) = content(j, pos + i);
		if (!write)
			memset(buf, 0x5a, n * SECTOR);
		ret = write ? pwrite(fd, buf, n * SECTOR, pos) : pread(fd, buf, n * SECTOR, pos);
		if (ret != (ssize_t)(n * SECTOR))
			j->err = ret < 0 ? errno : EIO;
		for (unsigned int i = 0; !write && !j->err && i < n * SECTOR; i += 8)
			j->wrong += *(uint64_t *)(buf + i) != content(j, pos + i);
		done += n;
	}
}

static void *run(void *arg)
{
	struct job *j = arg;
	int fd = open(j->disk, O_RDWR | O_DIRECT | O_CLOEXEC);
	uint8_t *buf = aligned_alloc(4096, j->max + SECTOR);

	if (buf)
		memset(buf, 0, j->max + SECTOR);
	pthread_barrier_wait(&ready);

	if (fd < 0 || !buf) {
		j->err = errno;
	} else {
		/* Buffers are not page aligned, so that several pieces share a page. */
		pass(j, fd, buf + SECTOR, j->seed ^ 0x1234567, true);
		pass(j, fd, buf + SECTOR, j->seed ^ 0x7654321, false);
	}
	if (fd >= 0)
		close(fd);
	free(buf);
	return NULL;
}

/* Take the memory; it comes back when the node is closed, at the end. */
static void drain(void)
{
	int fd = open("/dev/dmadrv", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, DMADRV_DRAIN) < 0) {
		perror("/dev/dmadrv");
		exit(2);
	}
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? atoi(argv[2]) : 8;
	unsigned int size = (argc > 3 ? atoi(argv[3]) : 512) * 1024;
	unsigned int max = (argc > 4 ? atoi(argv[4]) : 64) * 1024;
	uint64_t seed = argc > 5 ? strtoull(argv[5], NULL, 0) : 1;
	struct job *jobs = calloc(n, sizeof(*jobs));
	unsigned long wrong = 0;
	int err = 0;

	if (argc < 2 || argc > 7 || !n || !size || !max || !jobs) {
		fputs("usage: iocheck DISK [THREADS [KIB [MAX-KIB [SEED [drain]]]]]\n", stderr);
		return 2;
	}
	pthread_barrier_init(&ready, NULL, n + 1);
	for (unsigned int i = 0; i < n; i++) {
		jobs[i] = (struct job){
			.disk = argv[1], .start = (uint64_t)i * size, .size = size, .max = max,
			.seed = (seed * 1000 + i + 1) * 0x2545f4914f6cdd1dULL,
		};
		pthread_create(&jobs[i].thread, NULL, run, &jobs[i]);
	}
	if (argc > 6)
		drain();
	pthread_barrier_wait(&ready);
	for (unsigned int i = 0; i < n; i++) {
		pthread_join(jobs[i].thread, NULL);
		wrong += jobs[i].wrong;
		err = err ? err : jobs[i].err;
	}
	printf("%lu of %lu words are wrong%s%s\n", wrong, (unsigned long)n * size / 8,
	       err ? ", " : "", err ? strerror(err) : "");
	return wrong ? 1 : err ? 3 : 0;
}
