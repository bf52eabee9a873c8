# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: fuzz.sh CORRUPTIONS KINDS [STRATEGY...]: `evil --fuzz` below a disk that is in
# use. A daemon serves one episode, with a seed of its own, until it ends; episodes follow one
# another until there were so many corruptions for each strategy. Several strategies run at the
# same time, since an episode ends with a second in which nothing happens (msg_timeout).
#
# After each episode all I/O has to end, the device goes, and its counters balance. KINDS is a list
# as --kind takes it, or "all".
#
# Without indirect descriptors a daemon that clears NEXT of a chain makes virtio_ring complete a
# request whose data it does not unmap, and unmap them later, with a copy to memory that is no
# longer the request's (docs/upstream.md). No driver below can know that. So half of the seeds
# without indirect descriptors leave NEXT alone; in the other half such copies are counted and
# are no failure.

. tests/vm/guest/lib.sh

corruptions=$1
kinds=$2
shift 2
at_once=3
# Episodes of a strategy. Death alone is one corruption in each.
case $kinds in
kill) most=$corruptions ;;
*)	most=$((20 + corruptions / 1000)) ;;
esac

bad() { echo "$*" >>$tmp/bad; }

balanced() { [ "$(counter "$1" "$2")" = "$(counter "$1" "$3")" ]; }

# choose NAME STRATEGY
choose()
{
	set_choice "$1" strategy "$2" && set_choice "$1" bounce_size 1048576 &&
		echo 1 >"/sys/class/vduse/$1/msg_timeout"
}

# await SECONDS COMMAND...: as within, for a guest that has no CPU to lose: each start of sleep
# takes some.
await()
{
	_end=$(($(uptime_ms) + $1 * 1000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(uptime_ms)" -lt $_end ] || return 1
		sleep 0.2
	done
}

# disk_comes NAME PID-OF-VDPA PID-OF-DAEMON
disk_comes() { disk_of "$1" || dead "$2" || dead "$3"; }

# daemon_done LOG PID: the daemon corrupts no more, or is dead.
daemon_done() { grep -q '^done' "$1" || dead "$2"; }

# next_changes SEED: does evil.c change NEXT in a ring without indirect descriptors?
next_changes() { [ $(($1 & 3)) = 1 ] || { [ $(($1 & 1)) = 1 ] && [ "$kinds" != all ]; }; }

# drive NAME SEED LOG PID: do I/O on the disk of the daemon until it is done.
drive()
{
	timeout 60 vdpa dev add name "$1" mgmtdev vduse >"$tmp/$1.add" 2>&1 &
	_add=$!
	await 30 disk_comes "$1" $_add "$4"
	_disk=$(disk_of "$1")
	_hammer=
	if [ "$_disk" ] && [ -b "/dev/$_disk" ]; then
		$bin/hammer "/dev/$_disk" 6 "$2" >"$tmp/$1.hammer" 2>&1 &
		_hammer=$!
	fi
	await 60 daemon_done "$3" "$4" || bad "$_what: the daemon does not end"
	[ -z "$_hammer" ] || kill -TERM $_hammer 2>/dev/null
	await 5 dead "$4" || kill -KILL "$4"
	if ! await 20 dead $_add; then
		bad "$_what: vdpa dev add hangs"
		return 1
	fi
	[ "$_hammer" ] || return 0
	if ! await 20 dead $_hammer; then
		bad "$_what: I/O hangs"
		return 1
	fi
	wait $_hammer
	_code=$?
	# SIGTERM may come before its handler is there.
	case $_code in
	0 | 143) ;;
	*)	if next_changes "$2"; then
			echo late >>"$tmp/$1.late"
		else
			bad "$_what: exit code $_code of hammer: $(cat "$tmp/$1.hammer")"
		fi ;;
	esac
}

# settle NAME STRATEGY: the device goes, and nothing of it is left.
settle()
{
	if [ -e "/sys/bus/vdpa/devices/$1" ]; then
		timeout 20 vdpa dev del "$1" || bad "$_what: vdpa dev del: exit code $?"
	fi
	[ "$2" = direct ] || await 10 balanced "$1" map unmap ||
		bad "$_what: $(counter "$1" map) maps, $(counter "$1" unmap) unmaps"
	await 10 balanced "$1" iova_alloc iova_free ||
		bad "$_what: $(counter "$1" iova_alloc) addresses, $(counter "$1" iova_free) freed"
	echo $(($(cat "$tmp/$1.stray") + $(counter "$1" stray))) >"$tmp/$1.stray"
	await 10 $bin/vctl destroy "$1" || bad "$_what: destroy: $($bin/vctl destroy "$1")"
}

