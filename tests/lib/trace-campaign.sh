# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # scratch: of scratch_dir; root: of the test
#
# For the tests of traces. A test reads it after common.sh; $root is the project's directory of
# its campaigns.

# campaign NAME PLAN [OPTION...]: run a campaign of $root into $scratch/NAME; its output is in
# $scratch/log.
campaign()
{
	name=$1
	shift
	BOUNCELAB_ROOT=$root build/bouncelab run "$@" --allow-noisy-host --out "$scratch" \
		--name "$name" >"$scratch/log" 2>&1
	code=$?
	[ $code = 0 ] || { show "$scratch/log"; fail "$name: exit $code"; }
}

# value FILE LABEL KEY COLUMN: print the column of the line that begins with LABEL and KEY.
value()
{
	awk -F , -v label="$2" -v key="$3" -v column="$4" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
		$1 == label && $2 == key { print $at }' "$1"
}

# within WHAT MEASURED PLANTED: the two differ by at most 10 %.
within()
{
	echo "$1: $2 ns, planted $3"
	awk -v m="$2" -v p="$3" 'BEGIN { exit !(m >= 0.9 * p && m <= 1.1 * p) }' ||
		fail "$1: $2 ns is not within 10 % of $3"
}
