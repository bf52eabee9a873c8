// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the console log and QEMU's exit status. */
#include "vm/vm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Return the last @n lines of a console log. The caller frees them. */
static char *read_tail(const char *console, unsigned int n)
{
	char *text, *s, *tail;
	size_t len;

	if (bl_read_file(console, &text, &len))
		return bl_strdup("");
	while (len && strchr("\r\n", text[len - 1]))
		text[--len] = '\0';
	for (s = text + len; s > text; s--)
		if (s[-1] == '\n' && !--n)
			break;
	tail = bl_strdup(s);
	free(text);
	return tail;
}

char *vm_console_excerpt(const char *console, const char *splat, unsigned int n)
{
	char *text, *line, *next, *p;

	if (!splat)
		return read_tail(console, n);
	if (bl_read_file(console, &text, NULL))
		return bl_strdup("");
	for (line = text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next = '\0';
		if (strstr(line, splat))
			break;
		if (next)
			*next++ = '\n';
	}
	if (!line) {
		free(text);
		return read_tail(console, n);
	}
	if (next)
		*next = '\n';
	for (p = line; n && (p = strchr(p, '\n')); p++)
		if (!--n)
			*p = '\0';
	line = bl_strdup(line);
	free(text);
	return line;
}

char *vm_explain_end(const struct vm *vm, const char *console)
{
	char *tail, *why;

	if (vm->fatal)
		return bl_strdup(vm->fatal);
	tail = read_tail(console, 1);
	if (WIFSIGNALED(vm->exit_status))
		why = bl_fmt("QEMU was killed by signal %d (%s); last line: %s",
			     WTERMSIG(vm->exit_status), strsignal(WTERMSIG(vm->exit_status)),
			     *tail ? tail : "(none)");
	else
		why = bl_fmt("QEMU ended with exit code %d; last line: %s",
			     WEXITSTATUS(vm->exit_status), *tail ? tail : "(none)");
	free(tail);
	return why;
}
