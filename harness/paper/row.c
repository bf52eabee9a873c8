// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct csv *row_file(struct paper *p, struct place at, const char *name)
{
	char *path = bl_fmt("%s/%s", p->data, name);
	const struct csv *found = NULL;

	for (size_t i = 0; !found && i < p->n_csv; i++)
		if (!strcmp(p->csv[i].path, path))
			found = &p->csv[i];
	if (!found && p->n_csv < PAPER_MAX_FILES && !csv_load(&p->csv[p->n_csv], path))
		found = &p->csv[p->n_csv++];
	if (!found)
		paper_wrong(p, at.path, at.line, "cannot read %s", name);
	free(path);
	return found;
}

int row_column(struct paper *p, struct place at, const struct csv *csv, const char *name)
{
	int column = csv_column(csv, name);
	struct bl_strv valid = {};
	char *list;

	if (column >= 0)
		return column;
	for (size_t i = 0; i < csv->columns; i++)
		bl_strv_add(&valid, csv->field[i]);
	list = bl_strv_join(&valid, ", ");
	paper_wrong(p, at.path, at.line, "unknown column '%s' of %s; valid: %s", name, csv->path,
		    list);
	free(list);
	bl_strv_free(&valid);
	return -EINVAL;
}

static int parse_condition(struct paper *p, struct place at, const struct csv *csv, char *word,
			   struct row_condition *c)
{
	char *eq = strchr(word, '=');
	int column;

	if (!eq || eq == word || !eq[1])
		return paper_wrong(p, at.path, at.line, "'%s' is not KEY=VALUE or KEY!=VALUE", word);
	*eq = '\0';
	c->not = eq[-1] == '!';
	if (c->not)
		eq[-1] = '\0';
	c->key = word;
	c->value = eq + 1;
	column = row_column(p, at, csv, c->key);
	c->column = column;
	return column < 0 ? column : 0;
}

int row_filter_parse(struct paper *p, struct place at, const struct csv *csv, const char *text,
		     struct row_filter *f)
{
	char *rest, *word;

	*f = (struct row_filter){ .text = bl_strdup(text) };
	for (rest = f->text; (word = strsep(&rest, " \t\n"));) {
		if (!*word || !strcmp(word, "-"))
			continue;
		if (f->n == ROW_MAX_CONDITIONS)
			return paper_wrong(p, at.path, at.line, "more than %d conditions",
					   ROW_MAX_CONDITIONS);
		if (parse_condition(p, at, csv, word, &f->by[f->n++]))
			return -EINVAL;
	}
	return 0;
}

bool row_list_has(const char *list, const char *value)
{
	size_t len = strlen(value);

	for (const char *s = list; *s; s += strcspn(s, ","), s += *s == ',')
		if (strcspn(s, ",") == len && !strncmp(s, value, len))
			return true;
	return false;
}

bool row_passes(const struct csv *csv, size_t row, const struct row_filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (row_list_has(f->by[i].value, csv_get(csv, row, f->by[i].column)) ==
		    f->by[i].not)
			return false;
	return true;
}

void row_filter_free(struct row_filter *f)
{
	free(f->text);
	*f = (struct row_filter){};
}

/* Tell whether the interval NAME_lo to NAME_hi is of another column: p99_lo is of p99_ratio. */
static bool is_of_ratio(const struct csv *csv, const char *base, const char *column)
{
	char *ratio = bl_fmt("%s_ratio", base);
	bool is = strcmp(ratio, column) && csv_column(csv, ratio) >= 0;

	free(ratio);
	return is;
}

bool row_interval(const struct csv *csv, int column, int *lo, int *hi)
{
	char *base = bl_strdup(csv->field[column]);
	bool found = false;

	for (int round = 0; !found && round < 2; round++) {
		char *name = bl_fmt("%s_lo", base), *cut;

		*lo = csv_column(csv, name);
		free(name);
		name = bl_fmt("%s_hi", base);
		*hi = csv_column(csv, name);
		free(name);
		found = *lo >= 0 && *hi >= 0 && !is_of_ratio(csv, base, csv->field[column]);
		cut = strrchr(base, '_');
		if (!cut)
			break;
		*cut = '\0';
	}
	free(base);
	return found;
}

bool row_is_bound(const char *column)
{
	size_t len = strlen(column);

	return len > 3 && (!strcmp(column + len - 3, "_lo") || !strcmp(column + len - 3, "_hi"));
}

char *row_aliases(struct paper *p, const char *key, const char *value)
{
	const char *slash = strrchr(p->source, '/');
	char *path = bl_fmt("%.*saliases.txt", slash ? (int)(slash - p->source + 1) : 0, p->source);
	char *want = bl_fmt("%s=%s", key, value), *text = bl_read_text(path), *found = NULL;
	char *rest = text, *line;

	while (!found && (line = strsep(&rest, "\n"))) {
		char *bar = strchr(line, '|');

		if (*line == '#' || !bar)
			continue;
		*bar = '\0';
		if (!strcmp(bl_strip(line), want))
			found = bl_strdup(bl_strip(bar + 1));
	}
	free(text);
	free(want);
	free(path);
	return found;
}
