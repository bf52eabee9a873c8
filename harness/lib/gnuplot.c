// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const formats[] = { "svg", "pdf" };

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

/* Run gnuplot in , where its script finds the data. */
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

int gnuplot_draw(const char *dir, const char *const *names, size_t n)
{
	char *prog = bl_which("gnuplot");
	int err = 0;

	if (!prog) {
		bl_err("gnuplot: not found, no figures drawn; install gnuplot-nox, or ask for "
		       "--no-plots");
		return -ENOENT;
	}
	for (size_t i = 0; i < n && !err; i++)
		for (size_t k = 0; k < ARRAY_SIZE(formats) && !err; k++)
			err = run_gnuplot(prog, dir, names[i], formats[k]);
	free(prog);
	return err;
}
