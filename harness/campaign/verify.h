/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a campaign's files are those that the program wrote. A finished campaign has a manifest
 * with the sums of all its raw files. One that is not finished has a journal, whose lines are
 * numbered, and which has the sum of each run and of plan.json, env.json and stop.json. Console
 * logs and boots.jsonl grow until a campaign is finished, and have sums only then.
 *
 * That is against mistakes, of people and of disks. Somebody who makes sums anew is not found; for
 * the campaigns of the paper, results/paper/SHA256SUMS is.
 */
#ifndef BL_CAMPAIGN_VERIFY_H
#define BL_CAMPAIGN_VERIFY_H

#include <stdbool.h>

/**
 * campaign_verify() - check a campaign before its numbers are used
 * @dir: its directory
 * @whole: sum every file of a finished campaign, as campaign_check_manifest() says
 *
 * A campaign that is not finished is always checked as a whole, as campaign_verify_unfinished()
 * does. It may be at work.
 *
 * Return: 0; -EBADMSG, with messages that name what is wrong; another negative errno with a
 * message.
 */
int campaign_verify(const char *dir, bool whole);

/**
 * campaign_verify_unfinished() - check a campaign by its journal
 * @dir: its directory
 * @strict: refuse a journal without numbers and sums, which older versions wrote. Nobody can tell
 *          by such a journal that its runs are those that were done.
 *
 * A line of the journal that is broken, missing or there twice, a run that the journal does not
 * know, and a file with another sum are errors. A run that is in the journal and not there is none:
 * it is missing, or will be done again.
 *
 * Return: as campaign_verify().
 */
int campaign_verify_unfinished(const char *dir, bool strict);

#endif
