/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A campaign's directory. A run appears in it under its name only when it is
 * whole; every change of state is in the journal first.
 */
#ifndef BL_CAMPAIGN_H
#define BL_CAMPAIGN_H

#include "plan/plan.h"
#include "proto/run-files.h"
#include "proto/accel.h"

#define JOURNAL_SCHEMA	1	/* of each line of journal.jsonl */
#define ENV_SCHEMA	1	/* of env.json */
#define SHARDS_SCHEMA	1	/* of shards.json */

/* How the guest is run; kept in plan.json for who goes on. */
struct campaign_options {
	enum accel accel;	/* of no effect for the plane icount */
	double stage_timeout;	/* seconds a stage may take beyond fio's own time */
	unsigned int mem_mb;
	const char *append;	/* more kernel arguments, or NULL */
	bool allow_noisy_host;		/* take times on an unfit machine all the same */
	json_t *unfit;		/* what is unfit of it now, see fitness.h */
};

struct campaign {
	char *name;
	char *dir;
	char *runs;		/* dir/runs, shared with the guest */
	int journal;
	unsigned int session;	/* 1, 2, …: each begins with a program of ours */
	unsigned int consoles;	/* logs of guests that there are */
	const json_t *unfit;	/* of this session; the options' */
};

/*
 * Make it below @out (NULL: results/ of the project) as @name (NULL: the plan's
 * name and the time) and write plan.json. -EEXIST if there is one already.
 * Messages itself.
 */
int campaign_create(struct campaign *c, const struct plan *p,
		       const struct campaign_options *opt, const char *out,
		       const char *name);

/*
 * The two halves of it: the directories, for @runs runs of the plan called @plan, and then
 * plan.json, which is given away, and the journal.
 */
int campaign_make_dirs(struct campaign *c, const char *plan, size_t runs, const char *out,
		     const char *name);
int campaign_begin(struct campaign *c, json_t *plan);

/*
 * Go on with the one in @dir: what was half written goes. -EWOULDBLOCK if somebody works
 * on it. Messages itself. @c is to be freed in any case.
 */
int campaign_open(struct campaign *c, const char *dir);
void campaign_free(struct campaign *c);

/* --- journal.c --- */

/* Open it, made if need be, and lock it. -EWOULDBLOCK as above. Messages itself. */
int campaign_open_journal(struct campaign *c);

/* Is somebody working on the campaign in @dir? */
bool campaign_is_busy(const char *dir);

/* One line, synced. @run and @reason may be NULL. Messages itself. */
int campaign_log(struct campaign *c, const char *run, const char *state,
		    const char *reason);

/**
 * campaign_load_journal() - load the last state of everything
 * @dir: the campaign's directory
 * @last: gets an object: ID of a run, or "" for the campaign -> its last line; the caller
 *	frees it, also after an error
 *
 * Return: 0, or -EBADMSG with a message: a line's schema number is unknown.
 */
int campaign_load_journal(const char *dir, json_t **last);

/* --- runs --- */

/* The temporary name of a run's directory: absolute, or below runs/. */
char *campaign_run_tmp(const struct campaign *c, const char *id);
char *campaign_run_tmp_name(const char *id);

/* Make the empty temporary directory. */
int campaign_begin_run(struct campaign *c, const char *id);

/* Add run.json, sync everything, rename. On error nothing of the run is left. */
int campaign_commit_run(struct campaign *c, const char *id, const json_t *run);

/*
 * Tell whether the run is on record. Give back its status (STATUS_INVALID if its run.json cannot
 * be read, which is no reason to do the run again), its reason, which the caller frees, and its
 * seconds.
 */
bool campaign_run_is_done(const struct campaign *c, const char *id, enum run_status *status,
			  char **reason, double *seconds);

/* Remove what there is of an unfinished run. */
void campaign_drop_run(struct campaign *c, const char *id);

/*
 * The directory of a campaign: @name as a path, else below results/. To be freed; NULL
 * with a message that lists what there is.
 */
char *campaign_find(const char *name);

/* How many files there are below @dir by the pattern @what, as in "runs/?*". */
unsigned int campaign_count_files(const char *dir, const char *what);

/*
 * env.json, what a reader needs to judge or to repeat the numbers; of later
 * sessions env-2.json and so on.
 * @hello and @console (the guest's first boot) may be NULL. Messages itself.
 */
int campaign_write_env(const struct campaign *c, enum accel accel, const char *guest_args,
		 const json_t *hello, const char *console);

/**
 * campaign_load_env() - load env.json
 * @dir: the campaign's directory
 * @env: gets the object, which the caller frees, or NULL if there is none to read
 *
 * Return: 0, or -EBADMSG with a message: the schema number is unknown.
 */
int campaign_load_env(const char *dir, json_t **env);

/*
 * Return the values of a host's conditions, as env.json records them, in one line; NULL if
 * there are none. The caller frees it.
 */
char *campaign_noise_text(const json_t *unfit);

#endif