# episode NAME STRATEGY SEED: returns 1 if the device is lost.
episode()
{
	_what="$2, seed $3"
	_option=
	[ "$kinds" = all ] || _option="--kind $kinds"
	[ "$2" != direct ] || _option="$_option --no-data"
	# shellcheck disable=SC2086 # an option or none
	start_daemon evil "$1" --fuzz --seed "$3" --corruptions "$((corruptions / 2 + 1))" \
		$_option
	choose "$1" "$2" || bad "$_what: cannot be chosen"
	drive "$1" "$3" "$tmp/$1.log" "$daemon" || return 1
	cat "$tmp/$1.log" >>"$tmp/$1.logs"
	note "$_what: $(sed -n "s/^done: seed [0-9]* //p" "$tmp/$1.log")"
	settle "$1" "$2"
}

# total NAME WORD: print the sum over the episodes.
total()
{
	awk -v w="$2" '/^done/ { for (i = 1; i < NF; i++) if ($i == w) n += $(i + 1) }
		END { print n + 0 }' "$tmp/$1.logs"
}

# kinds_of NAME: print how many corruptions of each kind there were.
kinds_of()
{
	awk '/^kinds:/ { for (i = 2; i < NF; i += 2) n[$i] += $(i + 1) }
		END { for (k in n) printf "%s %d ", k, n[k] }' "$tmp/$1.logs"
}

# campaign NAME STRATEGY: episodes until there were enough corruptions.
campaign()
{
	_begin=$(uptime_ms)
	_n=0
	: >"$tmp/$1.logs"
	echo 0 >"$tmp/$1.stray"
	: >"$tmp/$1.late"
	while [ "$(total "$1" corruptions)" -lt "$corruptions" ] && [ $_n -lt "$most" ]; do
		_n=$((_n + 1))
		episode "$1" "$2" $((seed * 1000 + _n)) || break
		[ ! -s $tmp/bad ] || break
	done
	[ -s $tmp/bad ] || [ "$(total "$1" corruptions)" -ge "$corruptions" ] ||
		bad "$2: only $(total "$1" corruptions) corruptions in $_n episodes"
	note "$2: $(total "$1" corruptions) corruptions, $_n episodes," \
		"$(total "$1" requests) requests, $(cat "$tmp/$1.stray") strays," \
		"$(wc -l <"$tmp/$1.late") with late copies," \
		"$(($(uptime_ms) - _begin)) ms"
	note "$2: $(kinds_of "$1")"
}

# cpu_ms: print how long the guest's CPUs have worked since its boot.
cpu_ms() { awk '$1 == "cpu" { print ($2 + $3 + $4 + $7 + $8) * 10 }' /proc/stat; }

# several STRATEGY...: campaigns at the same time.
several()
{
	_pids=
	_i=0
	: >$tmp/bad
	for _s; do
		campaign "vduse$_i" "$_s" &
		_pids="$_pids $!"
		_i=$((_i + 1))
	done
	# shellcheck disable=SC2086 # a list of words
	wait $_pids
	if [ -s $tmp/bad ]; then
		not_ok "fuzz: $*" "$(head -n 5 $tmp/bad)"
		dmesg | grep -v 'ignored an unmap' | tail -n 40 | sed 's/^/# dmesg: /'
		hung_tasks
	else
		ok "fuzz: all I/O ended, and nothing was left: $*"
	fi
	check_log_clean "fuzz: the kernel's log is clean: $*"
	rm -f $tmp/*.logs $tmp/*.stray $tmp/*.late
}

# Print the stacks of tasks that wait in the kernel without a signal ending it.
hung_tasks()
{
	for _p in /proc/[0-9]*; do
		grep -q '^State:.D' "$_p/status" 2>/dev/null || continue
		note "$(cat "$_p/comm"):"
		sed 's/^/# /' "$_p/stack"
	done
}

load_stack bouncelab unsafe_direct=1
all=$(every_strategy)
note "seed $seed"
begin=$(cpu_ms)
# Once for certain: the daemon refuses DRIVER_OK and dies, of which the driver learns nothing.
wanted="$corruptions $kinds"
corruptions=1
kinds=deny,kill
several eager-none
corruptions=${wanted% *}
kinds=${wanted#* }
# shellcheck disable=SC2086 # names without blanks
[ $# != 0 ] || set -- $all
while [ $# -gt 0 ]; do
	group=
	while [ $# -gt 0 ] && [ "$(echo "$group" | wc -w)" -lt "$at_once" ]; do
		group="$group $1"
		shift
	done
	# shellcheck disable=SC2086 # names without blanks
	several $group
done
note "$(($(cpu_ms) - begin)) ms of the guest's CPUs"
check "unload" unload_stack
finish
