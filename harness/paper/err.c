// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/paper.h"

#include <errno.h>
#include <stdlib.h>

int paper_wrong(struct paper *p, const char *path, size_t line, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = bl_vfmt(fmt, ap);
	va_end(ap);
	bl_err("%s:%zu: %s", path ? path : p->source, line, text);
	free(text);
	p->wrong++;
	return -EINVAL;
}
