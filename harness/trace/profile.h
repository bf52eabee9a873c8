/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call chains, summed, and drawn as a flame graph: each function as wide as the samples that
 * have it, upon the one that called it.
 */
#ifndef BL_FLAME_H
#define BL_FLAME_H

#include "lib/util.h"

struct flame;

struct flame *flame_new(void);
void flame_free(struct flame *f);

/*
 * Both take what they can read; a file that is not there is -ENOENT. The script's lines on
 * lost samples (perf script --show-lost-events) are no samples, and counted.
 */
int flame_add_script(struct flame *f, const char *path);
int flame_add_folded(struct flame *f, const char *path);

double flame_samples(const struct flame *f);
double flame_lost(const struct flame *f);
void flame_write_folded(const struct flame *f, FILE *out);

/* The share of samples with a function whose name begins with @prefix. */
double flame_share(const struct flame *f, const char *prefix);

void flame_write_svg(const struct flame *f, const char *title, FILE *out);

#endif
