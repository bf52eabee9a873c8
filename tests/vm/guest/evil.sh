# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: evil.sh [STRATEGY...]: a disk behind a daemon that misbehaves. The data
# of its honest part are right all the same, and its changes to its rings end in errors,
# never in a splat or a hang.

. tests/vm/guest/lib.sh

load_stack bouncelab unsafe_direct=1

said() { sed -n "s/.*\\b$1 \\([0-9]*\\).*/\\1/p" $tmp/vduse0.log; }

# start_evil STRATEGY OPTION...
start_evil()
{
	_strategy=$1
	shift
	start_daemon evil vduse0 "$@"
	set_choice vduse0 strategy "$_strategy" || die "cannot choose $_strategy"
	set_choice vduse0 bounce_size 1048576
}

# touching STRATEGY: the daemon touches everything, overwrites what it no longer reads, and
# keeps its mappings over a reset.
touching()
{
	start_evil "$1" --touch --keep --scribble
	attach vduse0
	check "evil $1: the data, below a daemon that touches all" io "$disk" 2 64 16 $((seed += 1))
	dev_del vduse0
	attach vduse0
	check "evil $1: the data, with mappings from before the reset" \
		io "$disk" 2 64 16 $((seed += 1))
	dev_del vduse0
	check_eq "evil $1: every mapping was undone" "$(counter vduse0 map)" \
		"$(counter vduse0 unmap)"
	stop_daemon $daemon || not_ok "evil $1: the daemon's end" "$(cat $tmp/vduse0.log)"
	check "evil $1: the daemon touched pages" test "$(said touched)" -gt 100
}

by_file()
{
	start_evil "$1" --file
	attach vduse0
	check "evil $1: the data, by pread and pwrite" io "$disk" 4 256 128 $((seed += 1))
	dev_del vduse0
	stop_daemon $daemon || not_ok "evil $1: the daemon's end" "$(cat $tmp/vduse0.log)"
	check_eq "evil $1: no pread or pwrite was refused" "$(said refused)" 0
	check "evil $1: bytes went by file" test "$(said by_file)" -gt 2000000
}

# used STRATEGY KIND: the daemon lies in the used ring, and then it is killed.
used()
{
	start_evil "$1" --used "$2"
	short_timeout vduse0
	attach vduse0
	seed=$((seed + 1))
	io "$disk" 2 512 16 $seed >$tmp/io.out 2>&1 &
	_io=$!
	within 10 lied "$2" $_io || not_ok "evil $1 $2: the lie was told" "$(dmesg | tail -n 3)"
	kill -KILL $daemon
	check "evil $1 $2: I/O ends when the daemon is gone" within 20 dead $_io
	wait $_io
	check_eq "evil $1 $2: with an error: $(cat $tmp/io.out)" $? 3
	dev_del vduse0
	$bin/vctl destroy vduse0
}

no_disk() { ! disk_of vduse0; }

# ended WHAT [early]: the daemon is killed: I/O ends, the device can be deleted, and its
# addresses are free. early: it is deleted first, which waits for the requests, and the disk
# is out of sight.
ended()
{
	if [ "${2:-}" ]; then
		dev_del vduse0 &
		_del=$!
		check "evil $1: vdpa dev del begins" within 20 no_disk
	fi
	kill -KILL $daemon
	check "evil $1: I/O ends when the daemon is gone" within 20 dead $_io
	wait $_io
	_code=$?
	if [ "${2:-}" ]; then
		check "evil $1: vdpa dev del ends" within 20 dead "$_del"
	else
		all_undone "$1, before vdpa dev del"
		check "evil $1: vdpa dev del" timeout $((30 * slow)) vdpa dev del vduse0
	fi
	all_undone "$1"
	check "evil $1: every address was freed" within 10 balanced iova_alloc iova_free
	check "evil $1: destroy" $bin/vctl destroy vduse0
}

# all_undone WHAT: direct keeps no record of mappings that could tell what is left.
all_undone()
{
	case $1 in
	direct*) ;;
	*) check "evil $1: every mapping was undone" within 10 balanced map unmap ;;
	esac
}

# balanced COUNTER COUNTER
balanced() { [ "$(counter vduse0 "$1")" = "$(counter vduse0 "$2")" ]; }

# spoiling STRATEGY OPTION...: have the daemon change descriptors of requests in flight.
spoiling()
{
	start_evil "$@"
	short_timeout vduse0
	attach vduse0
	seed=$((seed + 1))
	io "$disk" 8 512 4 $seed >$tmp/io.out 2>&1 &
	_io=$!
	within 20 grep -q spoilt $tmp/vduse0.log || not_ok "evil $*: descriptors were spoilt"
}

# died STRATEGY KIND [early]: it does so, and dies without an answer.
died()
{
	_what="$1 $2, death${3:+ after vdpa dev del}"
	spoiling "$1" --spoil "$2" --no-indirect
	ended "$_what" "${3:-}"
	check_eq "evil $_what: the I/O has an error: $(cat $tmp/io.out)" $_code 3
}

# strayed STRATEGY [OPTION]: it answers requests whose descriptors it has changed, so that the
# driver unmaps ranges again, and then it is killed.
strayed()
{
	_what="$1 ${2:---indirect}, changed descriptors"
	# With direct it can write to the kernel's own tables, as to all of memory.
	_tables=
	[ "$1" != direct ] || _tables=--spare-tables
	# shellcheck disable=SC2086 # an option or none
	spoiling "$1" --spoil mixed --answer ${2:-} $_tables
	[ "$1" = direct ] || check "evil $_what: unmaps of no mapping were ignored" \
		within 10 counted stray
	ended "$_what"
}

counted() { [ "$(counter vduse0 "$1")" -gt 0 ]; }

# shellcheck disable=SC2317 # called by within
# lied KIND PID: the driver has complained about an id, or the I/O has ended. It does not
# look at lengths.
lied()
{
	[ "$1" != length ] || return 0
	dmesg | grep -qE 'id [0-9]+ (out of range|is not a head)' || dead "$2"
}

note "seed $seed"
# shellcheck disable=SC2048 # names without blanks
for s in ${*:-$kinds}; do
	_begin=$(uptime_ms)
	strayed "$s"
	# Which way a chain takes is the ring's matter more than the strategy's.
	case $s in
	direct | eager-none | zap) strayed "$s" --no-indirect ;;
	*)	[ -z "${LONG:-}" ] || strayed "$s" --no-indirect ;;
	esac
	touching "$s"
	[ "$s" != rw ] || by_file "$s"
	case $s in
	eager-none)
		for kind in id free twice index; do
			used "$s" $kind
		done
		died "$s" set
		died "$s" clear ;;
	zap)	used "$s" id
		died "$s" set early ;;
	esac
	check_log_clean "evil $s: the kernel's log is clean"
	note "$s: $(($(uptime_ms) - _begin)) ms"
done
check "unload" unload_stack
finish
