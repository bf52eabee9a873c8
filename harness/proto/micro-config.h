/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct micro_config on its way between processes: as JSON, member by member, and as
 * KEY=NUMBER on a command line; and a result as JSON.
 */
#ifndef BL_MICRO_CONFIG_H
#define BL_MICRO_CONFIG_H

#include "lib/util.h"
#include "kmod/uapi/micro.h"

json_t *micro_config_json(const struct micro_config *c);

/* Members that are not there keep their value.  -EINVAL or -ERANGE, with message. */
int micro_config_read(const json_t *j, struct micro_config *c);

/* One "KEY=NUMBER".  -EINVAL or -ERANGE, with message; -ENOENT without: no such key. */
int micro_config_set(struct micro_config *c, const char *arg);

/* All keys, for messages. */
void micro_config_keys(struct bl_strv *out);

/*
 * Counts, "ticks", and "buckets": what -> [[twice the middle of a bucket, in ticks, and
 * its count], ...], without the empty ones.
 */
json_t *micro_result_json(const struct micro_result *r);

/* "map", "unmap", "pair", "touch", "copy", "turn" */
extern const char *const micro_what_names[MICRO_WHATS];

#endif
