/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run that the guest is doing, and its outcome: every part of the guest adds to both. */
#ifndef BL_GUEST_OUTCOME_H
#define BL_GUEST_OUTCOME_H

#include "lib/util.h"
#include "proto/words.h"

/**
 * struct guest_outcome - what became of a run
 * @failed: the run did not finish
 * @invalid: the run finished and must not be counted
 * @reboot: the kernel may be damaged: no other run may use this boot
 * @reason: all reasons for the above in the order in which they came, joined by "; "
 */
struct guest_outcome {
	bool failed, invalid, reboot;
	char reason[1024];
};

/**
 * struct guest_run - a run from the host's request to guest.json
 * @op: the request
 * @id: the run's number, as text
 * @strategy: its name
 * @kind: what it is for
 * @intree: the strategy is the stock driver
 * @dir: the run's directory, an absolute path that exists
 * @doc: the document that becomes guest.json
 * @ms: @doc's member "ms": milliseconds by stage
 * @outcome: of the run so far
 */
struct guest_run {
	const json_t *op;
	const char *id, *strategy;
	enum run_kind kind;
	bool intree;
	char *dir;
	json_t *doc, *ms;
	struct guest_outcome outcome;
};

/**
 * guest_fail() - mark a run as failed and add a reason
 * @o: its outcome
 * @fmt: the reason, as for printf()
 *
 * Return: -EIO, so that a caller can end with "return guest_fail(...)".
 */
int guest_fail(struct guest_outcome *o, const char *fmt, ...) BL_PRINTF(2, 3);

/**
 * guest_invalid() - mark a run as invalid and add a reason
 * @o: its outcome
 * @fmt: the reason, as for printf()
 *
 * Return: -EIO, as guest_fail().
 */
int guest_invalid(struct guest_outcome *o, const char *fmt, ...) BL_PRINTF(2, 3);

/**
 * guest_status() - name an outcome as guest.json and the host do
 * @o: the outcome
 *
 * Return: one of status_names.
 */
const char *guest_status(const struct guest_outcome *o);

/**
 * guest_record_ms() - record in guest.json how long a stage of the run took
 * @r: the run
 * @stage: the stage's name
 * @t0: bl_mono() when the stage began
 */
void guest_record_ms(struct guest_run *r, const char *stage, double t0);

#endif
