/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * struct micro_config and struct micro_result between processes: as JSON, member by member, and
 * as KEY=NUMBER on a command line.
 */
#ifndef BL_MICRO_CONFIG_H
#define BL_MICRO_CONFIG_H

#include "lib/util.h"
#include "kmod/uapi/micro.h"

/* Return the configuration as an object. The caller owns it. */
json_t *micro_config_json(const struct micro_config *c);

/**
 * micro_config_read() - read a configuration from an object
 * @j: the object
 * @c: gets the members that are in @j; the others keep their value
 *
 * Return: 0, or -ERANGE with a message.
 */
int micro_config_read(const json_t *j, struct micro_config *c);

/* Set one "KEY=NUMBER". Return 0, -EINVAL or -ERANGE with a message, or -ENOENT without one. */
int micro_config_set(struct micro_config *c, const char *arg);

/* Add all keys to @out, for a message. */
void micro_config_keys(struct bl_strv *out);

/**
 * micro_result_json() - write a result as an object
 * @r: the result
 *
 * Return: the counts, "ticks", and "buckets", which has for each of micro_what_names a list
 * [[twice the middle of a bucket in ticks, count], ...] without empty buckets, and "floor" with the
 * same lists for what the loop and the clock cost. The caller owns it.
 */
json_t *micro_result_json(const struct micro_result *r);

/* "map", "unmap", "pair", "turn", "touch", "copy", "total", "defer" */
extern const char *const micro_what_names[MICRO_WHATS];

#endif
