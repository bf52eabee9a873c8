/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes of the program and of every subcommand. */
#ifndef BL_EXIT_H
#define BL_EXIT_H

#define BL_EXIT_OK		0
#define BL_EXIT_FAIL		1	/* something failed, or a run is invalid */
#define BL_EXIT_USAGE		2	/* bad usage, or an unknown name */
#define BL_EXIT_INTERRUPTED	130	/* by a signal */

#endif
