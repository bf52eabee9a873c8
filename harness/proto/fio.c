// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the output of fio 3.33 with --output-format=json or json+. */
#include "lib/util.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/fio.h"

static const char *const directions[] = { "read", "write" };

/* All latency histograms of a file, and fio's own percentiles for a file without bins. */
struct latencies {
	struct hist hist;
	double expected;	/* I/Os that the bins should have */
	double p50, p99;	/* the largest of fio's percentiles */
	unsigned int sources;	/* (entry, direction) pairs with I/O */
};

static double get_number(const json_t *o, const char *key)
{
	return bl_json_num(o, key, NAN);
}

/* Return the length of a nan or inf at @s, which is outside of strings; 0 if there is none. */
static size_t nan_length(const char *s)
{
	size_t sign = *s == '-' || *s == '+';

	if (!strncasecmp(s + sign, "nan", 3) || !strncasecmp(s + sign, "inf", 3))
		return sign + 3;
	return 0;
}

/*
 * Copy @text with null for every nan and inf. A null may be a byte longer than the text that it
 * replaces.
 */
static char *replace_nan(const char *text)
{
	char *out = bl_zalloc(strlen(text) * 4 / 3 + 8), *o = out;
	bool in_string = false;
	size_t skip;

	while (*text) {
		if (in_string && text[0] == '\\' && text[1]) {
			*o++ = *text++;
		} else if (*text == '"') {
			in_string = !in_string;
		} else if (!in_string && (skip = nan_length(text))) {
			o = stpcpy(o, "null");
			text += skip;
			continue;
		}
		*o++ = *text++;
	}
	return out;
}

/* Load JSON that begins at @text. A quote in the messages before it must not count. */
static json_t *load_without_nan(const char *text, json_error_t *e)
{
	char *clean = replace_nan(text);
	json_t *j = json_loads(clean, JSON_DISABLE_EOF_CHECK, e);

	free(clean);
	return j;
}

/* Find the first '{' that starts a JSON object, because messages may have braces too. */
static json_t *find_object(const char *text, char *why, size_t whylen)
{
	const char *start = strchr(text, '{');
	json_error_t e;
	json_t *j;

	if (!start) {
		snprintf(why, whylen, "no JSON object in fio's output");
		return NULL;
	}
	j = load_without_nan(start, &e);
	if (!j)
		snprintf(why, whylen, "fio's JSON is broken: %s (line %d after the first '{')",
			 e.text, e.line);
	while (!j && (start = strstr(start, "\n{"))) {
		start++;
		j = load_without_nan(start, &e);
	}
	return j;
}

static void add_bins(struct latencies *lat, const json_t *bins)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)bins, key, v)
		hist_add(&lat->hist, strtod(key, NULL), json_number_value(v));
}

static void add_latencies(struct latencies *lat, const json_t *dir)
{
	const json_t *clat = json_object_get(dir, "clat_ns");
	const json_t *pct = json_object_get(clat, "percentile");

	lat->sources++;
	lat->p50 = fmax(lat->p50, get_number(pct, "50.000000"));
	lat->p99 = fmax(lat->p99, get_number(pct, "99.000000"));
	lat->expected += bl_json_num(clat, "N", 0);
	add_bins(lat, json_object_get(clat, "bins"));
}

static void set_percentiles(struct fio_result *r, struct latencies *lat)
{
	bool complete = lat->hist.n && lat->hist.total >= lat->expected;

	r->clat_p50_ns = lat->p50;
	r->clat_p99_ns = lat->p99;
	if (!complete)
		hist_free(&lat->hist);
	if (lat->sources < 2 || !complete)
		return;
	r->clat_p50_ns = hist_percentile(&lat->hist, 0.50);
	r->clat_p99_ns = hist_percentile(&lat->hist, 0.99);
}

/*
 * Return how far a rate is from what was done in the time, as a share of that, when a difference
 * of @one is left out; 0 where a number is missing.
 */
static double rate_error(double rate, double ms, double done, double one)
{
	double off = fabs(rate * ms / 1000 - done) - one;

	return off > 0 && done > 0 ? off / done : 0;
}

static double direction_error(const json_t *dir)
{
	double ms = get_number(dir, "runtime"), ios = get_number(dir, "total_ios");
	double bytes = get_number(dir, "io_bytes");
	double of_ios = rate_error(get_number(dir, "iops"), ms, ios, 1);

	return fmax(of_ios, rate_error(get_number(dir, "bw_bytes"), ms, bytes, bytes / ios));
}

/* Return the number that a job's options have, as text, in the entry or for all; else 1. */
static double get_option(const json_t *global, const json_t *job, const char *key)
{
	const char *text = bl_json_str(json_object_get(job, "job options"), key, NULL);
	double number;

	text = text ? text : bl_json_str(global, key, "1");
	return bl_parse_double(text, 1, 1e6, &number) ? 1 : number;
}

static bool has_option(const json_t *global, const json_t *job, const char *key)
{
	return json_object_get(json_object_get(job, "job options"), key) ||
	       json_object_get(global, key);
}

/*
 * Return how many latencies fio has above or below the I/Os that it counts. I/Os in flight when the
 * ramp time ends are in one of the two alone: there are at most @in_flight of them. A job can forbid
 * fio to measure completion latencies.
 */
