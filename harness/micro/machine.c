// SPDX-License-Identifier: GPL-2.0-or-later
/* Name the machine that `bouncelab micro` measures: processor, virtual or not, kernel, compiler. */
#include "micro/micro.h"
#include "campaign/provenance.h"
#include "lib/machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* The eighth number of the line "cpu" of /proc/stat, in ticks of all CPUs. */
double micro_read_stolen(void)
{
	char *text = NULL;
	unsigned long long stolen;
	double ms = NAN;

	if (!bl_read_file("/proc/stat", &text, NULL) &&
	    sscanf(text, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &stolen) == 1)
		ms = stolen * 1e3 / sysconf(_SC_CLK_TCK);
	free(text);
	return ms;
}

json_t *micro_describe_machine(const struct micro_campaign *c)
{
	json_t *j = bl_describe_machine();
	char *path = bl_path("build/kernel/release");
	double stolen = micro_read_stolen();
	struct utsname u;

	uname(&u);
	json_object_set_new(j, "kernel", json_string(u.release));
	if (micro_is_in_guest(c))
		bl_json_set_text(j, "guest_kernel", bl_read_text(path));
	json_object_set_new(j, "stolen_since_boot_ms", bl_json_real(stolen));
	free(path);
	return j;
}

/* Return whether the machine is virtual: its processor says so, or time was stolen from it. */
static bool is_virtual(const struct micro_campaign *c)
{
	return json_is_true(json_object_get(c->machine, "hypervisor")) ||
	       bl_json_num(c->machine, "stolen_since_boot_ms", 0) > 0 || c->stolen_ms > 0;
}

char *micro_format_machine(const struct micro_campaign *c)
{
	const char *cpu = bl_json_str(c->machine, "cpu", "an unknown processor");
	const char *kernel = bl_json_str(c->machine, "kernel", NULL);
	const char *guest = bl_json_str(c->machine, "guest_kernel", NULL);
	int cpus = bl_json_int(c->machine, "cpus", c->cpus);
	char *stolen = c->stolen_ms > 0 ?
		bl_fmt(", %.2f s stolen by others during the runs", c->stolen_ms / 1e3) :
		bl_strdup("");
	char *text;

	text = bl_fmt("%s, %s %d %s%s%s%s%s%s", cpu,
		      is_virtual(c) ? "virtual machine of" : "machine of", cpus,
		      is_virtual(c) ? "vCPUs on a shared host" : "CPUs", stolen,
		      kernel ? ", Linux " : "", kernel ? kernel : "",
		      guest ? ", guest Linux " : "", guest ? guest : "");
	free(stolen);
	return text;
}

char *micro_find_commit(const struct micro_campaign *c)
{
	struct provenance p;
	char *commit;

	provenance_read(&p, c->sources);
	commit = bl_strdup(p.commit);
	provenance_free(&p);
	return commit;
}

char *micro_format_compiler(const struct micro_campaign *c)
{
	return c->compiler ? bl_fmt("%s %s", c->compiler, c->compiler_options) : NULL;
}
