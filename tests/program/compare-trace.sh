#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `bouncelab compare --trace` on made-up traces: the sentence says that contention fell, rose or
# moved, the table has the difference and the ratio of each lock, and a busy host forbids a
# conclusion. The table of holds says what probes add to an outer lock.
#
# Seen failing: with a sentence for a busy host as for any other, with the mark of a busy host in
# the text alone, and with figures of collectors that did not run.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
. tests/lib/traced.sh
bouncelab=build/bouncelab

# compare OLD NEW: compare the traces; the output is in $scratch/log.
compare()
{
	$bouncelab compare --trace "$scratch/$1" "$scratch/$2" >"$scratch/log" 2>&1 || {
		show "$scratch/log"
		fail "$1, $2: exit code $?"
	}
}

# says TEXT...: the output contains every TEXT.
says()
{
	for text; do
		grep -qF -e "$text" "$scratch/log" || {
			show "$scratch/log"
			fail "'$text' is not in the output"
		}
	done
}

make_traced old tcg 6 locks+memory 100 10 '[]'
make_traced less tcg 6 locks+memory 60 10 '[]'
make_traced more tcg 6 locks+memory 150 10 '[]'
make_traced elsewhere tcg 6 locks+memory 10 100 '[]'

compare old less
says 'eager-spin: Contention fell (-4' ', most for virtio-blk queue lock (-40' 'lazy-spin: Contention fell' \
	'all locks'
grep -q '^  virtio-blk queue lock  *[0-9.]*  *[0-9.]*  *-[0-9.]*  *-[0-9.]* .. -[0-9.]*  *0.600  *0.59[0-9] .. 0.60[0-9]$' \
	"$scratch/log" || { show "$scratch/log"; fail "no row of the queue lock with its intervals"; }
compare old more
says 'eager-spin: Contention rose (' ', most for virtio-blk queue lock (+5'
compare old elsewhere
says 'Contention moved from virtio-blk queue lock (-9' ' to bounce (+9' 'no change of the total is shown'
compare old old
says 'No change of contention is shown'
ok "the sentence says what happened to contention"

# Two strategies of one campaign.
compare old:eager-spin old:lazy-spin
says 'eager-spin -> lazy-spin: Contention fell'
$bouncelab compare --trace --json "$scratch/old" "$scratch/elsewhere" >"$scratch/log" ||
	fail "--json: exit code $?"
says '"contention": "moved"' '"from": "virtio-blk queue lock"' '"to": "bounce"' '"difference_lo": '
ok "strategies of one campaign, and JSON"

make_traced few tcg 4 locks 100 10 '[]'
compare old few
says 'cannot be told: an interval needs 5 devices on each side, and there are 6 and 4'
make_traced holds tcg 6 holds 100 10 '[]'
compare old holds
says 'cannot be told: the collector locks did not run in both'
busy='[ { "check": "load", "value": "load 3.4 on 2 CPUs" } ]'
make_traced busy tcg 6 locks+memory 60 10 "$busy"
compare old busy
says "cannot be told: BUSY HOST: waits may be the host's (busy: load 3.4 on 2 CPUs)"
grep -q 'Contention fell' "$scratch/log" && fail "a busy host does not forbid a conclusion"
make_traced counted icount 6 locks+memory 60 10 "$busy"
make_traced counts icount 6 locks+memory 100 10 '[]'
compare counts counted
says 'Contention fell'
ok "no conclusion from a busy host, too few devices or other collectors"

for bad in "--label eager-spin" "--job job"; do
	# shellcheck disable=SC2086 # words
	$bouncelab compare --trace $bad "$scratch/old" "$scratch/less" >"$scratch/log" 2>&1
	[ $? = 2 ] || fail "$bad --trace: not refused"
	says 'cannot be given with --trace; valid: CAMPAIGN:STRATEGY'
done
$bouncelab compare --trace "$scratch/old:zap" "$scratch/less" >"$scratch/log" 2>&1
[ $? = 2 ] || fail "an unknown strategy is not refused"
says "unknown strategy of this trace 'zap'; valid: eager-spin, lazy-spin"
ok "options that do not fit are refused"

# An I/O takes two locks and 10 us more with probes: three probes take 5 us. The outer lock has those
# of the inner one, and one of its own.
$bouncelab report --no-plots "$scratch/holds" >"$scratch/log" 2>&1 || fail "holds: exit code $?"
for row in 'virtio-blk queue lock  eager-spin +1.00 +20.00 +6.6[5-9] ' \
	'bounce +eager-spin +1.00 +2.00 +1.6[5-9] '; do
	grep -Eq "$row" "$scratch/log" || {
		show "$scratch/log"
		fail "the share of probes is missing or wrong"
	}
done
ok "the table of holds says what probes add"

for c in busy holds old; do
	$bouncelab report --format svg,tikz --width 3.4 "$scratch/$c" >"$scratch/log" 2>&1 || {
		show "$scratch/log"
		fail "report $c: exit code $?"
	}
done
grep -q 'BUSY HOST' "$scratch/busy/figures/trace-locks.svg" || fail "the figure of a busy host is not marked"
grep -q 'BUSY HOST' "$scratch/busy/figures/trace-locks.txt" || fail "its caption does not say it"
grep -q 'BUSY HOST' "$scratch/old/figures/trace-locks.svg" && fail "an idle host is marked as busy"
grep -q 'waits, ns' "$scratch/holds/figures/trace-locks.svg" && fail "a panel of waits without the collector locks"
grep -q 'holds, ns' "$scratch/old/figures/trace-locks.svg" && fail "a panel of holds without the collector holds"
[ ! -e "$scratch/holds/figures/trace-memory.svg" ] || fail "a figure of memory without the collector memory"
[ ! -e "$scratch/old/figures/trace-life.svg" ] || fail "a figure of stages without the collector stages"
grep -q 'tikzpicture' "$scratch/old/figures/trace-locks.tex" || fail "no figure in the format tikz"
ok "figures show what was collected, and mark a busy host"

$bouncelab report -o "$scratch/both" --select 'eager-spin (old),eager-spin (less)' \
	--rename 'eager-spin (old)=before,eager-spin (less)=after' --format svg "$scratch/old" "$scratch/less" \
	>"$scratch/log" 2>&1 || { show "$scratch/log"; fail "two traced campaigns: exit code $?"; }
grep -q '>before<' "$scratch/both/figures/trace-locks.svg" || fail "a campaign is not called by its new name"
grep -q 'lazy-spin' "$scratch/both/figures/trace-locks.svg" && fail "a label that was not selected is shown"
cut -d , -f 1 "$scratch/both/trace-locks.csv" | grep -qx 'lazy-spin (less)' ||
	fail "trace-locks.csv does not have all labels of both campaigns"
ok "two traced campaigns in one figure"
finish
