// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/util.h"
#include "lib/exit.h"
#include "lib/interrupt.h"

#include <unistd.h>

volatile sig_atomic_t bl_interrupted;

static void on_signal(int sig)
{
	/* Children die with this process: see PR_SET_PDEATHSIG in vm/qemu.c. */
	if (bl_interrupted)
		_exit(BL_EXIT_INTERRUPTED);
	bl_interrupted = sig;
}

void bl_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}
