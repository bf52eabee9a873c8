// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/log.h"
#include "proto/splat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longest record that the kernel hands out is 2 KiB, plus its prefix. */
#define RECORD_MAX	8192

/* dprintf() fails on /dev/kmsg: it asks for the file position first. */
static void say(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		bl_err("guest: /dev/kmsg: %s", strerror(errno));
	close(fd);
}

int guest_log_start(struct guest_log *l, const struct guest_run *r)
{
	char *marker;

	memset(l, 0, sizeof(*l));
	l->mem = open_memstream(&l->text, &l->len);
	l->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (l->fd < 0)
		return -errno;
	lseek(l->fd, 0, SEEK_END);
	marker = bl_fmt("<6>bouncelab: run %s begins: %s %s\n", r->id, kind_names[r->kind],
			bl_json_str(r->op, "label", r->strategy));
	say(marker);
	free(marker);
	return 0;
}

/* "prio,seq,usec,flags[,…];text\n KEY=value\n…" */
static void record(struct guest_log *l, char *rec)
{
	unsigned long prio = 0;
	unsigned long long usec = 0;
	char *text = strchr(rec, ';');

	if (!text)
		return;
	*text++ = '\0';
	text[strcspn(text, "\n")] = '\0';
	sscanf(rec, "%lu,%*u,%llu", &prio, &usec);
	fprintf(l->mem, "[%5llu.%06llu] %s\n", usec / 1000000, usec % 1000000, text);
	/* Facility 0 is the kernel; what a program wrote to kmsg is no splat. */
	if (prio >> 3)
		return;
	snprintf(l->last, sizeof(l->last), "%s", text);
	if (!*l->splat && is_splat(text))
		snprintf(l->splat, sizeof(l->splat), "%s", text);
}

void guest_log_drain(struct guest_log *l)
{
	char rec[RECORD_MAX];
	ssize_t n;

	if (l->fd < 0)
		return;
	for (;;) {
		n = read(l->fd, rec, sizeof(rec) - 1);
		if (n < 0 && errno == EPIPE) {
			l->lost++;
			fputs("[lines are missing here: the log wrapped]\n", l->mem);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		rec[n] = '\0';
		record(l, rec);
	}
}

void guest_log_finish(struct guest_log *l, struct guest_run *r)
{
	char *path = bl_fmt("%s/dmesg.txt", r->dir);
	int ret;

	if (l->fd < 0) {
		guest_invalid(&r->outcome, "kernel log: /dev/kmsg cannot be read");
	} else {
		guest_log_drain(l);
		close(l->fd);
	}
	fclose(l->mem);
	ret = bl_write_file(path, l->text, l->len);
	if (ret)
		guest_fail(&r->outcome, "%s: %s", path, strerror(-ret));
	if (*l->splat) {
		guest_invalid(&r->outcome, "kernel log: %s", l->splat);
		/* Some report only once per boot, others leave locks held. */
		r->outcome.reboot = true;
	}
	if (l->lost)
		guest_invalid(&r->outcome, "kernel log: wrapped, lines were lost");
	json_object_set_new(r->doc, "splat", *l->splat ? json_string(l->splat) : json_null());
	free(path);
	free(l->text);
}
