// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LINE_DEV	"/dev/ttyS1"

static int host = -1;	/* the serial line */

FILE *guest_line_open(void)
{
	struct termios t;
	FILE *in;

	host = open(LINE_DEV, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (host >= 0 && tcgetattr(host, &t) == 0) {
		cfmakeraw(&t);
		cfsetspeed(&t, B115200);
		t.c_cflag |= CLOCAL | CREAD;
		t.c_cc[VMIN] = 1;
		t.c_cc[VTIME] = 0;
		tcsetattr(host, TCSANOW, &t);
	}
	in = host < 0 ? NULL : fdopen(dup(host), "re");
	if (!in)
		bl_err("guest: %s: %s", LINE_DEV, strerror(errno));
	return in;
}

void guest_send(json_t *msg)
{
	char *text = json_dumps(msg, JSON_COMPACT), *line, *p;
	size_t left;

	json_decref(msg);
	if (!text)
		return;
	line = bl_fmt("%s\n", text);
	left = strlen(line);
	for (p = line; left;) {
		ssize_t n = write(host, p, left);

		if (n < 0 && errno != EINTR)
			break;
		if (n > 0) {
			p += n;
			left -= n;
		}
	}
	free(line);
	free(text);
}

void guest_send_stage(const struct guest_run *r, const char *stage, const char *job)
{
	json_t *msg = json_pack("{s:s, s:s, s:s}", "ev", "stage", "run", r->id, "stage", stage);

	if (job)
		json_object_set_new(msg, "job", json_string(job));
	guest_send(msg);
}
