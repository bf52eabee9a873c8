// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/progress.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLEAR	"\r\033[K"

void bl_progress_start(struct bl_progress *p, size_t total, double expected)
{
	const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	memset(p, 0, sizeof(*p));
	p->total = total;
	p->expected = expected;
	p->start = p->last = bl_mono();
	p->tty = isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
	p->colour = p->tty && !(no_colour && *no_colour);
}

/* Return the seconds that are left: the rest of the estimate, scaled by its error so far. */
static double estimate_rest(const struct bl_progress *p)
{
	double done = p->expected_done, left = p->expected - done;
	double since = bl_mono() - p->last;

	if (p->done)
		left *= (p->last - p->start) / done;
	return left > since ? left - since : 0;
}

static unsigned int count_columns(void)
{
	struct winsize ws;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) && ws.ws_col > 20 ? ws.ws_col : 80;
}

/* Return "1 failed; widest interval 4.1 %; ", or "". The caller frees it. */
static char *describe_state(const struct bl_progress *p)
{
	char *failed = p->failed ? bl_fmt("%zu failed; ", p->failed) : bl_strdup("");
	char *s = bl_fmt("%s%s%s", failed, p->figures, *p->figures ? "; " : "");

	free(failed);
	return s;
}

void bl_progress_now(struct bl_progress *p, const char *fmt, ...)
{
	char *s, *line, *now, d[32];
	va_list ap;

	if (!p->tty)
		return;
	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	now = describe_state(p);
	line = bl_fmt("[%zu/%zu] ETA %s  %s%s", p->done + 1 > p->total ? p->total : p->done + 1,
		      p->total, bl_duration(estimate_rest(p), d, sizeof(d)), now, s);
	fprintf(stderr, CLEAR "%.*s", (int)count_columns() - 1, line);
	fflush(stderr);
	free(now);
	free(line);
	free(s);
}

void bl_progress_step(struct bl_progress *p, double expected, bool ok, const char *fmt, ...)
{
	char *s, *now, d[32];
	va_list ap;

	p->done++;
	p->failed += !ok;
	p->last = bl_mono();
	p->expected_done += expected;
	if (p->tty && ok)
		return;
	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	now = describe_state(p);
	fprintf(stderr, "%s%s[%zu/%zu] %s%s (%sETA %s)\n", p->tty ? CLEAR : "",
		p->colour && !ok ? "\033[31m" : "", p->done, p->total, s,
		p->colour && !ok ? "\033[0m" : "", now,
		bl_duration(estimate_rest(p), d, sizeof(d)));
	free(now);
	free(s);
}

void bl_progress_drop(struct bl_progress *p, double expected)
{
	p->total--;
	p->expected -= expected;
}

void bl_progress_figures(struct bl_progress *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->figures, sizeof(p->figures), fmt, ap);
	va_end(ap);
}

void bl_progress_note(struct bl_progress *p, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s%s\n", p->tty ? CLEAR : "", s);
	free(s);
}

void bl_progress_event(struct bl_progress *p, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = bl_vfmt(fmt, ap);
	va_end(ap);
	if (p->tty)
		bl_progress_now(p, "%s", s);
	else
		bl_progress_note(p, "%s", s);
	free(s);
}

void bl_progress_end(struct bl_progress *p)
{
	if (p->tty)
		fputs(CLEAR, stderr);
}
