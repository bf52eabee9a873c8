/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of a campaign's files: those that are derived from its runs, and the raw ones. */
#ifndef BL_CAMPAIGN_DERIVED_H
#define BL_CAMPAIGN_DERIVED_H

#include <stdbool.h>

/**
 * campaign_is_derived() - tell whether a file can be made again from the runs
 * @path: file or directory, relative to the campaign's directory
 *
 * A merge does not copy such files. What the report writes must be in the list;
 * tests/program/resume.sh checks it.
 *
 * Return: true if it is derived or below a directory that is.
 */
bool campaign_is_derived(const char *path);

/**
 * campaign_is_raw() - tell whether a campaign writes a file of this name
 * @path: file or directory, relative to the campaign's directory
 *
 * The manifest has raw files only. A file that is neither raw nor derived was put there by somebody
 * else: the campaign does not vouch for it.
 *
 * Return: true if it is raw or below a directory that is.
 */
bool campaign_is_raw(const char *path);

#endif
