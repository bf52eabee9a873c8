// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/log.h"
#include "proto/splat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel's longest record has 2 KiB, and a prefix. */
#define RECORD_MAX	8192

/* Write a line to the kernel's log. dprintf() cannot: it asks for the position in the file. */
static void write_kmsg(const char *text)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		bl_err("guest: cannot write to /dev/kmsg: %s", strerror(errno));
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
	write_kmsg(marker);
	free(marker);
	return 0;
}

/* Add a record "PRIO,SEQ,USEC,FLAGS[,...];TEXT\n KEY=VALUE\n..." of /dev/kmsg. */
static void add_record(struct guest_log *l, char *rec)
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
	/* Facility 0 is the kernel; a line that a program wrote to the log is no splat. */
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
		add_record(l, rec);
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
		guest_fail(&r->outcome, "cannot write %s: %s", path, strerror(-ret));
	if (*l->splat) {
		guest_invalid(&r->outcome, "kernel log: %s", l->splat);
		/* Some splats appear once per boot only, others leave locks held. */
		r->outcome.reboot = true;
	}
	if (l->lost)
		guest_invalid(&r->outcome, "kernel log: lines were lost, since the log wrapped");
	json_object_set_new(r->doc, "splat", *l->splat ? json_string(l->splat) : json_null());
	free(path);
	free(l->text);
}
