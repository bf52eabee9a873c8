// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For tests/vm/trace-delays.sh, which puts this into a copy of kmod/: spend a known time in the
 * stage of an I/O's life that the strategy's name says ("plant-unmap"), for a trace to find.
 * plant.patch has the calls; in the kernel's own code, a probe spends the time. The CPU is
 * busy meanwhile, as in real work.
 */
#include <linux/kprobes.h>
#include <linux/string.h>

#include "core/core.h"

#define PLANT_NS	100000
/* Where a task is woken up, the rest of the stage varies by tens of microseconds. */
#define PLANT_WAIT_NS	1000000

static void spend(u64 ns)
{
	u64 end = ktime_get_mono_fast_ns() + ns;

	while (ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

void bl_plant(const struct bl_domain *d, const char *stage)
{
	const char *name = d->strategy->name;

	if (!strncmp(name, "plant-", 6) && !strcmp(name + 6, stage))
		spend(!strcmp(stage, "daemon") || !strcmp(stage, "interrupt") ?
		      PLANT_WAIT_NS : PLANT_NS);
}

static int at_probe(struct kprobe *p, struct pt_regs *regs)
{
	spend(PLANT_NS);
	return 0;
}

static const struct {
	const char *strategy, *symbol;
} places[] = {
	{ "plant-submit", "blk_mq_start_request" },
	{ "plant-queue", "virtqueue_add_sgs" },
	{ "plant-complete", "blk_mq_end_request" },
};

static struct kprobe probe;
const struct bl_domain *bl_planted;

void bl_plant_begin(const struct bl_domain *d)
{
	int i;

	bl_planted = d;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (strcmp(d->strategy->name, places[i].strategy))
			continue;
		probe = (struct kprobe) {
			.symbol_name = places[i].symbol, .pre_handler = at_probe,
		};
		WARN_ON(register_kprobe(&probe));
	}
}

void bl_plant_end(const struct bl_domain *d)
{
	if (probe.symbol_name)
		unregister_kprobe(&probe);
	probe.symbol_name = NULL;
	bl_planted = NULL;
}
