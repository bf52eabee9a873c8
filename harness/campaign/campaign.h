/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * campaign/ keeps the directory of a campaign.
 *
 * In: a plan, and the documents of runs as they end. Out: plan.json, journal.jsonl,
 * env.json, runs/ID/, stop.json and MANIFEST.sha256, which docs/results-format.md
 * describes. A run appears under its name only when it is whole, and every change of state
 * is in the journal first, so that a killed campaign can be resumed.
 */
#ifndef BL_CAMPAIGN_H
#define BL_CAMPAIGN_H

#include "campaign/guest-files.h"
#include "campaign/verify.h"
#include "plan/plan.h"
#include "proto/accel.h"
#include "proto/run-files.h"

#define ENV_SCHEMA	1	/* of env.json */
#define SHARDS_SCHEMA	1	/* of shards.json */

/* How the guest runs. plan.json keeps it for resume. */
struct campaign_options {
	enum accel accel;	/* without effect on the plane icount */
	double stage_timeout;	/* seconds that a stage may take beyond fio's own time */
	unsigned int mem_mb;
	const char *append;	/* more kernel arguments, or NULL */
	bool allow_noisy_host;	/* run although the host is busy or throttled */
	json_t *unfit;		/* why the host is noisy now, see fitness.h */
};

struct campaign {
	char *name;
	char *dir;
	char *runs;		/* dir/runs, shared with the guest */
	int journal;		/* descriptor of journal.jsonl, locked; -1: not open */
	size_t lines;		/* of the journal */
	unsigned int session;	/* 1, 2, ...: run is the first, each resume one more */
	unsigned int consoles;	/* the largest N of console-N.log */
	const json_t *unfit;	/* of this session; belongs to the options */
	struct guest_files files;	/* of the guests of this session */
	json_t *env;		/* what env.json of this session says, or NULL before it is written */
	json_t *hello, *differs;	/* of the last line of boots.jsonl */
	struct verify_rest rest;	/* what a killed program left to be logged */
	char *boots;		/* the lines of boots.jsonl, or NULL before this session adds one */
};

/* --- the directory ----------------------------------------------------------- */

/**
 * campaign_create() - make the directory of a new campaign and write plan.json
 * @c: gets the campaign; campaign_free() frees it, also after an error
 * @p: the plan
 * @opt: how the guest runs
 * @out: directory to make it in; NULL: the default for results
 * @name: its name; NULL: the plan's name and the time
 *
 * Return: 0, or a negative errno with a message (-EEXIST: the name is taken).
 */
int campaign_create(struct campaign *c, const struct plan *p, const struct campaign_options *opt,
		    const char *out, const char *name);

/**
 * campaign_make_dirs() - make the directories of a new campaign only
 * @c: gets the campaign; campaign_free() frees it, also after an error
 * @plan: name of the plan
 * @runs: number of runs, for which there must be space
 * @out: as for campaign_create()
 * @name: as for campaign_create()
 *
 * campaign_begin() has to follow.
 *
 * Return: 0, or a negative errno with a message (-EEXIST: the name is taken).
 */
int campaign_make_dirs(struct campaign *c, const char *plan, size_t runs, const char *out,
		       const char *name);

/* Write plan.json, which is freed, and open the journal. 0, or a negative errno with a message. */
int campaign_begin(struct campaign *c, json_t *plan);

/**
 * campaign_open() - lock a campaign and check all its files, by the manifest or by the journal
 * @c: gets the campaign; campaign_free() frees it, also after an error
 * @dir: its directory, in which nothing is changed
 *
 * Return: 0, or a negative errno with a message (-EWOULDBLOCK: another program works on it;
 * -EBADMSG: it is not as the program wrote it).
 */
int campaign_open(struct campaign *c, const char *dir);

/*
 * Make an open campaign ready for more runs: log what a killed program left to be logged, and remove
 * half-written files. Return 0, or a negative errno with a message.
 */
int campaign_go_on(struct campaign *c);

/* Remove the manifest, if there is one, before more runs are done. Return as campaign_open(). */
int campaign_unfinish(struct campaign *c);

/* Check the files by the journal, and write the manifest. Return as campaign_open(). */
int campaign_finish(struct campaign *c);

void campaign_free(struct campaign *c);

/**
 * campaign_find() - find a campaign by its name
 * @name: path of its directory, or its name below the default for results
 *
 * Return: the directory, which the caller frees; NULL with a message that lists the campaigns.
 */
char *campaign_find(const char *name);

/* Count the files below @dir that match @pattern, for example "runs/?*". */
unsigned int campaign_count_files(const char *dir, const char *pattern);

/* Return the largest N of the files console-N.log in @dir; 0 if there is none. */
unsigned int campaign_last_console(const char *dir);

/*
 * Write @o, which is freed, as @name into @dir; campaign_write_logged() is for files whose sum is
 * in the journal. Return 0, or a negative errno with a message.
 */
int campaign_write_json(const char *dir, const char *name, json_t *o);

/* --- runs -------------------------------------------------------------------- */

/* Return the temporary directory of a run: its path, or its name in runs/. The caller frees it. */
char *campaign_run_tmp(const struct campaign *c, const char *id);
char *campaign_run_tmp_name(const char *id);

/* Make the temporary directory of a run, empty. Return 0, or a negative errno. */
int campaign_begin_run(struct campaign *c, const char *id);

/**
 * campaign_commit_run() - write run.json, sync all files, log their sum and give the run its name
 * @c: the campaign
 * @id: of the run
 * @run: the content of run.json
 *
 * Return: 0, or a negative errno, after which nothing of the run is left.
 */
int campaign_commit_run(struct campaign *c, const char *id, const json_t *run);

/**
 * campaign_run_is_done() - tell whether a run is recorded, and how it ended
 * @c: the campaign
 * @id: of the run
 * @status: gets its status, STATUS_INVALID if run.json cannot be read
 * @reason: gets the reason, maybe ""; the caller frees it
 * @seconds: gets how long it took
 *
 * A run whose run.json cannot be read is done, too: it is not repeated.
 *
 * Return: false, with nothing set, if there is no run.json.
 */
bool campaign_run_is_done(const struct campaign *c, const char *id, enum run_status *status,
			  char **reason, double *seconds);

/* Remove the temporary directory of a run. */
void campaign_drop_run(struct campaign *c, const char *id);

/* --- env.c ------------------------------------------------------------------- */

/**
 * campaign_write_env() - write env.json, or env-N.json in session N
 * @c: the campaign
 * @accel: of the guest
 * @guest_args: the guest's kernel command line
 * @hello: the agent's first message, or NULL before the first boot
 * @console: path of the guest's console log, or NULL before the first boot
 *
 * Return: 0, or a negative errno with a message.
 */
int campaign_write_env(struct campaign *c, enum accel accel, const char *guest_args,
		       const json_t *hello, const char *console);

/*
 * Describe the project's sources and how the programs at hand were built: an object with the
 * members git, module and harness of env.json. The caller owns it.
 */
json_t *campaign_describe_sources(void);

/**
 * campaign_load_env() - load env.json
 * @dir: the campaign's directory
 * @env: gets the object, which the caller frees, or NULL if there is none to read
 *
 * A session that was interrupted in its first boot knows no guest. Then the facts of the guest are
 * those of the first session that has them.
 *
 * Return: 0, or -EBADMSG with a message: the schema number is unknown.
 */
int campaign_load_env(const char *dir, json_t **env);

/*
 * Return the values of a list of noisy conditions, as env.json records them, in one line;
 * NULL if the list is empty. The caller frees it.
 */
char *campaign_noise_text(const json_t *unfit);

#endif
