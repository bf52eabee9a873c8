/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The job files that fio was given, which each run keeps: a job of the same name in two campaigns, or
 * in two runs of one, is the same only if they are.
 */
#ifndef BL_JOB_FILES_H
#define BL_JOB_FILES_H

#include "eval/summary.h"

/**
 * job_files_list_changes() - list the jobs whose file is not the same in all timed runs of a campaign
 * @s: the campaign
 * @out: gets a line for each
 */
void job_files_list_changes(const struct summary *s, struct bl_strv *out);

/**
 * job_files_compare() - compare the file of one job in two campaigns
 * @a: the old campaign
 * @b: the new campaign
 * @job: the job, which both have
 *
 * Return: a line that says how they differ first, which the caller frees; NULL if they do not, or if
 * neither campaign has kept it.
 */
char *job_files_compare(const struct summary *a, const struct summary *b, const char *job);

#endif
