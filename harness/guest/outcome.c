// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static void add_reason(struct guest_outcome *o, const char *fmt, va_list ap)
{
	size_t n = strlen(o->reason);

	if (n && n + 3 < sizeof(o->reason))
		n += snprintf(o->reason + n, sizeof(o->reason) - n, "; ");
	vsnprintf(o->reason + n, sizeof(o->reason) - n, fmt, ap);
	bl_repair_utf8(o->reason);
}

int guest_fail(struct guest_outcome *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_reason(o, fmt, ap);
	va_end(ap);
	o->failed = true;
	return -EIO;
}

int guest_invalid(struct guest_outcome *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_reason(o, fmt, ap);
	va_end(ap);
	o->invalid = true;
	return -EIO;
}

const char *guest_status(const struct guest_outcome *o)
{
	return status_names[o->failed ? STATUS_FAILED : o->invalid ? STATUS_INVALID : STATUS_OK];
}

void guest_record_ms(struct guest_run *r, const char *stage, double t0)
{
	json_object_set_new(r->ms, stage, json_real((bl_mono() - t0) * 1000));
}
