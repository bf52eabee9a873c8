/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile: sampled call chains, added up in a tree. Each node is a function at one place of
 * the chains, below the function that calls it.
 */
#ifndef BL_PROFILE_H
#define BL_PROFILE_H

#include "lib/util.h"

/**
 * struct profile_node - a function at one place of the call chains
 * @name: the function; of the nodes below the root, the program; NULL: the root
 * @samples: samples with this function here, whatever it calls
 * @child: the first of the functions that it calls
 * @next: the next of the functions that its caller calls, by name
 */
struct profile_node {
	char *name;
	double samples;
	struct profile_node *child, *next;
};

struct profile;

/**
 * profile_new() - make an empty profile
 *
 * Return: the profile; profile_free() frees it.
 */
struct profile *profile_new(void);

/**
 * profile_free() - free a profile
 * @p: the profile
 */
void profile_free(struct profile *p);

/**
 * profile_add_script() - add the samples that `perf script -F comm,ip,sym` has printed
 * @p: the profile
 * @path: the file; its lines about lost samples (--show-lost-events) are counted apart
 *
 * Return: 0, or a negative errno: the file cannot be read.
 */
int profile_add_script(struct profile *p, const char *path);

/**
 * profile_add_folded() - add the samples of a file that profile_write_folded() wrote
 * @p: the profile
 * @path: the file
 *
 * Return: 0, or a negative errno: the file cannot be read.
 */
int profile_add_folded(struct profile *p, const char *path);

/**
 * profile_write_folded() - write a profile as "PROGRAM;OUTER;INNER COUNT" lines
 * @p: the profile
 * @out: where to
 */
void profile_write_folded(const struct profile *p, FILE *out);

/**
 * profile_root() - return the root of a profile's tree
 * @p: the profile
 *
 * Return: the root, which belongs to the profile and has no name; its children are programs.
 */
const struct profile_node *profile_root(const struct profile *p);

/**
 * profile_samples() - return how many samples a profile has
 * @p: the profile
 *
 * Return: the samples of all programs.
 */
double profile_samples(const struct profile *p);

/**
 * profile_lost() - return how many samples perf lost
 * @p: the profile
 *
 * Return: the samples that the scripts say were lost.
 */
double profile_lost(const struct profile *p);

/**
 * profile_share() - compute the share of samples that have a function in their chain
 * @p: the profile
 * @prefix: the beginning of the function's name
 *
 * Return: 0..1; 0 for an empty profile.
 */
double profile_share(const struct profile *p, const char *prefix);

#endif
