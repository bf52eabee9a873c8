// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const gnuplot_formats[GNUPLOT_FORMATS] = {
	[GNUPLOT_SVG] = "svg", [GNUPLOT_PDF] = "pdf", [GNUPLOT_PNG] = "png", [GNUPLOT_TIKZ] = "tikz",
};

char *gnuplot_suffixes(unsigned int formats)
{
	struct bl_strv l = {};
	char *text, *list;

	for (int i = 0; i < GNUPLOT_FORMATS; i++)
		if (formats & 1 << i)
			bl_strv_add(&l, i == GNUPLOT_TIKZ ? "tex" : gnuplot_formats[i]);
	list = bl_strv_join(&l, ",");
	text = l.n == 1 ? bl_strdup(list) : bl_fmt("{%s}", list);
	free(list);
	bl_strv_free(&l);
	return text;
}

/* In single quotes only the quote itself is special; it is written twice. */
void gnuplot_string(FILE *f, const char *text)
{
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', f);
		fputc(*text, f);
	}
	fputc('\'', f);
}

void gnuplot_array(FILE *f, const char *name, const char *const *v, size_t n)
{
	fprintf(f, "array %s[%zu] = [", name, n);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", f);
		gnuplot_string(f, v[i]);
	}
	fputs("]\n", f);
}

/* Run gnuplot in @dir, where its script finds the data. */
static int run_gnuplot(const char *prog, const char *dir, const char *figure, const char *format)
{
	char *script = bl_path("plots/%s.gp", figure);
	int status = 0, err = 0, out;
	pid_t pid = fork();

	if (!pid) {
		/* Results go to stdout, so send the messages of gnuplot to stderr. */
		out = open("/dev/null", O_RDWR | O_CLOEXEC);
		dup2(out, STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		if (!chdir(dir))
			execl(prog, "gnuplot", "-c", script, format, (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		err = -errno;
	while (!err && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			err = -errno;
	if (!err && status)
		err = -EIO;
	if (err)
		bl_err("gnuplot could not draw %s.%s; to see why: cd %s && gnuplot -c %s %s",
		       figure, format, dir, script, format);
	free(script);
	return err;
}

int gnuplot_draw(const char *dir, const char *const *names, size_t n, unsigned int formats)
{
	char *prog = bl_which("gnuplot");
	int err = 0;

	if (!prog) {
		bl_err("gnuplot: not found, no figures drawn; install gnuplot-nox, or ask for "
		       "--no-plots");
		return -ENOENT;
	}
	for (size_t i = 0; i < n && !err; i++)
		for (int k = 0; k < GNUPLOT_FORMATS && !err; k++)
			if (formats & 1 << k)
				err = run_gnuplot(prog, dir, names[i], gnuplot_formats[k]);
	free(prog);
	return err;
}
