/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the guest agent share: the run that is under way, what
 * became of it, and the line to the host.
 */
#ifndef BL_GUEST_H
#define BL_GUEST_H

#include "proto/guest-paths.h"
#include "lib/util.h"

/*
 * What became of a run. "failed": it did not get done; "invalid": done, but
 * not to be counted. The first of the worse kind decides, later reasons are
 * appended. @reboot: this boot cannot be trusted with another run.
 */
struct guest_verdict {
	bool failed, invalid, reboot;
	char reason[1024];
};

/* Both return -EIO, so that a caller can end with "return guest_fail(…)". */
int guest_fail(struct guest_verdict *v, const char *fmt, ...) BL_PRINTF(2, 3);
int guest_invalid(struct guest_verdict *v, const char *fmt, ...) BL_PRINTF(2, 3);
const char *guest_status(const struct guest_verdict *v);

struct guest_run {
	const json_t *op;	/* the host's request */
	const char *id, *kind, *strategy;
	bool intree;
	char *dir;		/* absolute, exists */
	json_t *doc;		/* guest.json in the making */
	json_t *ms;		/* its member "ms": stage -> milliseconds */
	struct guest_verdict verdict;
};

/* Milliseconds since @t0 (bl_mono()) go to guest.json as @stage. */
void guest_stage_ms(struct guest_run *r, const char *stage, double t0);

/* One line to the host. Takes over the reference. */
void guest_send(json_t *msg);
void guest_send_stage(const struct guest_run *r, const char *stage, const char *job);

/* Do the run that @op asks for, leave its files in the run directory. */
void guest_do_run(const json_t *op, struct guest_verdict *v);

#endif
