/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A flame graph of a profile, as an SVG file. */
#ifndef BL_FLAME_SVG_H
#define BL_FLAME_SVG_H

#include "trace/profile.h"

/**
 * flame_write_svg() - draw a profile as a flame graph
 * @p: the profile
 * @title: the title of the graph
 * @out: where to
 *
 * Each function is as wide as its samples, and stands on the function that calls it.
 */
void flame_write_svg(const struct profile *p, const char *title, FILE *out);

#endif
