#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two campaigns at once, one campaign twice, a disk that becomes full, output that cannot be
# written: the harness does what docs/results-format.md promises ("Trouble"). The guest is a fake;
# vm/campaign.sh kills a real one, and resume.sh kills the harness.
#
# Seen failing: without the lock of the journal; without the look at stdout at the end
# (check_stdout()).
#
# Waits: made-up guests pretend to work.

cd "$(dirname "$0")/../.." || exit 1
# The small disk of this test is in a mount namespace of its own, where there may be one.
if [ -z "${TROUBLE_INSIDE:-}" ] && unshare -rm true 2>/dev/null; then
	TROUBLE_INSIDE=1 exec unshare -rm sh tests/program/trouble.sh
fi
. tests/lib/fake.sh
write_plan 'eager-none, intree' 4k-randread-1 'repeat = 3' 'boot = block'
runs=$($bouncelab plan "$plan" --json | grep -c '"id"')

# begin NAME: start a campaign whose runs take long; sets $pid, returns when it has its journal.
begin()
{
	FAKE_MS=400 $bouncelab run "$plan" --allow-noisy-host --accel tcg --out "$out" --name "$1" \
		>"$scratch/$1.log" 2>&1 &
	pid=$!
	until [ -s "$out/$1/journal.jsonl" ]; do
		kill -0 $pid 2>/dev/null || give_up "$1 ends at once: $(cat "$scratch/$1.log")"
		sleep 0.05
	done
}

# --- two at once -------------------------------------------------------------------------

# ends NAME PID: it ends well, with all of its runs.
ends()
{
	wait "$2" || { fail "$1: exit code $?"; show "$scratch/$1.log"; }
	check_manifest "$1"
	says "$scratch/$1.log" "$out/$1: $runs runs ok, 0 failed, 0 invalid"
}

begin one
one=$pid
begin other
other=$pid
campaign 2 one
says "$scratch/log" "$out/one" 'campaigns are never overwritten'
expect 1 'resume of one that runs' $bouncelab resume --allow-noisy-host "$out/one"
says "$scratch/log" "$out/one" 'another bouncelab is working on this campaign'
ends one $one
ends other $other
ok "two campaigns at once: each has its runs; one campaign twice: refused"

# --- a full disk ---------------------------------------------------------------------------

# fill KIB: leave so many KiB of the disk; a campaign may take some of them at the same time.
fill()
{
	free=$(df -k --output=avail "$small" | tail -n 1)
	head -c $(((free - $1) * 1024)) /dev/zero >"$small/ballast" 2>/dev/null || :
}

# check_files NAME: the files that the campaign says to have written are whole, as a report makes
# them again where there is room.
check_files()
{
	derived="table.txt summary.csv verdicts.csv costs.csv"
	for f in $derived; do
		mv "$out/$1/$f" "$scratch/"
	done
	# Runs are missing.
	expect 1 "$1: report" $bouncelab report --no-plots "$out/$1"
	for f in $derived; do
		cmp "$scratch/$f" "$out/$1/$f" || fail "$1: $f is not whole"
	done
}

# becomes_full KIB: the disk has so many KiB left when the first run begins.
becomes_full()
{
	at=full-$1
	begin "$at"
	fill "$1"
	wait $pid
	code=$?
	[ $code = 1 ] || fail "$at: exit code $code, not 1"
	grep -i -o '[^:]*: no space left.*\|no space left.*\|.*space left?' "$scratch/$at.log" |
		sed "s|$scratch/||g; s|^|$at: |" | grep . || { show "$scratch/$at.log"; fail "$at: why?"; }
	[ ! -e "$small/$at/MANIFEST.sha256" ] || fail "$at: it is signed"
	rm "$small/ballast"
	if grep -q '^results:' "$scratch/$at.log"; then
		reported=$((reported + 1))
		check_files "$at"
	fi
	expect 0 "$at, resumed" $bouncelab resume --allow-noisy-host "$small/$at"
	says "$scratch/log" "$small/$at: $runs runs ok, 0 failed, 0 invalid"
	check_manifest "$at"
	rm -rf "${small:?}/$at"
}

full_disk()
{
	small=$scratch/small
	mkdir "$small"
	mount -t tmpfs -o size=64m none "$small" || give_up "a small disk cannot be mounted"
	out=$small
	fill 8192
	campaign 1 none
	says "$scratch/log" "$small has 8 MiB free, $runs runs may need"
	rm "$small/ballast"
	reported=0
	for left in $(deep '0 16 64' '0 4 8 16 24 32 48 64 96'); do
		becomes_full "$left"
	done
	# Whether one gets that far depends on the moment.
	echo "$reported campaigns report what they have done"
	[ $reported -gt 0 ] || [ -z "${LONG:-}" ] || fail "no campaign reports what it has done"
	umount "$small"
	out=$scratch/out
	ok "a full disk: the campaign ends, says so, and goes on where there is room"
}

if [ -n "${TROUBLE_INSIDE:-}" ]; then
	full_disk
else
	echo "no mount namespace here: no full disk"
fi

# --- output that cannot be written -----------------------------------------------------------

for option in '' --json; do
	# shellcheck disable=SC2086 # an option or none
	$bouncelab report $option "$out/one" >/dev/full 2>"$scratch/log"
	code=$?
	[ $code = 1 ] || fail "report $option > /dev/full exits with $code"
	says "$scratch/log" 'cannot write all of the output'
done
ok "output that cannot be written is an error"
finish
