/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plane host of `bouncelab micro`: this machine's own kernel. */
#ifndef BL_MICRO_HOST_H
#define BL_MICRO_HOST_H

#include "proto/micro-config.h"

/* Check that the module can be loaded here. Changes nothing. 0 or -errno, with a message. */
int micro_host_begin(void);

/* Load the module, do one run as micro_guest_run() does, unload the module. */
json_t *micro_host_run(const char *strategy, const struct micro_config *c, char **why);

#endif
