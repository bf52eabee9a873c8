/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The public face of lib/, which holds what any program could use and which knows nothing of
 * strategies or campaigns: memory, text, files, JSON, child programs (here), CSV, tables,
 * progress, gnuplot, the description of a machine, signals, directories (in headers of their
 * own). Nothing goes out but return values, files that the caller names, and messages on
 * stderr.
 *
 * Include this header first: it asks for the GNU interfaces of libc. A function that returns
 * int returns 0 or a negative errno unless its comment says otherwise. A function that returns
 * a char * which is not const returns allocated memory, and the caller frees it. Running out
 * of memory ends the program: everything that it could save is on disk already.
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

/**
 * bl_root() - find the project's directory
 *
 * Return: $BOUNCELAB_ROOT, or the parent of the directory that has the program.
 */
const char *bl_root(void);

/* Make a path below bl_root(), printf-style. */
char *bl_path(const char *fmt, ...) BL_PRINTF(1, 2);

/* Format as asprintf() and vasprintf() do; both always succeed. */
char *bl_fmt(const char *fmt, ...) BL_PRINTF(1, 2);
char *bl_vfmt(const char *fmt, va_list ap);

/* Allocate as calloc(), realloc() and strdup() do; all of them always succeed. */
void *bl_zalloc(size_t size);
void *bl_realloc(void *p, size_t size);
char *bl_strdup(const char *s);

/* --- messages, to stderr ------------------------------------------------ */

/* Print "bouncelab: MESSAGE\n". The message names the thing, its value and the remedy. */
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
/* Join to "a, b, c" with @sep between two items. */
char *bl_strv_join(const struct bl_strv *l, const char *sep);
/* Split at commas, strip white space, leave out empty items. */
void bl_strv_split(struct bl_strv *l, const char *s);
/* Add @text in lines of at most @width characters, split at blanks; a longer word is a line. */
void bl_wrap_text(struct bl_strv *l, const char *text, size_t width);

/**
 * bl_find_name() - find a name in a table
 * @names: the table, its entries numbered as an enum
 * @n: number of entries
 * @name: the name, or NULL
 *
 * Return: the index of the entry, or -1.
 */
int bl_find_name(const char *const *names, size_t n, const char *name);

/**
 * bl_err_unknown() - report a name that is not one of the valid ones
 * @where: "file:line" or an option; may be NULL
 * @what: what the name should name
 * @value: the name
 * @valid: the valid names
 *
 * Prints "bouncelab: WHERE: unknown WHAT 'VALUE'; valid: a, b, c".
 *
 * Return: -EINVAL, so that a caller can return it.
 */
int bl_err_unknown(const char *where, const char *what, const char *value,
		   const struct bl_strv *valid);

/* Strip white space at both ends, in place, and return the new start. */
char *bl_strip(char *s);

/* Return the part in brackets of "always [madvise] never", in place, or a text without any. */
char *bl_pick_choice(char *text);

/* Parse a whole string as a number from @min to @max; -EINVAL or -ERANGE. */
int bl_parse_u64(const char *s, unsigned long long min, unsigned long long max,
		 unsigned long long *val);
int bl_parse_double(const char *s, double min, double max, double *val);

/* --- time, in seconds ---------------------------------------------------- */

double bl_now(void);		/* since the epoch */
double bl_mono(void);		/* monotonic */
/* Write a duration for people, "45s", "3m10s" or "1h02m", to @buf and return it. */
const char *bl_duration(double seconds, char *buf, size_t size);

/* --- files --------------------------------------------------------------- */

/* Read a file of any kind (also in /proc, /sys); add a '\0' behind the data. */
int bl_read_file(const char *path, char **buf, size_t *len);

/* Return a file's text without white space at its ends, or NULL. */
char *bl_read_text(const char *path);

/* Write to a temporary name in the same directory, fsync, rename, fsync the directory. */
int bl_write_file(const char *path, const void *buf, size_t len);

/*
 * A file that is made in memory and written as by bl_write_file() once it is whole. Write to
 * what bl_draft_open() returns. Both functions that save free the draft, also on error;
 * bl_draft_save_in() prints a message that names the file on error.
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
/* Remove a tree. A path that does not exist is no error. */
int bl_rm_rf(const char *path);
bool bl_exists(const char *path);

/**
 * bl_glob() - find the paths that match a shell pattern below a directory
 * @dir: the directory; its name is taken as it is, also if it has *, ? or [
 * @pattern: the pattern, relative to it
 * @paths: takes the paths, which begin with @dir, in the order of their names
 */
void bl_glob(const char *dir, const char *pattern, struct bl_strv *paths);

/* Return the bytes that are free for us in the file system of @path; 0 if that is unknown. */
unsigned long long bl_free_space(const char *path);

/* --- JSON ---------------------------------------------------------------- */

/* Write as bl_write_file() does, indented, with the keys in the order of insertion. */
int bl_json_write(const char *path, const json_t *j);

/* Return the text that bl_json_write() writes, or NULL if @j is none. */
char *bl_json_text(const json_t *j);

/* Load a file. Return NULL with a message that names file, line and problem on error. */
json_t *bl_json_load(const char *path);

/* Return member @key of an object, or the default if it is absent or of another type. */
const char *bl_json_str(const json_t *o, const char *key, const char *dflt);
long long bl_json_int(const json_t *o, const char *key, long long dflt);
double bl_json_num(const json_t *o, const char *key, double dflt);

/*
 * Make the text fit for JSON: if it is not UTF-8, put '?' in the place of each byte that is not
 * ASCII. A fixed buffer may end in the middle of a character, and programs print what they like.
 */
void bl_repair_utf8(char *text);

/**
 * bl_json_schema_error() - tell why a file's schema number is not known
 * @path: the file, for the message
 * @o: what was read from it
 * @newest: the newest number that the caller knows
 *
 * A file says its number as "schema"; one without has number 1.
 *
 * Return: NULL if the number is known, else a message that the caller frees.
 */
char *bl_json_schema_error(const char *path, const json_t *o, int newest);

/* Return 0, or -EBADMSG with the message of bl_json_schema_error(). */
int bl_json_check_schema(const char *path, const json_t *o, int newest);

/* Return @v as a number, or null if it is not finite. */
json_t *bl_json_real(double v);

/* Set @key to @text, or to null if that is NULL, and free @text. */
void bl_json_set_text(json_t *o, const char *key, char *text);

/* --- programs ------------------------------------------------------------ */

/* Return where a program is in $PATH, /usr/sbin and /sbin, or NULL. */
char *bl_which(const char *prog);

/**
 * bl_run_capture() - run a program to its end
 * @argv: program and arguments, ended by NULL
 * @out: gets what the program wrote to stdout; may be NULL
 * @quiet: send its stderr to /dev/null
 *
 * Return: its exit code, 128 + signal, or a negative errno.
 */
int bl_run_capture(const char *const argv[], char **out, bool quiet);

#endif
