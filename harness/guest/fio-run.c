// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/fio-run.h"
#include "proto/fio.h"
#include "guest/line.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds that fio may take beyond its run time: an emulated guest is slow. */
#define FIO_GRACE	60.0
#define FIO_BY_SIZE	300.0

struct job {
	char *name;		/* "4k-randread-1" */
	char *file, *json, *err;
	bool timed;
	double runtime, ramp;	/* seconds */
};

/* Tell whether a line sets @key; a comment does not. */
static bool sets_key(const char *line, const char *key)
{
	size_t n = strlen(key);

	line += strspn(line, " \t");
	if (strncmp(line, key, n))
		return false;
	line += n;
	line += strspn(line, " \t");
	return *line == '=';
}

/*
 * Return @text, a job file, with the plan's times: @runtime_s seconds for "runtime=" in each
 * section, and @ramp_s, if not 0, for "ramp_time=" behind it. A file without "runtime=" ends by
 * size: it is returned as it is, and @timed is false. The caller frees the text.
 */
static char *set_job_times(const char *text, double runtime_s, double ramp_s, bool *timed)
{
	char *copy = bl_strdup(text), *p = copy, *line, *out = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&out, &len);

	*timed = false;
	while ((line = strsep(&p, "\n"))) {
		if (!p && !*line)
			break;
		if (sets_key(line, "ramp_time"))
			continue;
		if (!sets_key(line, "runtime")) {
			fprintf(f, "%s\n", line);
			continue;
		}
		*timed = true;
		/* fio reads whole numbers only. */
		fprintf(f, "runtime=%.0fms\n", runtime_s * 1000);
		if (ramp_s > 0)
			fprintf(f, "ramp_time=%.0fms\n", ramp_s * 1000);
	}
	fclose(f);
	free(copy);
	if (!*timed) {
		free(out);
		out = bl_strdup(text);
	}
	return out;
}

static int prepare_job(struct guest_run *r, struct job *j, const char *path, unsigned int run)
{
	char *copy = bl_strdup(path), *base = basename(copy), *dot = strrchr(base, '.');
	char *text, *out;
	int ret;

	if (dot)
		*dot = '\0';
	j->name = fio_name(base, run);
	free(copy);
	j->file = bl_fmt("%s/job-%s.fio", r->dir, j->name);
	j->json = bl_fmt("%s/fio-%s.json", r->dir, j->name);
	j->err = bl_fmt("%s/fio-%s.err", r->dir, j->name);
	j->runtime = bl_json_num(r->op, "runtime_s", 1);
	j->ramp = bl_json_num(r->op, "ramp_s", 0);

	ret = bl_read_file(path, &text, NULL);
	if (ret)
		return guest_fail(&r->outcome, "cannot read the job file %s: %s", path,
				  strerror(-ret));
	out = set_job_times(text, j->runtime, j->ramp, &j->timed);
	ret = bl_write_file(j->file, out, strlen(out));
	if (ret)
		guest_fail(&r->outcome, "cannot write %s: %s", j->file, strerror(-ret));
	free(text);
	free(out);
	return ret;
}

/* Fail the run, with the end of fio's messages. */
static int fail_with_fio(struct guest_run *r, const struct job *j, const char *why)
{
	char tail[400];

	guest_last_lines(j->err, 3, tail, sizeof(tail));
	return guest_fail(&r->outcome, "fio %s: %s%s%s", j->name, why, *tail ? ": " : "", tail);
}

static int run_fio(struct guest_run *r, struct job *j, struct guest_proc *fio,
		   struct guest_proc *daemon)
{
	char *output = bl_fmt("--output=%s", j->json), why[128];
	const char *argv[] = {
		"fio", "--output-format=json+", output, "--eta=never", j->file, NULL
	};
	double limit = j->timed ? j->runtime + j->ramp + FIO_GRACE : FIO_BY_SIZE;
	int err, ret;

	err = open(j->err, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ret = guest_spawn(fio, "fio", argv, err, err);
	if (err >= 0)
		close(err);
	free(output);
	if (ret)
		return fail_with_fio(r, j, strerror(-ret));
	ret = guest_wait(fio, daemon, (int)(limit * 1000));
	if (!ret)
		return 0;
	/* fio ignores SIGTERM while its I/O does not complete, so the time for it is short. */
	if (guest_stop(fio, 500))
		r->outcome.reboot = true;
	if (ret == -EOWNERDEAD)
		return fail_with_fio(r, j, "the daemon died");
	snprintf(why, sizeof(why), "not done after %.0f s", limit);
	return fail_with_fio(r, j, why);
}

static int check_result(struct guest_run *r, struct job *j, struct guest_proc *fio)
{
	struct fio_result res;
	char why[256];
	int ret;

	ret = fio_read(j->json, &res, NULL, why, sizeof(why));
	if (!guest_succeeded(fio))
		return fail_with_fio(r, j, guest_describe_end(fio));
	if (ret)
		return fail_with_fio(r, j, why);
	ret = fio_check(&res, j->timed ? j->runtime * 1000 : 0, why, sizeof(why));
	if (fio_status(ret) == STATUS_INVALID)
		return guest_invalid(&r->outcome, "fio %s: %s", j->name, why);
	return ret ? fail_with_fio(r, j, why) : 0;
}

int guest_run_fio(struct guest_run *r, const char *path, unsigned int run,
		  struct guest_proc *daemon)
{
	double t0 = bl_mono();
	struct guest_proc fio = {};
	struct job j = {};
	json_t *entry, *list;
	int ret;

	ret = prepare_job(r, &j, path, run);
	if (!ret) {
		guest_send_stage(r, "fio", j.name);
		ret = run_fio(r, &j, &fio, daemon);
	}
	if (!ret)
		ret = check_result(r, &j, &fio);
	entry = json_pack("{s:s, s:f, s:s, s:b, s:b}", "name", j.name,
			  "ms", (bl_mono() - t0) * 1000, "end", guest_describe_end(&fio),
			  "ok", !ret, "timed", j.timed);
	list = json_object_get(r->doc, "fio");
	json_array_append_new(list, entry);
	guest_forget(&fio);
	free(j.name);
	free(j.file);
	free(j.json);
	free(j.err);
	return ret;
}
