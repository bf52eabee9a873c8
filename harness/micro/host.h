/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `bouncelab micro` in the kernel that this machine runs. */
#ifndef BL_MICRO_HOST_H
#define BL_MICRO_HOST_H

#include "proto/micro-config.h"

/*
 * Can the module be loaded here? 0, or a negative errno with a message that names what is
 * missing. Changes nothing.
 */
int micro_host_begin(void);

/* One run, as micro_guest_run(); loads the module and unloads it again. */
json_t *micro_host_run(const char *strategy, const struct micro_config *c, char **why);

#endif
