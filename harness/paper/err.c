// SPDX-License-Identifier: GPL-2.0-or-later
#include "paper/paper.h"

#include <stdlib.h>

void paper_err(const struct paper *p, size_t line, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = bl_vfmt(fmt, ap);
	va_end(ap);
	bl_err("%s:%zu: %s", p->path, line, text);
	free(text);
}
