#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The harness against its world: two campaigns at once, one campaign twice, a disk that is full at
# any moment, output that nobody can take. What is promised is in docs/results-format.md ("Trouble").
# The guest is a fake; vm/campaign.sh kills a real one, and resume.sh kills the harness.
#
# Seen failing: without the lock of the journal; without the look at stdout at the end (check_stdout()).
#
# Waits: made-up guests pretend to work.

cd "$(dirname "$0")/../.." || exit 1
# The small disk of this test is in a mount namespace of its own.
[ -n "${IN_NAMESPACE:-}" ] || IN_NAMESPACE=1 exec unshare -m sh "$0"
. tests/lib/fake.sh
write_plan 'eager-none, intree' 4k-randread-1 'repeat = 3' 'boot = block'

# --- two at once -------------------------------------------------------------------------

# begin NAME: start a campaign whose runs take long; sets $pid, returns when it has its journal.
begin()
{
	FAKE_MS=300 $bouncelab run "$plan" --allow-noisy-host --accel tcg --out "$out" --name "$1" \
		>"$scratch/$1.log" 2>&1 &
	pid=$!
	until [ -s "$out/$1/journal.jsonl" ]; do
		kill -0 $pid 2>/dev/null || give_up "$1 ends at once: $(cat "$scratch/$1.log")"
		sleep 0.05
	done
}

# ends NAME PID: it ends well, with all of its runs.
ends()
{
	wait "$2" || { fail "$1: exit code $?"; show "$scratch/$1.log"; }
	check_manifest "$1"
	says "$scratch/$1.log" "$out/$1: $runs runs ok, 0 failed, 0 invalid"
}

runs=$($bouncelab plan "$plan" --json | grep -c '"id"')
begin one
one=$pid
begin other
other=$pid
campaign 2 one
says "$scratch/log" "$out/one"
expect 1 'resume of one that runs' $bouncelab resume --allow-noisy-host "$out/one"
says "$scratch/log" "$out/one" 'another bouncelab is working on this campaign'
ends one $one
ends other $other
ok "two campaigns at once: each has its runs; one campaign twice: refused"

# --- a full disk ---------------------------------------------------------------------------

small=$scratch/small
mkdir "$small"
mount -t tmpfs -o size=64m none "$small" || give_up "a small disk cannot be mounted"
out=$small

# fill KIB: leave so many KiB of the disk.
fill()
{
	free=$(df -k --output=avail "$small" | tail -n 1)
	head -c $(((free - $1) * 1024)) /dev/zero >"$small/ballast" 2>/dev/null || :
}

# The campaign begins with room enough, as it demands, and meets the end of the disk at a different
# place each time.
for left in 0 4 8 16 24 32 48 64 96; do
	at=full-$left
	begin $at
	fill $left
	wait $pid && fail "$at: it ends well"
	grep -i -o 'cannot write .*No space left.*\|no space left in .*' "$scratch/$at.log" |
		sed "s|$scratch/||g; s|^|$at: |" | grep . || { show "$scratch/$at.log"; fail "$at: it does not say why"; }
	[ ! -e "$small/$at/MANIFEST.sha256" ] || fail "$at: it is signed"
	# What it says to have written is whole.
	if grep -q '^results:' "$scratch/$at.log"; then
		cp "$small/$at"/*.csv "$small/$at/table.txt" "$scratch/"
		rm "$small/ballast"
		$bouncelab report "$small/$at" >"$scratch/log" 2>&1
		for f in table.txt summary.csv verdicts.csv costs.csv; do
			cmp -s "$scratch/$f" "$small/$at/$f" || fail "$at: $f is not whole"
		done
	fi
	rm -f "$small/ballast"
	expect 0 "$at, resumed" $bouncelab resume --allow-noisy-host "$small/$at"
	says "$scratch/log" "$small/$at: $runs runs ok, 0 failed, 0 invalid"
	check_manifest $at
	mv "$small/$at" "$scratch/"
done
umount "$small"
ok "a full disk: the campaign ends, says so, and goes on where there is room"

# A report that cannot be written is not an error that passes for success.
out=$scratch
expect 0 report $bouncelab report "$scratch/full-0"
for command in report 'report --json' list doctor "plan $plan"; do
	# shellcheck disable=SC2086 # words
	case $command in
	report*) set -- $command "$scratch/full-0" ;;
	*)	set -- $command ;;
	esac
	if $bouncelab "$@" >/dev/full 2>"$scratch/log"; then
		fail "$command > /dev/full exits with 0"
	fi
	grep -q 'cannot write all of the output' "$scratch/log" || fail "$command > /dev/full does not say so"
done
ok "output that cannot be written is an error"
finish
