#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The order of jobs on a device. A carry-over is planted: on devices of lazy-spin each job but the
# first is a fifth slower. With order = fresh the verdicts are those without it; with
# order = random the report names the label and the job that came before; with order = listed the
# report says that it cannot tell. The guest is a fake.
#
# Seen failing: with a device that does all jobs in place of one; with an order that is the same
# on all devices, or is not stored; with jobs that the guest does in another order.
# Waits: made-up guests pretend to work.
# Slow: its made-up guests take a minute.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan 'eager-none, lazy-spin, intree' '4k-randread-1, 4k-randwrite-1' 'repeat = 12' 'seed = 3'

# carried CODE NAME OPTION...: run the campaign with the carry-over.
carried()
{
	FAKE_CARRY=lazy-spin=0.8
	export FAKE_CARRY
	campaign "$@"
	unset FAKE_CARRY
}

# ratio NAME JOB: print the ratio of lazy-spin to the baseline.
ratio()
{
	awk -F , -v job="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
		$col["label"] == "lazy-spin" && $col["job"] == job { print $col["ratio"] }
		' "$out/$1/verdicts.csv"
}

# orders NAME: print how often timed devices had which jobs, in which order.
orders()
{
	awk -F , '
		NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
		$col["kind"] == "time" {
			run = $col["run"]
			jobs[run] = jobs[run] " " $col["position"] ":" $col["job"]
		}
		END { for (run in jobs) n[jobs[run]]++; for (o in n) print n[o] o }
		' "$out/$1/summary.csv" | sort
}

campaign 0 clean
carried 0 fresh
check_manifest fresh
cmp "$out/clean/verdicts.csv" "$out/fresh/verdicts.csv" || fail "fresh: the carry-over is in the verdicts"
[ "$(orders fresh)" = "48 1:4k-randread-1
48 1:4k-randwrite-1" ] || fail "fresh: $(orders fresh)"
says "$out/fresh/table.txt" 'order     fresh: a device does one job' '12 fresh devices per cell and job'
says "$out/fresh/plan.json" '"order": "fresh"'
[ "$(grep -l '"kind": "verify"' "$out/fresh"/runs/*/run.json | wc -l)" = 3 ] ||
	fail "fresh: not one device for each cell to verify"
grep -q 'ORDER EFFECT' "$out/fresh/table.txt" && fail "fresh: reports an effect of the order"
ok "fresh: one job on a device, and the carry-over is in no verdict"

# A run that is gone takes one job of its label with it.
run=$(awk -F , '$2 == "time" && $4 == "lazy-spin" && $12 == "4k-randread-1" { print $1; exit }' \
	"$out/fresh/summary.csv")
cp -r "$out/fresh" "$out/gone"
forget gone "$run"
expect 1 'report of gone' $bouncelab report --no-plots "$out/gone"
[ "$(awk -F , '$2 == "lazy-spin" { printf "%s ", $10 }' "$out/gone/verdicts.csv")" = '11 12 ' ] ||
	fail "gone: $(awk -F , '$2 == "lazy-spin" { printf "%s ", $10 }' "$out/gone/verdicts.csv")runs, not 11 and 12"
ok "fresh: a run that is lost costs one job"

campaign 0 calm --order random
carried 0 random --order random
check_manifest random
[ "$(orders random | awk '{ print $2 $3 }' | sort | tr '\n' ' ')" = \
	'1:4k-randread-12:4k-randwrite-1 1:4k-randwrite-12:4k-randread-1 ' ] || {
	orders random >"$scratch/log"
	show "$scratch/log"
	fail "random: not both orders"
}
says "$out/random/table.txt" 'order     random: a device does all jobs' \
	'WARNING: the order has an effect in 2 of 2 jobs' ': ORDER EFFECT'
for pair in '4k-randread-1 *after 4k-randwrite-1' '4k-randwrite-1 *after 4k-randread-1'; do
	grep -qE "^  $pair, lazy-spin: x 0\.(79|80).*: ORDER EFFECT" "$out/random/table.txt" ||
		fail "random: no effect of 0.8 on '$pair' of lazy-spin"
done
says "$out/calm/table.txt" 'tested: the order has an effect in 0 of 2 jobs' 'all labels: x ' ': no effect is seen'
grep -q 'ORDER EFFECT' "$out/calm/table.txt" && fail "calm: reports an effect that is not there"
expect 0 'report --json' $bouncelab report --json --no-plots "$out/random"
[ "$(grep -c '"found": true' "$scratch/log")" = 2 ] || fail "random: the JSON has no two effects"
ok "random: both orders, the planted effect is found, and none without it"

# The order of each device is in plan.json, and the seed decides it.
$bouncelab plan "$plan" --order random --json >"$scratch/a"
$bouncelab plan "$plan" --order random --json >"$scratch/b"
$bouncelab plan "$plan" --order random --json --seed 4 >"$scratch/c"
cmp -s "$scratch/a" "$scratch/b" || fail "the same seed gives another order"
cmp -s "$scratch/a" "$scratch/c" && fail "another seed gives the same order"
FAKE_BACKWARDS=1 campaign 1 backwards --order random --repeat 1
says "$scratch/log" 'invalid: job 1 of the guest was 4k-rand'
ok "random: the seed decides the orders, and a guest that has its own is noticed"

carried 0 listed --order listed
[ "$(orders listed)" = '48 1:4k-randread-1 2:4k-randwrite-1' ] || fail "listed: $(orders listed)"
says "$out/listed/table.txt" 'order     listed: ' 'cannot be told from an effect of the job'
grep -q 'ORDER EFFECT' "$out/listed/table.txt" && fail "listed: reports an effect of the order"
awk -v a="$(ratio listed 4k-randwrite-1)" -v b="$(ratio clean 4k-randwrite-1)" \
	'BEGIN { exit !(a / b > 0.79 && a / b < 0.81) }' ||
	fail "listed: the second job has $(ratio listed 4k-randwrite-1), and $(ratio clean 4k-randwrite-1) alone"
ok "listed: the carry-over is in the verdict, and the report says that it cannot tell"

# A campaign from before the key has no order in plan.json: it was the plan's.
cp -r "$out/listed" "$out/old"
rm "$out/old/MANIFEST.sha256"
sed -i '/"order": "listed"/d' "$out/old/plan.json"
resign old
expect 0 'report of old' $bouncelab report --no-plots "$out/old"
says "$out/old/table.txt" 'order     listed: '
ok "a campaign without the key is listed"

expect 0 plan $bouncelab plan "$plan"
says "$scratch/log" 'blocks    12 of 8 devices' 'order     fresh: ' '99 runs: 3 verify, 96 timed'
expect 2 'plan with a wrong order' $bouncelab plan "$plan" --order any
says "$scratch/log" "'any'" 'valid: fresh, random, listed'
ok "plan says the order beforehand"
finish
