# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: fuzz-stock.sh CORRUPTIONS KINDS EPISODES: what the stock driver does with the seeds
# of fuzz.sh. Nothing is a failure here: with the stock driver the I/O of a dead daemon never ends.
# Each episode has a device of its own, which stays when its I/O hangs.

. tests/vm/guest/lib.sh

corruptions=$1
kinds=$2
episodes=$3

# daemon_done LOG PID: the daemon corrupts no more, or is dead.
daemon_done() { grep -q '^done' "$1" || dead "$2"; }
# disk_comes NAME PID
disk_comes() { disk_of "$1" || dead "$2"; }

# episode NAME SEED: prints how the I/O ended.
episode()
{
	_option=
	[ "$kinds" = all ] || _option="--kind $kinds"
	# shellcheck disable=SC2086 # an option or none
	start_daemon evil "$1" --fuzz --seed "$2" --corruptions "$((corruptions / 2 + 1))" \
		$_option
	echo 1048576 >"/sys/class/vduse/$1/bounce_size"
	echo 1 >"/sys/class/vduse/$1/msg_timeout"
	timeout 60 vdpa dev add name "$1" mgmtdev vduse >"$tmp/$1.add" 2>&1 &
	_add=$!
	within 20 disk_comes "$1" $_add || { echo "no disk after 20 s"; return 1; }
	_disk=$(disk_of "$1") || { echo "no disk: $(cat "$tmp/$1.add")"; return 0; }
	$bin/hammer "/dev/$_disk" 6 "$2" >"$tmp/$1.hammer" 2>&1 &
	_hammer=$!
	within 60 daemon_done "$tmp/$1.log" $daemon || echo "the daemon does not end"
	kill -TERM $_hammer
	within 5 dead $daemon || kill -KILL $daemon
	if ! within 5 dead $_hammer; then
		echo "I/O hangs 5 s after the daemon's end"
		dead $_add
		return
	fi
	wait $_hammer && echo "I/O ended" || echo "exit code $? of hammer: $(head -n 1 "$tmp/$1.hammer")"
}

load_stack vduse
n=0
while [ $n -lt "$episodes" ]; do
	n=$((n + 1))
	log_mark
	episode "vduse$n" $((seed * 1000 + n)) >$tmp/said
	_last=$?
	note "seed $((seed * 1000 + n)): $(paste -sd ';' $tmp/said)"
	grep -h '^kinds' "$tmp/vduse$n.log" | sed 's/^/#   /'
	log_since | grep -F -f $splats | sort | uniq -c | sort -rn | head -n 5 | sed 's/^/#   log: /'
	[ $_last = 0 ] || break
done
note "log: $(grep -n -F -f $splats $tmp/dmesg.log | head -n 1)"
grep -F -A 30 -m 1 'cut here' $tmp/dmesg.log | head -n 40 | sed 's/^/#   /'
ok "the stock driver was seen with $n seeds"
echo "1..$checks"
