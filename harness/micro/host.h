/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plane host of `bouncelab micro`: this machine's own kernel. */
#ifndef BL_MICRO_HOST_H
#define BL_MICRO_HOST_H

#include "proto/micro-config.h"

/**
 * micro_host_begin() - check that the module can be loaded into this machine's kernel
 *
 * Changes nothing.
 *
 * Return: 0, or a negative errno with a message.
 */
int micro_host_begin(void);

/**
 * micro_host_run() - load the module, do one run, unload the module
 * @strategy: a name, as for micro_guest_run()
 * @c:        the configuration of the loop
 * @why:      takes the reason of a failure, which the caller frees; NULL if interrupted
 *
 * Return: as micro_guest_run(), with "plane" host.
 */
json_t *micro_host_run(const char *strategy, const struct micro_config *c, char **why);

#endif
