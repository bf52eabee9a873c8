/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory that a report writes into. */
#ifndef BL_REPORT_OUTPUT_H
#define BL_REPORT_OUTPUT_H

#include <stdbool.h>

/**
 * report_clean() - make a directory ready for a report
 * @dir: the directory, which is made if there is none
 *
 * Removes the files that an earlier report wrote there, so that tables and figures are never of
 * two reports with different options. Other files stay.
 *
 * Return: 0, or a negative errno with a message.
 */
int report_clean(const char *dir);

/* Tell whether files can be made in a directory. */
bool report_may_write(const char *dir);

#endif
