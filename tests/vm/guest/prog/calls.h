/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calls: several processes that make random calls on all nodes of the module at once. */
#ifndef CALLS_H
#define CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "args.h"

#define SLOTS	8
#define HELD	64
#define LIVE	"fuzz0"

/* A mapping that a process made through dmadrv; a size of 0: none. */
struct held {
	uint64_t iova, size;
	uint32_t dir;
};

/* This is what one process has open. Where there is none, a file is -1 and a mapping is NULL. */
struct caller {
	struct rng rng;
	unsigned int nr;	/* of the process */
	int control;
	int dmadrv;
	int dev[FUZZ_NAMES];	/* the first is the live device, which all processes have open */
	int domain[SLOTS];
	uint64_t window;	/* where the file of a domain has its window */
	uint8_t *map[SLOTS];
	size_t len[SLOTS];
	struct held held[HELD];
};

/* The names of the strategies that are chosen from. */
extern char *strategies[];
extern unsigned int nr_strategies;

/* Set up the queues of the device that is open as FD: without this it cannot be added. */
void set_up_queues(int fd);

/* Add the live device to vDPA, with the strategy. Some process has to answer its messages. */
bool live_add(int fd, const char *strategy);

/* Write "fuzzN" for a random N. */
void some_name(struct caller *c, char *name, size_t size);

/* Return an open device, or -1. */
int some_device(struct caller *c);

/* A call returns whether the kernel did what it was asked for. */

/* calls-nodes.c: open, ioctl, read, write, poll, mmap of the nodes of devices. */
bool call_open(struct caller *c);
bool call_ioctl(struct caller *c);
bool call_message(struct caller *c);
bool call_io(struct caller *c);

/* calls-domain.c: files of domains and their mappings. */
bool call_domain(struct caller *c);
bool call_map(struct caller *c);
bool call_touch(struct caller *c);
bool call_change(struct caller *c);
bool call_file(struct caller *c);
bool call_fork(struct caller *c);

/* calls-dma.c: the driver's half of DMA. */
bool call_dma(struct caller *c);

/* calls-files.c: sysfs, debugfs, and the vdpa command. */
bool call_sysfs(struct caller *c);
bool call_debugfs(struct caller *c);
bool call_micro(struct caller *c);
bool call_vdpa(struct caller *c);

#endif
