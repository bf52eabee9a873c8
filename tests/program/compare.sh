#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bouncelab compare and its exit codes, as git bisect run takes them: 0 not worse, 1 worse, 125
# it cannot be said. The guest is a fake whose numbers are the same each time.
#
# Seen failing: with the rule of before, which took one label that is the same for enough: a label
# that is unverified, inconclusive, missing or half failed beside it gave 0, and so did another
# guest kernel, daemon or fio.
# Waits: made-up guests pretend to work.
# Slow: it makes up ten campaigns, and compares them forty times.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan 'eager-none, eager-spin, intree' 4k-randread-1 'repeat = 8'

# compare CODE NAME OLD NEW OPTION...: compare two campaigns. The output is in $scratch/log.
compare()
{
	want=$1
	name=$2
	old=$3
	new=$4
	shift 4
	expect "$want" "compare: $name" $bouncelab compare "$out/$old" "$out/$new" "$@"
}

# copy NAME: make NAME a copy of the campaign "old", to be changed.
copy() { cp -r "$out/old" "$out/$1"; }

# runs_of NAME KIND LABEL: print the directories of these runs.
runs_of()
{
	for f in "$out/$1"/runs/*/run.json; do
		grep -q "\"kind\": \"$2\"" "$f" && grep -q "\"label\": \"$3\"" "$f" && dirname "$f"
	done
}

campaign 0 old --boot block
copy same
compare 0 "the same numbers" old same
says "$scratch/log" 'new is not worse than old' 'includes the scatter between boots'
ok "nothing changed: 0"

FAKE_SLOW=eager-none=0.9 campaign 0 slow --boot block
compare 1 "a label is slower" old slow
says "$scratch/log" 'new is worse than old' 'eager-none in 4k-randread-1 is slower'
compare 0 "a label is faster" slow old
compare 0 "the other label" old slow --label eager-spin
ok "a label is slower: 1; faster: 0; another label is asked for: 0"

# The boots of one campaign are one, so nothing shows how boots differ.
campaign 0 one
cp -r "$out/one" "$out/again"
compare 125 "one boot" one again
says "$scratch/log" 'the scatter between boots is not known' 'cannot be said'
compare 0 "one boot, and a known scatter" one again --boot-sd 0.5
says "$scratch/log" 'of 0.5 % of the ratio is assumed'
compare 125 "one boot, and a large scatter" one again --boot-sd 10
FAKE_SLOW=eager-none=0.9 campaign 0 one-slow
compare 1 "slower by more than boots scatter" one one-slow --boot-sd 0.5
compare 125 "slower by less than boots scatter" one one-slow --boot-sd 10
ok "one boot: 125, unless the scatter between boots is declared"

copy unverified
rm -r "$(runs_of unverified verify eager-none)"
resign unverified
compare 125 "unverified" old unverified
says "$scratch/log" 'eager-none in 4k-randread-1 is unverified'
compare 0 "unverified, and not asked for" old unverified --label eager-spin
ok "a label is unverified beside one that is the same: 125"

FAKE_NOISE=30 campaign 0 noisy --boot block
compare 125 "inconclusive" old noisy
says "$scratch/log" 'is inconclusive'
ok "inconclusive: 125"

campaign 0 less --boot block --strategy eager-spin
compare 125 "missing in new" old less
says "$scratch/log" 'eager-none in 4k-randread-1 is missing in the new campaign'
compare 125 "missing in old" less old
says "$scratch/log" 'eager-none in 4k-randread-1 is missing in the old campaign'
compare 0 "missing, and not asked for" old less --label eager-spin
compare 125 "only the baseline" old same --label intree
ok "a label is missing in either campaign: 125"

copy wider
sed -i 's|"same_within": 3.0*|"same_within": 9.0|' "$out/wider/plan.json"
resign wider
compare 0 "two margins" old wider
says "$scratch/log" 'old: same within 3 %' 'new: same within 9 %' 'only if it is the same by both'
FAKE_SLOW=eager-none=0.95 campaign 0 little --boot block
compare 1 "slower by the declared margin" old little
compare 125 "slower by one margin, same by the other" wider little
says "$scratch/log" 'the margins of the two campaigns give different verdicts'
compare 0 "same by a margin that is chosen afterwards" old little --same-within 9
says "$scratch/log" 'chosen after the fact'
ok "margins are those of the plans; one that is chosen afterwards is said to be"

copy failing
for d in $(runs_of failing time eager-none | head -n 3); do
	sed -i 's|"status": "ok"|"status": "failed"|' "$d/run.json"
done
resign failing
compare 125 "a label without three of its eight blocks" old failing
ok "a label that failed in three of eight blocks: 125"

copy other
sed -i 's/"page_order": 0,/"page_order": 2,/' "$(runs_of other time eager-none | head -n 1)/run.json"
sed -i 's/"allocator": "cached"/"allocator": "ring"/' "$(runs_of other time eager-none | tail -n 1)/run.json"
resign other
compare 125 "runs of other settings" old other
expect 1 "report of runs of other settings" $bouncelab report --no-plots "$out/other"
says "$scratch/log" 'run.json has another page_order than plan.json' \
	'run.json has another allocator than plan.json'
ok "runs with other settings than planned count as failed: 125"

copy lost
for d in $(runs_of lost time eager-none | head -n 3); do
	rm -r "$d"
done
resign lost
compare 125 "three runs are gone" old lost
ok "runs that are gone count as failed: 125"

# changed THING FROM TO: the campaign THING is "slow" with this change in its env.json.
changed()
{
	cp -r "$out/slow" "$out/$1"
	sed -i "s|$2|$3|" "$out/$1/env.json"
	cmp -s "$out/slow/env.json" "$out/$1/env.json" && fail "env.json has no $2"
	resign "$1"
	compare 125 "another $1" old "$1"
	says "$scratch/log" "another $1" 'cannot be said'
	compare 1 "across module and $1" old "$1" --across "module,$1"
}
changed kernel '"kernel": "6\.\([0-9.]*\)+deb' '"kernel": "6.\19+deb'
changed daemon '"qemu-storage-daemon": "' '&other '
changed fio '"fio": "' '&other '
changed emulator '"qemu": "' '&other '
ok "another kernel, daemon, fio or emulator: 125, unless it is what is compared"

cp -r "$out/slow" "$out/module"
sed -i 's|"source": "|&0|' "$out/module/env.json"
resign module
compare 1 "another module" old module
compare 125 "another module across kernels" old module --across kernel
says "$scratch/log" 'another module'
ok "another module where kernels are compared: 125"

copy bare
rm "$out/bare/env.json"
resign bare
compare 125 "no env.json" old bare
says "$scratch/log" 'the new campaign has no env.json'
campaign 0 longer --boot block --runtime 0.2
compare 125 "another runtime" old longer
says "$scratch/log" 'the plans differ: runtime_s'
ok "no environment, or another plan: 125"

FAKE_JOB=bs=8k campaign 0 job --boot block
compare 125 "another job of the same name" old job
says "$scratch/log" "another job 4k-randread-1: 'bs=4k', 'bs=8k'"
copy edited
sed -i 's/bs=4k/bs=2k/' "$(runs_of edited time eager-none | tail -n 1)/job-4k-randread-1.fio"
resign edited
compare 125 "a job that changed on the way" old edited
says "$scratch/log" "the new campaign changed while it ran: another job 4k-randread-1: 'bs=4k', 'bs=2k'"
copy unkept
rm "$out"/unkept/runs/*/job-*.fio
resign unkept
compare 125 "no job files" unkept old
says "$scratch/log" 'the old campaign has not kept the file of job 4k-randread-1'
ok "another job of the same name: 125"

compare 125 "a campaign with itself" old old
says "$scratch/log" 'old and new are one campaign'
ok "a campaign compared with itself: 125"

compare 2 "no such thing" old same --across nonsense
says "$scratch/log" "unknown thing in 'nonsense'; valid: module, compiler, kernel"
compare 2 "no such percentage" old same --boot-sd -1
expect 1 json $bouncelab compare --json "$out/old" "$out/slow"
says "$scratch/log" '"conclusion": "worse"'
ok "bad options: 2; JSON has the conclusion"
finish
