/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a campaign's files are those that the program wrote. A finished campaign has a manifest
 * with the sums of all its raw files. One that is not finished has a journal, whose lines are
 * numbered, and which has the sum of each run and of each other raw file. The log of a guest's console
 * has its sum when the guest is gone.
 *
 * That is against mistakes, of people and of disks. Somebody who makes sums anew is not found; for
 * the campaigns of the paper, results/paper/SHA256SUMS is.
 */
#ifndef BL_CAMPAIGN_VERIFY_H
#define BL_CAMPAIGN_VERIFY_H

#include <stdbool.h>

/* A killed program has left these lines to be logged. verify_rest_free() frees the names. */
struct verify_rest {
	char *lost_run;		/* the last line is about this run, which did not get its name; or NULL */
	char *lost_file;	/* likewise of a file */
	char *console;		/* log of the last guest, which has no sum yet; or NULL */
};

void verify_rest_free(struct verify_rest *rest);

/**
 * campaign_verify() - check a campaign before its numbers are used
 * @dir: its directory
 * @whole: sum every file of a finished campaign, as campaign_check_manifest() says, and refuse a
 *         campaign that cannot be checked
 *
 * A campaign that is not finished is always checked as a whole, by its journal. It may be at work. A
 * line of the journal that is broken, missing or there twice, a run or a raw file that the journal
 * does not know, one that is gone, and one with another sum are errors.
 *
 * Return: 0; -EBADMSG, with messages that name what is wrong; another negative errno with a message.
 */
int campaign_verify(const char *dir, bool whole);

/**
 * campaign_verify_unfinished() - check a campaign by its journal before it is gone on with or signed
 * @dir: its directory
 * @rest: gets what a killed program left, unless NULL
 *
 * Return: as campaign_verify() with @whole.
 */
int campaign_verify_unfinished(const char *dir, struct verify_rest *rest);

#endif
