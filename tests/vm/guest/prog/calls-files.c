// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls on sysfs and debugfs, and the vdpa command. */
#include "../../../../kmod/uapi/micro-ioctl.h"
#include "calls.h"
#include "vdev.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SYSFS	"/sys/class/vduse"
#define DEBUGFS	"/sys/kernel/debug/bouncelab"

/* These are options, and words for them; each word is tried with each option. */
static const char *const options[] = {
	"strategy", "allocator", "granule", "prefill", "backing", "page_order", "bounce_size",
	"msg_timeout", "uevent", "no-such",
};

static const char *const words[] = {
	"direct", "eager-none", "eager-area", "eager-rwlock", "lazy-barrier", "lazy-spin", "pool",
	"rw", "zap", "cached", "plain", "genalloc", "sbitmap", "ring", "4k", "page", "none", "zero",
	"copy", "zeroed", "prealloc", "huge", "0", "1", "2", "4", "9", "1048576", "4194304",
	"67108864", "1073741824", "-1", "18446744073709551616", "", " ", "\n", "eager-none\n",
	"[pool]", "eager", "add",
};

/* Open a file of a random device in the folder DIR, and return it, or -1. */
static int open_some(struct caller *c, const char *dir, const char *file, int flags)
{
	char name[16], path[80];

	some_name(c, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/%s/%s", dir, name, file);
	return open(path, flags | O_CLOEXEC);
}

/*
 * `vdpa dev` waits so long for an answer that does not come, and all other vdpa commands with it:
 * at most 9 s. 0 is for ever.
 */
static bool too_long(const char *option, const char *word)
{
	return !strcmp(option, "msg_timeout") && (!strcmp(word, "0") || atol(word) > 9);
}

bool call_sysfs(struct caller *c)
{
	const char *word = words[rng_below(&c->rng, sizeof(words) / sizeof(*words))];
	const char *option = options[rng_below(&c->rng, sizeof(options) / sizeof(*options))];
	int fd = open_some(c, SYSFS, option, O_RDWR);
	char buf[4096];
	bool good;

	if (too_long(option, word))
		word = "9";
	if (fd < 0)
		return false;
	if (rng_below(&c->rng, 4)) {
		good = write(fd, word, strlen(word)) > 0;
	} else if (rng_below(&c->rng, 4)) {
		good = pread(fd, buf, rng_below(&c->rng, sizeof(buf)), rng_below(&c->rng, 100)) > 0;
	} else {
		args_fill(&c->rng, buf, sizeof(buf));
		good = write(fd, buf, rng_below(&c->rng, sizeof(buf))) > 0;
	}
	close(fd);
	return good;
}

bool call_debugfs(struct caller *c)
{
	static const char *const files[] = { "counters", "settings", "locks", "micro" };
	int fd = open_some(c, DEBUGFS, files[rng_below(&c->rng, 4)], O_RDONLY);
	char buf[4096];
	bool good;

	if (fd < 0)
		return false;
	good = pread(fd, buf, rng_below(&c->rng, sizeof(buf)), rng_below(&c->rng, 3000)) > 0;
	if (!rng_below(&c->rng, 8))
		ioctl(fd, args_next(&c->rng).cmd, buf);
	close(fd);
	return good;
}

/* One run is short, whatever it is told. */
static void shorten(struct rng *r, struct micro_config *m)
{
	m->threads = rng_below(r, 3);
	m->slices = rng_below(r, 3);
	m->slice_ns = rng_below(r, 200000);
	m->warm_ns = rng_below(r, 200000);
	/* To verify without the flag for it is refused. */
	m->verify = m->flags & MICRO_VERIFY || !rng_below(r, 16) ? rng_below(r, 100) : 0;
	m->buffers = m->outstanding + rng_below(r, 8);
	if (m->buffers > 1024)
		m->buffers = 1024;
	if (m->stride > 65536)
		m->stride = 65536;
}

bool call_micro(struct caller *c)
{
	static struct micro_result results[4];
	struct micro_request q = { .results = (uintptr_t)results, .nr_results = 1 };
	bool good;
	int fd;

	q.config = (struct micro_config){
		.size = 1 + rng_below(&c->rng, 9000), .outstanding = 1 + rng_below(&c->rng, 16),
		.direction = rng_below(&c->rng, 3), .flags = rng_below(&c->rng, 16), .stride = 16384,
		.step = 1, .window = 4 << 20,
	};
	if (!rng_below(&c->rng, 4))
		args_fill(&c->rng, &q.config, sizeof(q.config));
	shorten(&c->rng, &q.config);
	if (!rng_below(&c->rng, 8)) {
		q.flags = rng_next(&c->rng);
		q.nr_results = rng_below(&c->rng, 5);
		q.results = rng_below(&c->rng, 2) ? (uintptr_t)KERNEL_ADDR : 1;
	}
	fd = open_some(c, DEBUGFS, "micro", O_RDWR);
	if (fd < 0)
		return false;
	good = !ioctl(fd, MICRO_IOC_RUN, rng_below(&c->rng, 16) ? (void *)&q : KERNEL_ADDR);
	close(fd);
	return good;
}

/* Undo what sysfs was told: many choices do not go with each other. */
static void choose_defaults(void)
{
	static const struct { const char *option, *value; } defaults[] = {
		{ "allocator", "cached" }, { "granule", "4k" }, { "prefill", "none" },
		{ "backing", "zeroed" }, { "page_order", "0" }, { "bounce_size", "67108864" },
	};

	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++)
		vdev_choose(LIVE, defaults[i].option, defaults[i].value);
}

/* With the options that sysfs was told, or else with the defaults. */
bool live_add(int fd, const char *strategy)
{
	set_up_queues(fd);
	vdev_choose(LIVE, "msg_timeout", "1");
	vdev_choose(LIVE, "strategy", strategy);
	if (vdpa_succeeded(vdpa_start("add", LIVE)))
		return true;
	choose_defaults();
	vdev_choose(LIVE, "strategy", strategy);
	return vdpa_succeeded(vdpa_start("add", LIVE));
}

/* Only the first process adds and deletes: a `vdpa dev add` waits for answers of the others. */
bool call_vdpa(struct caller *c)
{
	char name[16];

	if (c->nr)
		return false;
	some_name(c, name, sizeof(name));
	if (!strcmp(name, LIVE)) {
		vdpa_succeeded(vdpa_start("del", LIVE));
		return live_add(c->dev[0], strategies[rng_below(&c->rng, nr_strategies)]);
	}
	vdev_choose(name, "msg_timeout", "1");
	return vdpa_succeeded(vdpa_start(rng_below(&c->rng, 2) ? "add" : "del", name));
}
