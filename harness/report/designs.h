/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Print the designs that a pilot campaign leads to, as text and as JSON. */
#ifndef BL_REPORT_DESIGNS_H
#define BL_REPORT_DESIGNS_H

#include "eval/pilot.h"

/* One row of the table of designs. */
struct pilot_row {
	struct pilot_design design;	/* blocks is 0 if no number of blocks gives the width */
	double seconds;			/* NaN if blocks is 0 */
	bool cheapest;
};

struct pilot_view {
	const struct pilot *pilot;
	const char *name;		/* of the campaign */
	double width;			/* wanted, in per cent */
	size_t devices_per_block;
	const struct pilot_row *rows;
	size_t n_rows;
};

void report_pilot_text(const struct pilot_view *v, FILE *f);
void report_pilot_json(const struct pilot_view *v, FILE *f);

#endif
