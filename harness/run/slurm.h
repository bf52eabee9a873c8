/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as a job array of Slurm's: one shard a task. */
#ifndef BL_SLURM_H
#define BL_SLURM_H

#include "campaign/campaign.h"

/*
 * Submit @shards tasks that each do a shard of the campaign @c, of which there is the
 * directory, with the command line @args (words of 'bouncelab run' but for --shard, --out
 * and --name), and wait for all of them. The script, the logs and the shards (parts/I) are in
 * the campaign's directory. 0; -EINTR: cancelled on Ctrl-C, as the tasks are; another negative
 * errno with a message: not submitted, or a task failed.
 */
int bl_slurm_run(const struct campaign *c, const struct plan *p, unsigned int shards,
		 const struct bl_strv *args);

/* The directories of the shards that have begun. */
void bl_slurm_parts(const struct campaign *c, struct bl_strv *dirs);

#endif
