// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Run the plane native: a strategy has one program, built from micro/native when the sources are
 * newer, and a run has one process.
 */
#include "micro/micro.h"
#include "lib/dirs.h"
#include "lib/machine.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- programs ---------------------------------------------------------------- */

/* Build all programs. The output of make goes to stderr, since stdout is for the result. */
static int build_programs(const char *out)
{
	char *jobs = bl_fmt("-j%u", bl_count_cpus()), *dir = bl_fmt("OUT=%s", out);
	const char *const argv[] = { "make", "--no-print-directory", "-C", bl_root(), jobs, "-f",
				     "harness/micro/native/Makefile", dir, "all", NULL };
	char *text = NULL;
	int code;

	unsetenv("MAKEFLAGS");	/* a make that runs this program has set it */
	code = bl_run_capture(argv, &text, false);
	if (code)
		bl_err("cannot build harness/micro/native: make exits with %d:\n%s", code,
		       text ? text : "");
	free(text);
	free(dir);
	free(jobs);
	return code ? -EINVAL : 0;
}

static int find_programs(const char *dir, struct bl_strv *names)
{
	char *path = bl_fmt("%s/timed", dir), *file;
	struct dirent *e;
	struct stat st;
	DIR *d = opendir(path);

	if (!d) {
		bl_err("%s: %s", path, strerror(errno));
		free(path);
		return -EINVAL;
	}
	while ((e = readdir(d))) {
		file = bl_fmt("%s/%s", path, e->d_name);
		if (!stat(file, &st) && S_ISREG(st.st_mode) && st.st_mode & 0100)
			bl_strv_add(names, e->d_name);
		free(file);
	}
	closedir(d);
	free(path);
	bl_strv_sort(names);
	return 0;
}

int micro_native_find(struct micro_campaign *c, struct bl_strv *names)
{
	const char *given = getenv("BOUNCELAB_MICRO");

	c->programs = given ? bl_strdup(given) : bl_path("build/micro");
	return given || bl_is_installed() ? find_programs(c->programs, names) :
	       micro_find_strategies(names);
}

int micro_native_begin(const struct micro_campaign *c)
{
	return getenv("BOUNCELAB_MICRO") || bl_is_installed() ? 0 : build_programs(c->programs);
}

/* --- one run ----------------------------------------------------------------- */

json_t *micro_native_run(const struct micro_campaign *c, const char *variant,
			 const char *strategy, const struct micro_config *k, char **why)
{
	struct bl_strv argv = {};
	json_error_t error;
	json_t *j = NULL;
	char *out = NULL;
	int code;

#define ADD(...) \
	do { char *s_ = bl_fmt(__VA_ARGS__); bl_strv_add(&argv, s_); free(s_); } while (0)
	ADD("%s/%s/%s", c->programs, variant, strategy);
	ADD("size=%u", k->size);
	ADD("offset=%u", k->offset);
	ADD("threads=%u", k->threads);
	ADD("outstanding=%u", k->outstanding);
	ADD("direction=%u", k->direction);
	ADD("flags=%u", k->flags);
	ADD("slices=%u", k->slices);
	ADD("buffers=%u", k->buffers);
	ADD("stride=%u", k->stride);
	ADD("seed=%u", k->seed);
	ADD("verify=%u", k->verify);
	ADD("cpus=%u", c->played);
	ADD("window=%llu", k->window);
	ADD("warm_ns=%llu", k->warm_ns);
	ADD("slice_ns=%llu", k->slice_ns);
#undef ADD
	code = bl_run_capture((const char *const *)argv.v, &out, false);
	if (!code)
		j = json_loads(out, 0, &error);
	if (!j && code > 128)
		*why = bl_fmt("killed by signal %d", code - 128);
	else if (!j)
		*why = code ? bl_fmt("exits with %d", code) :
			      bl_fmt("writes no JSON: %s", error.text);
	free(out);
	bl_strv_free(&argv);
	return j;
}
