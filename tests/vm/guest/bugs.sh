# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: bugs.sh [--broken | --races] [STRATEGY...]: run the program bugs on each
# strategy (by default on all of the module), with the prefill and the page size that every
# promise needs. --broken: on v5-verbatim, which has to fail; --races: also with the two
# tests that can crash the guest.

. tests/vm/guest/lib.sh

# The tests that v5-verbatim has to fail.
v5_bugs="B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B13 B15 B16 B17"

broken=
races=
case ${1:-} in
--races) races=1 broken=1 ;;
--broken) broken=1 ;;
esac
if [ -n "$broken" ]; then
	set -- v5-verbatim
	# Warnings on the console end the guest.
	dmesg -n 1
fi

load bouncelab unsafe_direct=1 unsafe_unzeroed=1 || die "bouncelab does not load"
insmod $bin/dmadrv/test-dma.ko || die "test-dma does not load"
mkdir -p /run/bugs-cgroup
mount -t cgroup2 none /run/bugs-cgroup || die "no cgroup2"
echo +memory >/run/bugs-cgroup/cgroup.subtree_control || die "no memory controller"

# The promises that a strategy can break. B12, B14 and B15b are the core's: once is enough.
promises="B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B13 B15 B16 B17 late pinned umem largest"

# Failures leave mappings behind, and v5 warns of some itself: nothing worse is allowed.
check_broken_log()
{
	log_take
	if grep -F -f $splats $tmp/dmesg.log | grep -vE "Call Trace|never unmapped" |
		grep -vE 'WARNING: .* v5_verbatim_[a-z]*\+|BUG: v5-verbatim: [0-9]+ .* taken, ' >$tmp/splats; then
		not_ok "the kernel's log has warnings of v5-verbatim alone" "$(head -n 5 $tmp/splats)"
	else
		ok "the kernel's log has warnings of v5-verbatim alone"
	fi
	: >$tmp/dmesg.log
}

# one STRATEGY OPTION... [BUG...]: run the program on a strategy.
one()
{
	_strategy=$1
	shift
	program_checks "$_strategy $*" $bin/bugs --strategy "$_strategy" --seed "$seed" "$@"
}

note "seed $seed"
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-$kinds}; do
	_begin=$(uptime_ms)
	if [ -n "$races" ]; then
		one "$s" --fails "$v5_bugs" --rounds 1500 B7
		one "$s" --fails "$v5_bugs" --order 4 --rounds 220 B8
	elif [ -n "$broken" ]; then
		one "$s" --fails "$v5_bugs" B2 B3 B4 B5 B9 B10 B11 B13 B15 B16 B17
		one "$s" --fails "$v5_bugs" --prefill zero B6
		one "$s" --fails "$v5_bugs" --order 2 B1
	elif [ "$s" = direct ]; then
		# shellcheck disable=SC2086 # a list
		one "$s" $promises
	else
		# shellcheck disable=SC2086 # a list
		one "$s" --prefill copy $promises
		one "$s" --prefill zero B5 B6
		one "$s" B5 B6
		one "$s" --order 2 B1 B2 B4 B6
		one "$s" --order 2 --prefill zero B1 B6
		one "$s" --order 4 B8
	fi
	if [ "$s" = rw ]; then
		one "$s" --by-file B1 B2 B4 B5 B6 late B10 B16 file-end
		one "$s" --by-file --order 2 B1 B2
	fi
	case $s in
	direct | v5-verbatim) ;;
	pool) one "$s" pooled ;;
	*) one "$s" --granule page --order 2 apart ;;
	esac
	case $s in
	eager-none) one "$s" B12 B14 B15b generation kick allocator left ring rings ;;
	eager-rwlock) one "$s" mm ;;
	esac
	# The leak test sees a leak.
	case $s in
	eager-none | lazy-spin) one "$s" --backing unzeroed --fails B3 B3 ;;
	esac
	case $s in
	eager-* | pool)
		one "$s" --backing prealloc B3
		one "$s" --backing huge B3 pinned twice ;;
	esac
	if [ -n "$broken" ]; then
		check_broken_log
	else
		check_log_clean "$s: the kernel's log is clean"
	fi
	note "$s: $(($(uptime_ms) - _begin)) ms"
done
check "unload dmadrv" rmmod test_dma
check "unload" unload bouncelab
finish
