/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio in the guest: one job file on the disk under test. */
#ifndef BL_GUEST_FIO_H
#define BL_GUEST_FIO_H

#include "guest/outcome.h"
#include "guest/proc.h"

/**
 * guest_run_fio() - run a job file
 * @r: the run; fails if fio or the daemon does, is invalid if fio ran short. guest.json gets
 *     an entry in "fio".
 * @path: the job file
 * @run: which time this job file runs on the device, from 1
 * @daemon: the daemon of the device
 *
 * Leaves job-NAME.fio, fio-NAME.json and fio-NAME.err in the run's directory, with the NAME of
 * fio_name().
 *
 * Return: 0, or a negative errno.
 */
int guest_run_fio(struct guest_run *r, const char *path, unsigned int run,
		  struct guest_proc *daemon);

#endif
