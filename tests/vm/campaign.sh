#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A whole campaign; one that is interrupted; and one whose guest dies.
# Timeout: 900
# First: it takes long.
#
# Seen failing: with the journal, the manifest or the clean-up after SIGINT
# taken out of the harness.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
out=$scratch/out
# The plan adds intree, its baseline.
strategies=direct,eager-none,lazy-spin,zap
mkdir "$out"

# until_journal NAME STATE: wait at most 120 s for the first run in that state.
until_journal()
{
	rm -f "$scratch/lines"
	mkfifo "$scratch/lines"
	tail -n +1 -F --pid=$pid "$out/$1/journal.jsonl" >"$scratch/lines" 2>/dev/null &
	follower=$!
	timeout 120 grep -q "\"state\": *\"$2\"" <"$scratch/lines"
	found=$?
	kill $follower 2>/dev/null
	[ $found = 0 ] || fail "$1: no run is $2"
	return $found
}

# start NAME ARGUMENT...: start a campaign in the background; $pid is its process.
start()
{
	name=$1
	shift
	env --default-signal=INT build/bouncelab run smoke --allow-noisy-host -s $strategies --out "$out" --name "$name" "$@" \
		>"$scratch/$name.log" 2>&1 &
	pid=$!
}

# ended CODE: wait for the campaign, which exits with CODE.
ended()
{
	wait $pid
	code=$?
	[ $code = "$1" ] || { fail "$name: exit $code, should be $1"; show "$scratch/$name.log"; }
	[ -z "$(find "$out/$name/runs" -name '.*.tmp')" ] || fail "$name: a half-written run is left"
}

start whole
ended 0
(cd "$out/whole" && sha256sum --quiet -c MANIFEST.sha256) || fail "whole: the manifest does not match"
for f in plan.json env.json summary.csv verdicts.csv costs.csv table.txt \
		figures/relative.svg figures/relative.pdf figures/absolute.svg; do
	[ -s "$out/whole/$f" ] || fail "whole: no $f"
done
grep -q 'emulated\|KVM' "$out/whole/table.txt" || fail "whole: the table does not say how the guest ran"
ok "a whole campaign has every file, and its checksums fit"

start whole
ended 2
ok "a campaign is not overwritten"

start interrupted
if until_journal interrupted ok; then
	kill -INT $pid
fi
ended 130
grep -q interrupted "$out/interrupted/journal.jsonl" || fail "interrupted: the journal does not say so"
[ -s "$(echo "$out"/interrupted/runs/*/run.json)" ] || fail "interrupted: the finished run is gone"
ok "an interrupted campaign keeps its finished runs"

# The journal says running before the guest is started: only after the first run that ended
# there is surely a guest.
start killed
if until_journal killed ok; then
	pkill -KILL -P $pid qemu || fail "killed: no guest to kill"
fi
ended 1
grep -q '"failed"' "$out/killed/journal.jsonl" || fail "killed: no run is marked failed"
sed '1,/"failed"/d' "$out/killed/journal.jsonl" | grep -q '"ok"' ||
	fail "killed: the campaign did not go on"
ok "a campaign goes on after its guest has died"
finish
