/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.jsonl: one line per change of state, on the disk before the change happens. The program
 * that works on a campaign holds a lock on it; the lock ends with the process. Before a file of the
 * campaign or a run gets its name, its sum is in the journal: verify.h checks that a campaign that
 * is not finished has what the program wrote.
 */
#ifndef BL_CAMPAIGN_JOURNAL_H
#define BL_CAMPAIGN_JOURNAL_H

#include "campaign/campaign.h"

#define JOURNAL_SCHEMA	1	/* of each line */
#define JOURNAL_WRITTEN	"written"	/* the state of a line with a sum */
#define JOURNAL_LOST	"lost"		/* of a file or run whose line with a sum is there, and no more */

/*
 * Open and lock the journal; with @create make it if there is none. Return 0, or a negative
 * errno with a message (-EWOULDBLOCK: another program works on the campaign).
 */
int campaign_open_journal(struct campaign *c, bool create);

/*
 * Cut off a half-written last line and count the others. To be called once, before a line is added.
 * Return 0, or a negative errno with a message.
 */
int campaign_mend_journal(struct campaign *c);

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
 * campaign_log_run() - log the sum of all files of a run
 * @c: the campaign
 * @run: ID of the run
 * @dir: the directory that it still has
 *
 * Return: 0, or a negative errno.
 */
int campaign_log_run(struct campaign *c, const char *run, const char *dir);

/* Log that the last line with a sum is of a file or a run that did not get its name. */
int campaign_log_lost(struct campaign *c, const char *file, const char *run);

/* Log the sum of a file that is complete. Return 0, or a negative errno with a message. */
int campaign_log_file(struct campaign *c, const char *name);

/**
 * campaign_write_text() - write a file of the campaign, its sum being logged before
 * @c: the campaign
 * @name: the file's name
 * @text: its content
 *
 * Return: 0, or a negative errno with a message.
 */
int campaign_write_text(struct campaign *c, const char *name, const char *text);

/**
 * campaign_write_logged() - write a JSON file of the campaign, its sum being logged before
 * @c: the campaign
 * @name: the file's name
 * @o: its content, which is freed
 *
 * Return: 0, or a negative errno with a message.
 */
int campaign_write_logged(struct campaign *c, const char *name, json_t *o);

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
