// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/settings.h"
#include "proto/axes.h"
#include "proto/guest-paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS	"/sys/kernel/debug/bouncelab/" GUEST_DEV "/settings"
#define SLOT_BYTES	4096LL

static char *differ(const json_t *domain, const char *name, const char *wanted)
{
	const char *used = bl_json_str(domain, name, NULL);

	if (!used)
		return bl_fmt("%s is not shown", name);
	return strcmp(used, wanted) ? bl_fmt("%s is %s, not %s", name, used, wanted) : NULL;
}

static char *differ_bytes(const json_t *domain, const char *name, long long wanted)
{
	char *text = bl_fmt("%lld", wanted), *why = differ(domain, name, text);

	free(text);
	return why;
}

/* The granule is a name for the request, and bytes for the domain. */
static char *differ_granule(const json_t *domain, const json_t *op, long long page)
{
	const char *granule = bl_json_str(op, axis_names[AXIS_GRANULE], NULL);

	if (!granule)
		return NULL;
	return differ_bytes(domain, "granule_bytes", strcmp(granule, "page") ? SLOT_BYTES : page);
}

/* A strategy may have bounce pages of 4K whatever was asked for, as zap does. */
static char *differ_page(const json_t *domain, long long wanted)
{
	char *why = differ_bytes(domain, "page_bytes", SLOT_BYTES);

	if (!why)
		return NULL;
	free(why);
	return differ_bytes(domain, "page_bytes", wanted);
}

char *settings_differ(char *text, const json_t *op, json_t *domain)
{
	long long page = SLOT_BYTES << bl_json_int(op, "page_order", 0);
	char *line, *why;

	while ((line = strsep(&text, "\n"))) {
		char *value = strchr(line, ' ');

		if (!value)
			continue;
		*value++ = '\0';
		json_object_set_new(domain, line, json_string(value));
	}
	why = differ(domain, "strategy", bl_json_str(op, "strategy", INTREE));
	for (size_t a = 0; !why && a < AXES; a++) {
		const char *wanted = bl_json_str(op, axis_names[a], NULL);

		if (wanted && a != AXIS_GRANULE)
			why = differ(domain, axis_names[a], wanted);
	}
	why = why ? why : differ_granule(domain, op, page);
	why = why ? why : differ_page(domain, page);
	return why ? why : differ_bytes(domain, "bounce_bytes",
					bl_json_int(op, "bounce_mb", 64) << 20);
}

int guest_check_settings(struct guest_run *r)
{
	json_t *domain;
	char *text, *why;
	int ret;

	if (r->intree)
		return 0;
	ret = bl_read_file(SETTINGS, &text, NULL);
	if (ret)
		return guest_fail(&r->outcome, "%s: %s", SETTINGS, strerror(-ret));
	domain = json_object();
	json_object_set_new(r->doc, "domain", domain);
	why = settings_differ(text, r->op, domain);
	if (why)
		ret = guest_fail(&r->outcome, "the domain does not use the chosen settings: %s", why);
	free(why);
	free(text);
	return ret;
}
