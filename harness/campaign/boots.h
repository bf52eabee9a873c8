/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boots.jsonl: for each boot, in what guest and files differ from the env.json of its session. A
 * file can also change while a guest is up; then the next run has a line too.
 */
#ifndef BL_CAMPAIGN_BOOTS_H
#define BL_CAMPAIGN_BOOTS_H

#include "campaign/campaign.h"

#define BOOTS_SCHEMA	1

/**
 * boots_log() - write the line of a boot
 * @c: the campaign, after campaign_write_env()
 * @boot: number of the guest
 * @run: ID of the run that it was booted for
 * @hello: the agent's first message
 *
 * Return: 0, or a negative errno with a message.
 */
int boots_log(struct campaign *c, unsigned int boot, const char *run, const json_t *hello);

/**
 * boots_log_run() - write a line if files changed since the last line
 * @c: the campaign, after boots_log()
 * @boot: number of the guest
 * @run: ID of the run that is about to begin
 *
 * Return: 0, or a negative errno with a message.
 */
int boots_log_run(struct campaign *c, unsigned int boot, const char *run);

/**
 * boots_list_changes() - list what boots.jsonl has that differs
 * @dir: the directory of the campaign, or of a shard in it
 * @prefix: begins each line
 * @out: gets a line for each change, with the boots and the first run that it holds for
 */
void boots_list_changes(const char *dir, const char *prefix, struct bl_strv *out);

#endif
