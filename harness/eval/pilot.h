/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plan the next campaign from a pilot: estimate the variance at each level of repetition, and
 * the width of the interval that a design would give.
 *
 * The logarithm of the IOPS of one run of a job is
 *
 *	label + boot + boot x label + block + device + run
 *
 * with a fixed label and random effects. An A/A copy has the label of its original. A ratio to the
 * baseline within a block has neither boot nor block in it: they are the same for both labels. Its
 * variance is twice (boot x label + device + run / runs) / blocks if each block has a boot of its
 * own. With one boot, boot x label stays as it is however many blocks there are.
 *
 * Which levels can be told apart depends on the pilot. With a boot for each block, block is within
 * boot, and boot x label is within device unless some label has two devices in a boot: the A/A
 * pair has. With one boot, there is nothing between boots. With one run per device, run is within
 * device.
 */
#ifndef BL_PILOT_H
#define BL_PILOT_H

#include "eval/summary.h"
#include "stats/components.h"

#define PILOT_MAX_BLOCKS	1000

enum pilot_level { PILOT_BOOT, PILOT_BOOT_LABEL, PILOT_BLOCK, PILOT_DEVICE, PILOT_RUN,
		   PILOT_LEVELS };

extern const char *const pilot_level_names[PILOT_LEVELS];

struct pilot_job {
	const char *job;
	struct component level[PILOT_LEVELS];	/* of the logarithm; NaN if not told apart */
	size_t boots, blocks, devices, labels;
	double ratio_sd, ratio_sd_hi;	/* between boots, of the log ratio; NaN if not known */
};

struct pilot {
	struct pilot_job *job;
	size_t n;
	unsigned int runs_each;
};

/**
 * pilot_make() - estimate the variance of each level for each job
 * @p: gets the estimates; pilot_free() frees them
 * @s: the campaign, which must outlive @p
 *
 * Return: 0, or -ENODATA with a message if no job has two valid timed blocks.
 */
int pilot_make(struct pilot *p, const struct summary *s);
void pilot_free(struct pilot *p);

/* How a campaign would be repeated. */
struct pilot_design {
	bool boot_per_block;	/* else one boot */
	unsigned int blocks, runs;
};

/**
 * pilot_predict_width() - predict the width of the 95 % interval of a ratio
 * @j: the job
 * @d: the design
 * @upper: take the upper bound of each variance instead of the estimate
 *
 * With one boot the width includes the scatter between boots, as far as it is known.
 *
 * Return: 100 * (hi / lo - 1).
 */
double pilot_predict_width(const struct pilot_job *j, const struct pilot_design *d, bool upper);

/**
 * pilot_find_blocks() - find the fewest blocks that give a width in all jobs, and verdicts
 * @p: the pilot
 * @d: the design; its blocks are set
 * @width: in per cent
 *
 * Return: the blocks, or 0 if PILOT_MAX_BLOCKS do not.
 */
unsigned int pilot_find_blocks(const struct pilot *p, struct pilot_design *d, double width);

/*
 * Return the fewest blocks with which one label alone can be told in a campaign of so many labels and
 * jobs.
 */
size_t pilot_least_blocks(const struct pilot *p);

#endif
