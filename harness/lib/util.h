/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small helpers shared by all of the harness. Include this header first: it
 * asks for the GNU interfaces of libc.
 *
 * Functions that return int return 0 or a negative errno unless they say
 * otherwise. Memory that is handed out is malloc()ed and belongs to the
 * caller. Running out of memory ends the program: it has nothing to save that
 * is not already on disk.
 */
#ifndef BL_UTIL_H
#define BL_UTIL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <jansson.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BL_PRINTF(f, a)	__attribute__((format(printf, f, a)))

/* The project's directory: $BOUNCELAB_ROOT, else the parent of the binary's. */
const char *bl_root(void);

/* A path below bl_root(), printf-style. */
char *bl_path(const char *fmt, ...) BL_PRINTF(1, 2);

/* asprintf() that cannot fail. */
char *bl_fmt(const char *fmt, ...) BL_PRINTF(1, 2);
void *bl_zalloc(size_t size);
void *bl_realloc(void *p, size_t size);
char *bl_strdup(const char *s);

/* --- messages, to stderr ------------------------------------------------ */

/* "bouncelab: MESSAGE\n"; the message names thing, value and what to do. */
void bl_err(const char *fmt, ...) BL_PRINTF(1, 2);

/* --- lists of strings; zero-initialised is empty ------------------------- */

struct bl_strv {
	char **v;	/* NULL-terminated once anything was added */
	size_t n;
};

void bl_strv_add(struct bl_strv *l, const char *s);
bool bl_strv_has(const struct bl_strv *l, const char *s);
void bl_strv_sort(struct bl_strv *l);
void bl_strv_free(struct bl_strv *l);
/* "a, b, c" */
char *bl_strv_join(const struct bl_strv *l, const char *sep);
/* Split at commas, strip white space, leave out empty items. */
void bl_strv_split(struct bl_strv *l, const char *s);

/*
 * "bouncelab: WHERE: unknown WHAT 'VALUE'; valid: a, b, c". @where may be
 * NULL. Returns -EINVAL, so that callers can return it.
 */
int bl_err_unknown(const char *where, const char *what, const char *value,
		   const struct bl_strv *valid);

/* Strip white space at both ends, in place; returns the new start. */
char *bl_strip(char *s);

/* Whole-string number parsing with a range; -EINVAL or -ERANGE. */
int bl_parse_u64(const char *s, unsigned long long min, unsigned long long max,
		 unsigned long long *val);
int bl_parse_double(const char *s, double min, double max, double *val);

/* --- time, in seconds ---------------------------------------------------- */

double bl_now(void);		/* since the epoch */
double bl_mono(void);		/* monotonic */
/* "45s", "3m10s", "1h02m": a duration for people. */
const char *bl_duration(double seconds, char *buf, size_t size);

/* --- files --------------------------------------------------------------- */

/* Read a file of any kind (also /proc, /sys); adds a '\0' behind the data. */
int bl_read_file(const char *path, char **buf, size_t *len);

/* Write to a temporary name in the same directory, fsync, rename, fsync dir. */
int bl_write_file(const char *path, const void *buf, size_t len);

/*
 * A file that is made in memory and written as by bl_write_file() once it is whole. What
 * bl_draft_open() returns is written to; saving frees all of it, whatever comes of it.
 * bl_draft_save_in() has a message on stderr that names the file.
 */
struct bl_draft {
	FILE *f;
	char *text;
	size_t len;
};

FILE *bl_draft_open(struct bl_draft *d);
int bl_draft_save(struct bl_draft *d, const char *path);
int bl_draft_save_in(struct bl_draft *d, const char *dir, const char *name);

int bl_fsync_dir(const char *path);
int bl_mkdir_p(const char *path);
/* Remove a tree; a path that does not exist is fine. */
int bl_rm_rf(const char *path);
bool bl_exists(const char *path);

/* --- JSON ---------------------------------------------------------------- */

/* As bl_write_file(), indented, keys in the order of insertion. */
int bl_json_write(const char *path, const json_t *j);

/* NULL with a message on stderr that names file, line and problem. */
json_t *bl_json_load(const char *path);

/* Member @key of an object, or the default if absent or of another type. */
const char *bl_json_str(const json_t *o, const char *key, const char *dflt);
long long bl_json_int(const json_t *o, const char *key, long long dflt);
double bl_json_num(const json_t *o, const char *key, double dflt);

/* --- programs ------------------------------------------------------------ */

/* Where a program is in $PATH, /usr/sbin and /sbin; NULL if nowhere. */
char *bl_which(const char *prog);

/*
 * Run a program to its end and give back what it wrote to stdout (stderr goes
 * nowhere when @quiet). Returns its exit code, 128 + signal, or negative errno.
 */
int bl_run_capture(const char *const argv[], char **out, bool quiet);

#endif
