/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of figures: which labels they show under which names, and how they are written. */
#ifndef BL_FIGURE_OPTIONS_H
#define BL_FIGURE_OPTIONS_H

#include "lib/gnuplot.h"

#define FIGURE_WIDTH		7.0	/* inches: two columns of a paper */
#define FIGURE_WIDTH_MIN	3.0
#define FIGURE_WIDTH_MAX	24.0
#define FIGURE_CHARACTER	0.056	/* inches of a character of text, on average */

struct figure_options {
	unsigned int formats;		/* bits by enum gnuplot_format */
	double width;			/* inches */
	struct bl_strv select;		/* labels to show; empty: all */
	struct bl_strv order;		/* labels that come first; the others by mechanism */
	struct bl_strv from, to;	/* labels and the names that they get */
};

#define FIGURE_OPTIONS_DEFAULTS	{						\
	.formats = 1 << GNUPLOT_SVG | 1 << GNUPLOT_PDF, .width = FIGURE_WIDTH,	\
}

/*
 * Set the formats from a list of names, the width from a number, and add to the names from a
 * list "OLD=NEW,...". Return 0, or -EINVAL with a message that begins with the option's name.
 */
int figure_options_set_formats(struct figure_options *o, const char *list);
int figure_options_set_width(struct figure_options *o, const char *inches);
int figure_options_add_names(struct figure_options *o, const char *list);
void figure_options_free(struct figure_options *o);

/* A row, a line or a bar of a figure. */
struct figure_row {
	char *label;		/* as the campaign has it */
	char *shown;		/* as the figure shows it */
	char *strategy;
	bool baseline;		/* it, or its A/A copy */
};

struct figure_rows {		/* zero-initialised is empty */
	struct figure_row *v;
	size_t n;
};

/*
 * Add a label, unless it is there. It stands where its strategy does, the baseline and its A/A copy
 * in front of all that bounce.
 */
void figure_rows_add(struct figure_rows *r, const char *label, const char *strategy, bool baseline);

/**
 * figure_rows_choose() - select, order and name the rows as the options say
 * @r: the labels of all campaigns
 * @o: the options
 *
 * Return: 0, or -EINVAL with a message: an option names a label that is not there, or two rows
 * would have one name.
 */
int figure_rows_choose(struct figure_rows *r, const struct figure_options *o);
void figure_rows_free(struct figure_rows *r);

/* Return the name that a label has in figures. */
const char *figure_options_name(const struct figure_options *o, const char *label);

/* Return the index of the row with that label, or -1. */
int figure_rows_find(const struct figure_rows *r, const char *label);

/* Write a text as an array of lines, which a figure of @width inches has room for. */
void figure_write_lines(FILE *f, const char *name, const char *text, double width);

#endif
