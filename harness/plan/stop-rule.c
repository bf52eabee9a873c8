// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/stop-rule.h"

unsigned int stop_find_look(unsigned int blocks)
{
	if (blocks < STOP_FIRST + STOP_EVERY || (blocks - STOP_FIRST) % STOP_EVERY)
		return 0;
	return blocks - STOP_EVERY;
}
