/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one list of the files that are derived from a campaign's runs. */
#ifndef BL_CAMPAIGN_DERIVED_H
#define BL_CAMPAIGN_DERIVED_H

#include <stdbool.h>

/**
 * campaign_is_derived() - tell whether a file can be made again from the runs
 * @path: file or directory, relative to the campaign's directory
 *
 * The manifest leaves out derived files, and a merge does not copy them. What the report
 * writes must be in the list; tests/program/resume.sh checks it.
 *
 * Return: true if it is derived or below a directory that is.
 */
bool campaign_is_derived(const char *path);

#endif
