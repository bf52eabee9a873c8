// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/output.h"
#include "lib/util.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The files that reports write, in the directory itself and in figures/. */
static const char *const tables[] = {
	"summary.csv", "verdicts.csv", "costs.csv", "table.txt", "trace-*.csv", NULL,
};
static const char *const figures[] = {
	"relative.*", "absolute.*", "points.csv", "medians.csv", "figure.gp", "trace.gp", "trace-*",
	NULL,
};

static bool matches(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, name, FNM_PERIOD))
			return true;
	return false;
}

static int remove_matching(const char *dir, const char *const *patterns)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int err = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (e = readdir(d)))
		if (matches(e->d_name, patterns) && unlinkat(dirfd(d), e->d_name, 0))
			err = -errno;
	closedir(d);
	return err;
}

int report_clean(const char *dir)
{
	char *sub = bl_fmt("%s/figures", dir);
	int err = bl_mkdir_p(dir);

	err = err ? err : remove_matching(dir, tables);
	err = err ? err : remove_matching(sub, figures);
	if (err)
		bl_err("%s: cannot remove the files of an earlier report: %s", dir, strerror(-err));
	else
		rmdir(sub);	/* if it is empty */
	free(sub);
	return err;
}

bool report_may_write(const char *dir)
{
	return !access(dir, W_OK | X_OK);
}
