/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.jsonl: one line per change of state, on the disk before the change happens. The
 * program that works on a campaign holds a lock on it; the lock ends with the process.
 */
#ifndef BL_CAMPAIGN_JOURNAL_H
#define BL_CAMPAIGN_JOURNAL_H

#include "campaign/campaign.h"

#define JOURNAL_SCHEMA	1	/* of each line */

/*
 * Open and lock the journal, and cut off a half-written last line. Return 0, or a negative
 * errno with a message (-EWOULDBLOCK: another program works on the campaign).
 */
int campaign_open_journal(struct campaign *c);

/* Tell whether a program works on the campaign in @dir. */
bool campaign_is_busy(const char *dir);

/**
 * campaign_log() - append one line and sync it
 * @c: the campaign
 * @run: ID of a run; NULL: the line is about the campaign
 * @state: "running", "ok", ...: docs/results-format.md lists them
 * @reason: text, or NULL
 *
 * Return: 0, or a negative errno with a message.
 */
int campaign_log(struct campaign *c, const char *run, const char *state, const char *reason);

/**
 * campaign_load_journal() - load the last line of each run
 * @dir: the campaign's directory
 * @last: gets an object: ID of a run, or "" for the campaign -> its last line; the caller
 *	frees it, also after an error
 *
 * Return: 0, or -EBADMSG with a message: a line's schema number is unknown.
 */
int campaign_load_journal(const char *dir, json_t **last);

#endif
