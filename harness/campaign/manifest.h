/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 sums: of single files, of the module's sources, and a campaign's manifest. */
#ifndef BL_CAMPAIGN_MANIFEST_H
#define BL_CAMPAIGN_MANIFEST_H

#include "lib/util.h"

#define CAMPAIGN_MANIFEST	"MANIFEST.sha256"
#define CAMPAIGN_MAX_NAMED	5	/* things that are wrong in a campaign and are named */

/* A message on a campaign that is not as it was written ends with its directory and this remedy. */
#define CAMPAIGN_REMEDY		"restore it from a copy, or run its plan again"

/* Why a path is refused that campaign_find_odd() finds. */
#define CAMPAIGN_ODD		"is a link or a special file, and a campaign has regular files only"

/*
 * The lists of the sources of each module and of the programs: shell patterns, and
 * comments that begin with '#'.
 */
#define MODULE_SOURCES		"kmod/sources"
#define LOCKWAIT_SOURCES	"kmod/lockwait/sources"
#define GUEST_SOURCES		"harness/guest/sources"
#define HARNESS_SOURCES		"harness/sources"

/**
 * campaign_sum_file() - sum one file
 * @path: the file
 *
 * Return: 64 hexadecimal digits, which the caller frees; NULL if it cannot be read.
 */
char *campaign_sum_file(const char *path);

/**
 * campaign_sum_dir() - sum all files below a directory into one number
 * @dir: the directory
 *
 * The number is that of `sha256sum FILE... | sha256sum`, in the directory, the files in the order
 * of their names.
 *
 * Return: 64 hexadecimal digits, which the caller frees; NULL if a file cannot be read, or is no
 * regular file.
 */
char *campaign_sum_dir(const char *dir);

/**
 * campaign_find_odd() - find what is neither a regular file nor a directory, for example a link
 * @dir: the campaign's directory
 * @below: a path in it; NULL: all paths of raw files
 *
 * The program writes regular files only. A link could lead to a file that no sum is of.
 *
 * Return: the first such path, relative to @dir, which the caller frees; NULL if there is none.
 */
char *campaign_find_odd(const char *dir, const char *below);

/**
 * campaign_add_sources() - add the files that a list of sources names
 * @files: gets paths relative to the project's directory
 * @list: MODULE_SOURCES, LOCKWAIT_SOURCES, GUEST_SOURCES or HARNESS_SOURCES
 *
 * Return: 0, or a negative errno without a message: the list cannot be read.
 */
int campaign_add_sources(struct bl_strv *files, const char *list);

/**
 * campaign_sum_sources() - sum all sources of both modules into one number
 *
 * The number is that of `sha256sum FILE... | sha256sum`, the files in the order of their
 * names: campaigns with the same number ran the same sources.
 *
 * Return: 64 hexadecimal digits, which the caller frees; NULL without the sources.
 */
char *campaign_sum_sources(void);

/* Return an object from each of these sources to its sum. The caller owns it. */
json_t *campaign_sum_each_source(void);

/**
 * campaign_write_manifest() - write MANIFEST.sha256 over all raw files
 * @dir: the campaign's directory
 *
 * `sha256sum -c MANIFEST.sha256` in the directory checks it. A campaign with a manifest is
 * finished.
 *
 * Return: 0, or a negative errno with a message (-EBADMSG: there is a link).
 */
int campaign_write_manifest(const char *dir);

/* Tell whether there is a manifest. */
bool campaign_has_manifest(const char *dir);

/**
 * campaign_check_manifest() - compare the raw files of a campaign with its manifest
 * @dir: the campaign's directory
 * @whole: sum every file; else only the files that were changed or copied since the manifest was
 *         written, by their time of change, and all of them if their size in total has changed
 *
 * Return: 0; -EBADMSG, with messages that name the files that are missing, differ, or are there and
 * not in the manifest; another negative errno, with a message, if there is no manifest to read.
 */
int campaign_check_manifest(const char *dir, bool whole);

#endif
