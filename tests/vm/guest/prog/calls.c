// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * calls [--processes N] [--calls N] [--seed N] STRATEGY...: N processes make random calls on all
 * nodes of the module at once: control, devices, the files of domains and their mappings, sysfs,
 * debugfs, the vdpa command, and the driver's half of DMA. The live device has a domain all the
 * time; it gets a new one with a random strategy at times. Other devices are made and destroyed.
 * No answer is looked at: the machine has to survive, and nothing may be left. Prints how many
 * calls of each kind were made, and how many of them the kernel did.
 *
 * The numbers of a process follow from the seed; how the processes meet does not.
 */
#include "blk.h"
#include "calls.h"
#include "vdev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES	16
#define NODE		"/dev/vduse/control"

/* X(name, the share of all calls) */
#define KINDS(X)						\
	X(open, 40) X(ioctl, 300) X(message, 120) X(io, 150)	\
	X(domain, 60) X(map, 60) X(touch, 100) X(change, 50)	\
	X(file, 60) X(sysfs, 30) X(debugfs, 20) X(micro, 4)	\
	X(fork, 4) X(vdpa, 2) X(dma, 300)

#define ROW(name, weight)	{ #name, weight, call_##name },
static const struct {
	const char *name;
	unsigned int weight;
	bool (*call)(struct caller *c);
} kinds[] = { KINDS(ROW) };
#define NR	(sizeof(kinds) / sizeof(*kinds))

#define STRATEGIES	32

char *strategies[STRATEGIES];
unsigned int nr_strategies;

/* By process and kind; all processes share it. */
static struct tally {
	unsigned long made, good;
} (*tallies)[NR];

void some_name(struct caller *c, char *name, size_t size)
{
	snprintf(name, size, "fuzz%u", (unsigned int)rng_below(&c->rng, FUZZ_NAMES));
}

/* Half of the calls go to the live device. */
int some_device(struct caller *c)
{
	unsigned int first = rng_below(&c->rng, 2) * rng_below(&c->rng, FUZZ_NAMES);

	for (unsigned int i = 0; i < FUZZ_NAMES; i++)
		if (c->dev[(first + i) % FUZZ_NAMES] >= 0)
			return c->dev[(first + i) % FUZZ_NAMES];
	return -1;
}

static unsigned int pick(struct rng *r)
{
	unsigned int sum = 0, at, i;

	for (i = 0; i < NR; i++)
		sum += kinds[i].weight;
	at = rng_below(r, sum);
	for (i = 0; at >= kinds[i].weight; i++)
		at -= kinds[i].weight;
	return i;
}

static void must_open(int *fd, const char *path)
{
	*fd = open(path, O_RDWR | O_CLOEXEC);
	if (*fd >= 0)
		return;
	perror(path);
	_exit(1);
}

static void run(unsigned int nr, int live, uint64_t seed, unsigned long calls)
{
	struct caller c = { .rng = rng_of(1000 * seed + nr), .nr = nr };

	memset(c.dev, 0xff, sizeof(c.dev));
	memset(c.domain, 0xff, sizeof(c.domain));
	c.dev[0] = live;
	must_open(&c.control, NODE);
	must_open(&c.dmadrv, "/dev/dmadrv");
	for (unsigned long i = 0; i < calls; i++) {
		unsigned int k = pick(&c.rng);

		tallies[nr][k].good += kinds[k].call(&c);
		tallies[nr][k].made++;
	}
	_exit(0);
}

/* Destroy what the processes have left, once all of them are gone. */
static int clean_up(void)
{
	int control = open(NODE, O_RDWR | O_CLOEXEC), err = 0;
	char name[VDUSE_NAME_MAX];

	for (unsigned int i = 0; i <= FUZZ_NAMES; i++) {
		memset(name, 0, sizeof(name));
		snprintf(name, sizeof(name), "fuzz%u", i);
		vdpa_succeeded(vdpa_start("del", name));
		if (ioctl(control, VDUSE_DESTROY_DEV, name) && errno != EINVAL) {
			printf("%s cannot be destroyed: %s\n", name, strerror(errno));
			err = 1;
		}
	}
	close(control);
	return err;
}

static int wait_for_all(const pid_t *pid, unsigned int n)
{
	int err = 0, status;

	for (unsigned int i = 0; i < n; i++) {
		if (waitpid(pid[i], &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
			printf("process %u ended with 0x%x\n", i, status);
			err = 1;
		}
	}
	return err;
}

static void print_tallies(unsigned int processes)
{
	unsigned long all = 0;

	for (unsigned int k = 0; k < NR; k++) {
		struct tally sum = {};

		for (unsigned int i = 0; i < processes; i++) {
			sum.made += tallies[i][k].made;
			sum.good += tallies[i][k].good;
		}
		printf("%s %lu of %lu, ", kinds[k].name, sum.good, sum.made);
		all += sum.made;
	}
	printf("%lu calls\n", all);
}

/* Make the live device, and return its node, or -1. */
static int make_live(void)
{
	struct blk_options o = { .name = LIVE, .queues = 2, .queue_size = 64, .size = 1 << 20 };
	struct vdev_config c = blk_config(&o);
	static struct vdev dev;

	if (vdev_create(&dev, &c) || !live_add(dev.fd, strategies[0])) {
		printf("the device " LIVE " cannot be added\n");
		return -1;
	}
	return dev.fd;
}

static int usage(void)
{
	fputs("usage: calls [--processes 1..16] [--calls N] [--seed N] STRATEGY...\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	unsigned long processes = 4, calls = 100000;
	int i, live, err;
	uint64_t seed = 1;
	pid_t pid[PROCESSES];

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--processes"))
			processes = strtoul(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--calls"))
			calls = strtoul(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--seed"))
			seed = strtoull(argv[i + 1], NULL, 0);
		else
			return usage();
	}
	while (i < argc && nr_strategies < STRATEGIES)
		strategies[nr_strategies++] = argv[i++];
	if (!nr_strategies || !processes || processes > PROCESSES)
		return usage();
	tallies = mmap(NULL, sizeof(*tallies) * processes, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED)
		return perror("mmap"), 1;
	live = make_live();
	if (live < 0)
		return 1;
	for (unsigned int nr = 0; nr < processes; nr++) {
		pid[nr] = fork();
		if (!pid[nr])
			run(nr, live, seed, calls / processes);
	}
	err = wait_for_all(pid, processes);
	print_tallies(processes);
	close(live);
	return clean_up() || err;
}
