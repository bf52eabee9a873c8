// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Take one field from *P, in place. Return the character that ends it, and leave *P behind it. */
static char take_field(char **p, char **field)
{
	char *in = *p, *out = *p, end;
	bool quoted = *in == '"';

	*field = out;
	in += quoted;
	for (; *in; in++) {
		if (quoted && *in == '"' && in[1] == '"')
			in++;
		else if (quoted && *in == '"') {
			quoted = false;
			continue;
		} else if (!quoted && (*in == ',' || *in == '\n')) {
			break;
		}
		*out++ = *in;
	}
	end = *in;
	*p = in + !!end;
	*out = '\0';
	return end;
}

static void add_field(struct csv *c, size_t n, char *field)
{
	if (!(n & (n - 1)))
		c->field = bl_realloc(c->field, 2 * (n + !n) * sizeof(*c->field));
	c->field[n] = field;
}

int csv_load(struct csv *c, const char *path)
{
	size_t n = 0, in_row = 0, lines = 0;
	char *p, *field, end;
	int err;

	*c = (struct csv){ .path = bl_strdup(path) };
	err = bl_read_file(path, &c->text, NULL);
	if (err) {
		bl_err("%s: %s", path, strerror(-err));
		goto fail;
	}
	for (p = c->text; *p;) {
		end = take_field(&p, &field);
		add_field(c, n++, field);
		in_row++;
		if (end == ',' && *p)
			continue;
		lines++;
		if (lines == 1)
			c->columns = in_row;
		if (in_row != c->columns) {
			bl_err("%s:%zu: %zu fields, the first line has %zu", path, lines, in_row,
			       c->columns);
			err = -EBADMSG;
			goto fail;
		}
		in_row = 0;
	}
	if (!lines) {
		bl_err("%s: is empty", path);
		err = -EBADMSG;
		goto fail;
	}
	c->rows = lines - 1;
	return 0;
fail:
	csv_free(c);
	return err;
}

void csv_free(struct csv *c)
{
	free(c->path);
	free(c->text);
	free(c->field);
	*c = (struct csv){};
}

int csv_column(const struct csv *c, const char *name)
{
	for (size_t i = 0; i < c->columns; i++)
		if (!strcmp(c->field[i], name))
			return i;
	return -1;
}

void csv_put_string(FILE *f, const char *s)
{
	bool quote = strpbrk(s, ",\"\r\n");

	if (quote)
		fputc('"', f);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', f);
		fputc(*s == '\n' || *s == '\r' ? ' ' : *s, f);
	}
	if (quote)
		fputc('"', f);
}

void csv_put_number(FILE *f, int decimals, double v)
{
	if (isfinite(v))
		fprintf(f, "%.*f", decimals, v);
}

void csv_put_estimate(FILE *f, int decimals, double v, double lo, double hi)
{
	csv_put_number(f, decimals, v);
	fputc(',', f);
	csv_put_number(f, decimals, lo);
	fputc(',', f);
	csv_put_number(f, decimals, hi);
}

FILE *csv_field(struct csv_row *r, const char *name)
{
	if (r->begun)
		fputc(',', r->f);
	r->begun = true;
	if (r->values)
		return r->f;
	fputs(name, r->f);
	return NULL;
}

void csv_text(struct csv_row *r, const char *name, const char *value)
{
	FILE *f = csv_field(r, name);

	if (f)
		csv_put_string(f, value);
}

void csv_count(struct csv_row *r, const char *name, long long value)
{
	FILE *f = csv_field(r, name);

	if (f)
		fprintf(f, "%lld", value);
}

void csv_number(struct csv_row *r, const char *name, int decimals, double value)
{
	FILE *f = csv_field(r, name);

	if (f)
		csv_put_number(f, decimals, value);
}

void csv_end(struct csv_row *r)
{
	for (const char *const *t = r->tail; t && *t; t += 2)
		csv_text(r, t[0], t[1]);
	fputc('\n', r->f);
	r->begun = false;
	r->values = true;
}