static double count_error(const json_t *dir, double in_flight)
{
	double n = bl_json_num(json_object_get(dir, "clat_ns"), "N", 0);
	double off = fabs(n - get_number(dir, "total_ios")) - in_flight;

	return n > 0 && off > 0 ? off : 0;
}

static void add_entry(struct fio_result *r, struct latencies *lat, const json_t *global,
		      const json_t *job)
{
	double in_flight = get_option(global, job, "iodepth") * get_option(global, job, "numjobs");
	double runtime = 0;
	size_t i;

	r->entries++;
	if (!r->error)
		r->error = bl_json_int(job, "error", 0);
	/* With continue_on_error, the member "error" of the entry stays 0. */
	if (!r->error && bl_json_int(job, "total_err", 0))
		r->error = bl_json_int(job, "first_error", EIO);

	for (i = 0; i < ARRAY_SIZE(directions); i++) {
		const json_t *dir = json_object_get(job, directions[i]);

		r->iops += get_number(dir, "iops");
		r->bw_bytes += get_number(dir, "bw_bytes");
		r->ios += get_number(dir, "total_ios");
		runtime = fmax(runtime, get_number(dir, "runtime"));
		r->rate_error = fmax(r->rate_error, direction_error(dir));
		r->count_error = fmax(r->count_error, count_error(dir, in_flight));
		if (get_number(dir, "total_ios") > 0)
			add_latencies(lat, dir);
	}
	r->runtime_ms = fmin(r->runtime_ms, runtime);
	if (has_option(global, job, "runtime"))
		r->longest_ms = fmax(r->longest_ms, runtime);
}

int fio_parse(const char *text, size_t len, struct fio_result *r, struct hist *hist,
	      char *why, size_t whylen)
{
	struct latencies lat = { .p50 = NAN, .p99 = NAN };
	char *copy;
	json_t *root, *jobs, *job;
	size_t i;
	int err = -EBADMSG;

	*r = (struct fio_result){
		.runtime_ms = NAN, .clat_p50_ns = NAN, .clat_p99_ns = NAN,
	};
	if (whylen)
		*why = '\0';
	copy = bl_zalloc(len + 1);
	memcpy(copy, text, len);
	root = find_object(copy, why, whylen);
	if (!root)
		goto out;
	jobs = json_object_get(root, "jobs");
	if (!json_array_size(jobs)) {
		snprintf(why, whylen, "no jobs in fio's JSON");
		goto out;
	}
	json_array_foreach(jobs, i, job)
		add_entry(r, &lat, json_object_get(root, "global options"), job);
	set_percentiles(r, &lat);
	if (hist)
		hist_merge(hist, &lat.hist);
	err = 0;
out:
	json_decref(root);
	hist_free(&lat.hist);
	free(copy);
	return err;
}

int fio_read(const char *path, struct fio_result *r, struct hist *hist, char *why,
	     size_t whylen)
{
	size_t len;
	char *text;
	int err;

	err = bl_read_file(path, &text, &len);
	if (err) {
		snprintf(why, whylen, "cannot read fio's output: %s", strerror(-err));
		return err;
	}
	err = fio_parse(text, len, r, hist, why, whylen);
	free(text);
	return err;
}

int fio_check(const struct fio_result *r, double planned_ms,
	      char *why, size_t whylen)
{
	if (whylen)
		*why = '\0';
	if (r->error) {
		snprintf(why, whylen, "fio reported error %d (%s)", r->error,
			 strerror(r->error));
		return -EIO;
	}
	if (!(r->ios > 0)) {
		snprintf(why, whylen, "fio completed no I/O");
		return -ENODATA;
	}
	if (!(r->iops > 0) || !(r->bw_bytes > 0) || !isfinite(r->iops) ||
	    !isfinite(r->bw_bytes) || !isfinite(r->runtime_ms)) {
		snprintf(why, whylen, "fio gave no usable iops, bw_bytes or runtime");
		return -ENODATA;
	}
	if (planned_ms > 0 && r->runtime_ms < FIO_MIN_RUNTIME * planned_ms) {
		snprintf(why, whylen, "ran %.0f ms of the planned %.0f ms, less than %.0f %%",
			 r->runtime_ms, planned_ms, FIO_MIN_RUNTIME * 100);
		return -ETIME;
	}
	if (planned_ms > 0 && r->longest_ms > FIO_MAX_RUNTIME * planned_ms + FIO_LATE_MS) {
		snprintf(why, whylen, "ran %.0f ms in place of the planned %.0f ms: it stood still, or "
			 "the clock jumped", r->longest_ms, planned_ms);
		return -ETIME;
	}
	if (r->rate_error > FIO_MAX_RATE_ERROR) {
		snprintf(why, whylen, "its IOPS or bandwidth are %.1f %% from its I/Os by its runtime: "
			 "not numbers that fio wrote", r->rate_error * 100);
		return -ENODATA;
	}
	if (r->count_error > 0) {
		snprintf(why, whylen, "it has latencies of %.0f I/Os more or fewer than it counts: not "
			 "numbers that fio wrote", r->count_error);
		return -ENODATA;
	}
	return 0;
}

enum run_status fio_status(int err)
{
	if (!err)
		return STATUS_OK;
	return err == -ENODATA || err == -ETIME ? STATUS_INVALID : STATUS_FAILED;
}

char *fio_name(const char *job, unsigned int run)
{
	return run == 1 ? bl_strdup(job) : bl_fmt("%s.%u", job, run);
}
