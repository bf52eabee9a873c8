// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/caption.h"
#include "paper/figure.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

/* The caption says these from the data. */
static const char *const said_by_caption[] = {
	"KVM", "emulated", "native", "plane", "cores", "CPU", "n =", "blocks", "rounds",
};

static int write_figure(const char *to, const char *text)
{
	char *copy = bl_strdup(to);
	int err = bl_mkdir_p(dirname(copy));

	free(copy);
	return err ? err : bl_write_file(to, text, strlen(text));
}

/* Copy the file, or compare it with the copy. */
static int bring(struct paper *p, struct place at, const char *name, const char *to_name)
{
	char *from = bl_fmt("%s/%s", p->data, name), *to = bl_fmt("%s/%s", p->base, to_name);
	char *is = NULL, *should = NULL;
	int err = bl_read_file(from, &should, NULL);

	if (err)
		paper_wrong(p, at.path, at.line, "%s: %s", from, strerror(-err));
	else
		bl_read_file(to, &is, NULL);
	if (!err && p->check && (!is || strcmp(is, should)))
		paper_wrong(p, at.path, at.line, "the figure %s is not what the results draw (%s)",
			    to, from);
	if (!err && !p->check)
		err = write_figure(to, should);
	free(is);
	free(should);
	free(from);
	free(to);
	return err;
}

static void check_title(struct paper *p, struct place at, const char *title)
{
	for (size_t i = 0; i < ARRAY_SIZE(said_by_caption); i++)
		if (strcasestr(title, said_by_caption[i]))
			paper_wrong(p, at.path, at.line, "the title says '%s', which the caption says "
				    "from the data", said_by_caption[i]);
}

char *figure_make(struct paper *p, struct place at, const char *text, char **title)
{
	char *copy = bl_strdup(text), *rest = bl_strip(copy), *from, *to, *facts, *out = NULL;

	p->n_figures++;
	*title = NULL;
	from = strsep(&rest, " ");
	to = strsep(&rest, " ");
	if (!rest || !*bl_strip(rest)) {
		paper_wrong(p, at.path, at.line, "figure '%s': not FROM TO TITLE", text);
		goto out;
	}
	*title = bl_strdup(bl_strip(rest));
	check_title(p, at, *title);
	if (bring(p, at, from, to))
		goto out;
	facts = caption_make(p, from, NULL);
	out = bl_fmt("![%s](%s)\n\n<sub>%s. %s.</sub>\n", *title, to, *title, facts);
	free(facts);
out:
	free(copy);
	return out;
}
