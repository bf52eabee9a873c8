/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks before the first boot: whether all that a guest needs is built and newer than its
 * sources, and whether the host is quiet enough to take times. Each prints its own messages.
 */
#ifndef BL_PREFLIGHT_H
#define BL_PREFLIGHT_H

#include "run/runner.h"

/**
 * preflight_check_built() - check that a guest can be booted from what is in build/
 * @module: check bouncelab.ko as well: it is there, and no source of it is newer
 *
 * Return: 0; -ENOENT for a missing file, -ESTALE for one older than its sources, both with a
 * message.
 */
int preflight_check_built(bool module);

/**
 * preflight_check_plan() - check that all modules and programs that a plan needs are built
 * @p: the plan; the stock driver alone needs no module, the collector locks needs its own
 *
 * Return: as preflight_check_built().
 */
int preflight_check_plan(const struct plan *p);

/**
 * preflight_check_host() - check that the host is quiet enough for the plan's times
 * @p:   the plan; one that counts instructions accepts a busy host
 * @opt: takes in @opt->unfit what is wrong with the host (the caller frees it);
 *       @opt->unfit_ok accepts a busy host
 *
 * Samples the host's CPUs for a quarter of a second.
 *
 * Return: 0; -EBUSY, with a message, if the host is too busy.
 */
int preflight_check_host(const struct plan *p, struct campaign_options *opt);

#endif
