/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio in the guest: one job file on the disk under test. */
#ifndef BL_GUEST_FIO_H
#define BL_GUEST_FIO_H

#include "guest/outcome.h"
#include "guest/proc.h"

/*
 * The text of a job file with the plan's times instead of its own: "runtime="
 * in every section becomes @runtime_s, followed by "ramp_time=" if @ramp_s is
 * not 0. A file without "runtime=" ends by size and is left as it is.
 */
char *guest_fio_job_text(const char *text, double runtime_s, double ramp_s, bool *timed);

/*
 * Run the job file @path, for the @run-th time on this device: leaves job-NAME.fio,
 * fio-NAME.json and fio-NAME.err in the run directory, an entry in guest.json; NAME is
 * fio_name()'s. The verdict fails if fio or @daemon does, and becomes invalid if fio ran
 * short. Returns 0 or negative.
 */
int guest_fio(struct guest_run *r, const char *path, unsigned int run,
	      struct guest_proc *daemon);

#endif
