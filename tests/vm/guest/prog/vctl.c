// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vctl: control a VDUSE device from a shell.
 *
 *   create NAME         make a block device that no daemon serves
 *   destroy NAME        destroy a device
 *   hold control        keep /dev/vduse/control open
 *   hold dev NAME       keep the device node open
 *   hold domain PID     keep the domain files that process PID has open, mapped and touched
 *
 * hold prints "held" and stays until SIGTERM. An error is printed by its name, as in
 * "EBUSY", with exit code 1.
 */
#include "blk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAP_LEN	(1u << 20)
#define MAP_AT	(63u << 20)	/* addresses are given out from the end of the 64 MiB */

static sigjmp_buf fault;

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

static int result(int ret)
{
	if (ret)
		puts(strerrorname_np(-ret));
	return ret ? 1 : 0;
}

static int create(const char *name)
{
	struct blk_options o = { .name = name, .queues = 1, .queue_size = 64, .size = 1 << 20 };
	struct blk blk;
	int ret = blk_open(&blk, &o);

	return ret ? ret : vdev_close(&blk.dev, false);
}

static void hold(void)
{
	puts("held");
	fflush(stdout);
	for (;;)
		pause();
}

static void touch(volatile char *p)
{
	volatile unsigned int seen = 0, at;

	for (at = 0; at < MAP_LEN; at += 4096) {
		if (sigsetjmp(fault, 1))
			continue;
		(void)p[at];
		seen++;
	}
	printf("touched %u pages\n", seen);
}

static int hold_domain(int pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), found = 0;
	char path[300], link[100];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	d = opendir(path);
	if (pidfd < 0 || !d)
		return -errno;
	while ((e = readdir(d))) {
		ssize_t n;
		void *p;
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, e->d_name);
		n = readlink(path, link, sizeof(link) - 1);
		link[n < 0 ? 0 : n] = '\0';
		if (!strstr(link, "domain"))
			continue;
		fd = syscall(SYS_pidfd_getfd, pidfd, atoi(e->d_name), 0);
		p = mmap(NULL, MAP_LEN, PROT_READ, MAP_SHARED, fd, MAP_AT);
		if (fd < 0 || p == MAP_FAILED)
			return -errno;
		touch(p);
		found++;
	}
	close(pidfd);
	closedir(d);
	if (!found)
		return -ENOENT;
	hold();
	return 0;
}

static int hold_path(const char *dir, const char *name)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	hold();
	return 0;
}

int main(int argc, char **argv)
{
	signal(SIGBUS, on_fault);
	if (argc == 3 && !strcmp(argv[1], "create"))
		return result(create(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "destroy"))
		return result(vdev_destroy(argv[2]));
	if (argc == 3 && !strcmp(argv[1], "hold") && !strcmp(argv[2], "control"))
		return result(hold_path("/dev/vduse", "control"));
	if (argc == 4 && !strcmp(argv[1], "hold") && !strcmp(argv[2], "dev"))
		return result(hold_path("/dev/vduse", argv[3]));
	if (argc == 4 && !strcmp(argv[1], "hold") && !strcmp(argv[2], "domain"))
		return result(hold_domain(atoi(argv[3])));
	fputs("usage: vctl create|destroy NAME | hold control | hold dev NAME | hold domain PID\n",
	      stderr);
	return 2;
}
