# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# How deep a test goes. `make check` has 20 minutes for all tests. `make check-long` sets LONG=1:
# then tests take every strategy and the larger one of two numbers. common.sh and the guest's
# lib.sh read this file.
#
# From the environment: LONG, and STRATEGIES="NAME...", the only strategies that are tested.

# deep SHORT LONG: print the number of this tier.
deep()
{
	if [ -n "${LONG:-}" ]; then
		echo "$2"
	else
		echo "$1"
	fi
}

# Each of these is like eager-none, lazy-barrier or magazine-dense but for its lock, the layout of its
# memory, or the half that it leaves out.
twins="dense eager-area eager-percpu eager-rcu eager-rwlock eager-spin lazy-acqrel lazy-pagelock lazy-spin magazine"

# every_strategy: print the strategies that a test of each takes, one a line.
every_strategy()
{
	for _s in ${STRATEGIES:-strategies/*.c}; do
		_s=${_s##*/}
		[ "$_s" = template.c ] || echo "${_s%.c}"
	done
}

# strategies_of_tier: print the strategies that a test of more than the strategy takes: all but
# the twins, so that a new one is among them; with LONG or STRATEGIES all.
strategies_of_tier()
{
	if [ -n "${LONG:-}${STRATEGIES:-}" ]; then
		every_strategy
	else
		every_strategy | grep -vxF "$(echo "$twins" | tr ' ' '\n')"
	fi
}
