/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths and names in the guest that several programs agree on. */
#ifndef BL_GUEST_PATHS_H
#define BL_GUEST_PATHS_H

/* Where the guest looks for programs, on the root that it shares with the host. */
#define GUEST_PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define GUEST_TMP	"/run/bouncelab-tmp"	/* a tmpfs: RAM disk, scratch files */
#define GUEST_RUNS	"/run/bouncelab"	/* the runs/ directory of the host, over 9p */
#define GUEST_DEV	"vduse0"		/* the VDUSE device */
#define GUEST_DISK	"vda"			/* its block device */
#define GUEST_DISK_SIZE	(256u << 20)		/* bytes */

#endif
