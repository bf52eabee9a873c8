// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * starve N: let every Nth allocation of a bounce page fail until SIGTERM. It prints
 * "starving" when it begins, and the number of failures when it ends.
 */
#include "dmadrv/dmadrv.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void on_term(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	int fd = open("/dev/dmadrv", O_RDWR | O_CLOEXEC);

	signal(SIGTERM, on_term);
	if (argc != 2 || fd < 0 || ioctl(fd, DMADRV_FAIL, atol(argv[1])) < 0)
		return perror("starve"), 1;
	puts("starving");
	fflush(stdout);
	pause();
	printf("missing %d\n", ioctl(fd, DMADRV_FAIL, 0));
	return 0;
}
