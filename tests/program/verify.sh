#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A campaign whose files are not those that the program wrote is refused by report, compare, resume and
# merge, and what is wrong is named: of a finished campaign by its manifest, of one that is not by its
# journal. Resume signs nothing that it did not write, and counts the runs that a report counts. The
# guest is a fake.
#
# Seen failing: with the program of before these checks, which reports and resumes all of them; with
# journals that have no sums of boots.jsonl and console logs, and with files on record that nobody missed
# (boots, boots_gone, env_gone, console, console_gone, foreign were resumed and signed); with runs on record
# that nobody missed (run_gone was done again); with campaigns that cannot be checked and of which nobody
# says so (made-old passed report --verify and compare); with links that are not looked at (link_more,
# link_file, link_run); with no remedy, a line for each file of a run that is gone, and the parser's words
# for an empty plan; with a noisy host looked at before the files.
# Waits: made-up guests pretend to work.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan 'eager-none, intree' '4k-randread-1' 'repeat = 3' 'seed = 5'

# digest NAME: print what must not change.
digest()
{
	(cd "$out/$1" && find . -printf '%p %y %l\n' | LC_ALL=C sort &&
		find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum) | sha256sum
}

# refused NAME TEXT: report and resume refuse the campaign with this text, and leave it as it is.
refused()
{
	before=$(digest "$1")
	expect 1 "report of $1" $bouncelab report --no-plots "$out/$1"
	says "$scratch/log" "$2"
	expect 1 "resume of $1" $bouncelab resume --allow-noisy-host "$out/$1"
	says "$scratch/log" "$2"
	[ "$(grep -c "$1: restore it from a copy, or run its plan again\$" "$scratch/log")" = 1 ] ||
		fail "$1: the remedy is not said once"
	[ "$(digest "$1")" = "$before" ] || fail "$1: something was written"
}

# Each fault changes the campaign in the working directory.
fio_more() { sed -i 's/"\(iops\|bw_bytes\|total_ios\)": /&15/' runs/0005/fio-4k-randread-1.json; }
fio_as_long() { sed -i 's/"50.000000": 1000000/"50.000000": 2000000/' runs/0005/fio-4k-randread-1.json; }
plan_empty() { : >plan.json; }
seed() { sed -i 's/"seed": 5/"seed": 6/' plan.json; }
repeat() { sed -i 's/"repeat": 3/"repeat": 2/' plan.json; }
other_env() { sed -i 's/"cpu": "/&x/' env.json; }
status() { sed -i 's/"status": "ok"/"status": "failed"/' runs/0004/run.json; }
garbled() { sed -i '4s/"state"/"broken"/' journal.jsonl; }
line_gone() { sed -i 5d journal.jsonl; }
cut_off() { sed -i '12,$d' journal.jsonl; }
doubled() { cp journal.jsonl twice && cat twice >>journal.jsonl && rm twice; }
missing() { rm journal.jsonl; }
copied_run() { rm -r runs/0003 && cp -r runs/0005 runs/0003; }
extra() { cp -r runs/0005 runs/0099; }
more_files() { echo >runs/0005/fio-4k-randread-1.2.json; }
run_gone() { rm -r runs/0003; }
link_more() { ln -s fio-4k-randread-1.json runs/0005/fio-4k-randread-1.2.json; }
link_file() { mv runs/0005/fio-4k-randread-1.json x && ln -s ../../x runs/0005/fio-4k-randread-1.json; }
link_run() { mv runs/0005 x && ln -s ../x runs/0005; }
link_plan() { mv plan.json x && ln -s x plan.json; }
pipe_more() { mkfifo runs/0005/fio-4k-randread-1.2.json; }
pipe_file() { rm boots.jsonl && mkfifo boots.jsonl; }
fewer_files() { rm runs/0005/fio-4k-randread-1.json; }
boots() { sed -i '2s/"differs":\[\]/"differs":["files.fio: a, b"]/' boots.jsonl; }
boots_gone() { rm boots.jsonl; }
env_gone() { rm env.json; }
console() { echo more >>console-1.log; }
console_gone() { rm console-1.log; }
foreign() { echo '{}' >shards.json; }

# fault NAME FINISHED UNFINISHED: plant it in a finished campaign and in one that is not; the message about
# each has these words.
fault()
{
	for kind in whole half; do
		rm -rf "${out:?}/bad"
		cp -r "$out/$kind" "$out/bad"
		before=$(digest bad)
		(cd "$out/bad" && $1) || fail "$1: cannot be planted"
		[ "$(digest bad)" != "$before" ] || fail "$1: nothing was planted"
		if [ $kind = whole ]; then
			refused bad "/bad/$2 is not as it was when the campaign was finished"
		else
			refused bad "/bad/$3"
		fi
	done
}

campaign 0 whole --boot block
# As if killed in the last run, with its journal as it then is.
cp -r "$out/whole" "$out/half"
last=$(find "$out/half/runs" -mindepth 1 -maxdepth 1 | LC_ALL=C sort | tail -n 1)
rm -r "$last" "$out/half/MANIFEST.sha256"
sed -i "/\"run\":\"${last##*/}\",\"state\":\"running\"/q" "$out/half/journal.jsonl"
for dir in whole half; do
	cp -r "$out/$dir" "$out/copy"
	missing=0
	[ $dir = whole ] || missing=1
	expect $missing "report of $dir" $bouncelab report --no-plots "$out/copy"
	expect 0 "resume of $dir" $bouncelab resume --allow-noisy-host "$out/copy"
	check_manifest copy
	rm -r "$out/copy"
done
ok "a campaign as it was written is reported and resumed"

odd='is a link or a special file'
unwritten='is not as the campaign wrote it'
fault fio_more runs/0005/fio-4k-randread-1.json "runs/0005 $unwritten"
fault fio_as_long runs/0005/fio-4k-randread-1.json "runs/0005 $unwritten"
fault more_files runs/0005/fio-4k-randread-1.2.json "runs/0005 $unwritten"
fault fewer_files runs/0005/fio-4k-randread-1.json "runs/0005 $unwritten"
fault status runs/0004/run.json "runs/0004 $unwritten"
expect 125 'compare with a campaign with an edited run' $bouncelab compare "$out/whole" "$out/bad"
says "$scratch/log" "/bad/runs/0004 $unwritten"
ok "an edited, an additional and a missing file of a run"
fault link_more runs/0005/fio-4k-randread-1.2.json "runs/0005/fio-4k-randread-1.2.json $odd"
fault link_file runs/0005/fio-4k-randread-1.json "runs/0005/fio-4k-randread-1.json $odd"
fault link_run runs/0005 "runs/0005 $odd"
fault link_plan plan.json "plan.json $odd"
fault pipe_more runs/0005/fio-4k-randread-1.2.json "runs/0005/fio-4k-randread-1.2.json $odd"
fault pipe_file boots.jsonl "boots.jsonl $odd"
ln -s whole "$out/also-whole"
expect 0 'report of a campaign whose directory is a link' $bouncelab report --no-plots --verify "$out/also-whole"
rm "$out/also-whole"
ok "a link or a pipe in the place of a file or of a run, or beside it"
fault seed plan.json "plan.json $unwritten"
fault plan_empty plan.json "plan.json $unwritten"
grep -q 'expected near' "$scratch/log" && fail "plan_empty: a parser speaks"
fault repeat plan.json "plan.json $unwritten"
fault other_env env.json "env.json $unwritten"
fault env_gone env.json 'env.json is missing'
ok "an edited plan, and an edited and a missing environment"
fault boots boots.jsonl "boots.jsonl $unwritten"
fault boots_gone boots.jsonl 'boots.jsonl is missing'
expect 125 'compare with a campaign without its boots' $bouncelab compare "$out/whole" "$out/bad"
says "$scratch/log" '/bad/boots.jsonl is missing'
fault console console-1.log "console-1.log $unwritten"
fault console_gone console-1.log 'console-1.log is missing'
fault foreign shards.json 'shards.json has no sum in the journal'
ok "edited and missing records of boots, and a file that only merged campaigns have"
# last_line NAME KEY THING: log a sum of what does not exist, as a program does that is then killed.
last_line()
{
	printf '{"t":1,"schema":1,"n":%d,"%s":"%s","state":"written","sum":"%064d"}\n' \
		$(($(wc -l <"$out/$1/journal.jsonl") + 1)) "$2" "$3" 1 >>"$out/$1/journal.jsonl"
}
for thing in 'file boots.jsonl' 'file env.json' 'file stop.json' "run ${last##*/}"; do
	rm -rf "$out/killed"
	cp -r "$out/half" "$out/killed"
	# shellcheck disable=SC2086 # words
	last_line killed $thing
	expect 1 "report of what was killed before $thing was there" $bouncelab report --no-plots "$out/killed"
	says "$scratch/log" ' 1 missing'
	expect 0 "resume of it" $bouncelab resume --allow-noisy-host "$out/killed"
	says "$out/killed/journal.jsonl" "\"${thing% *}\":\"${thing#* }\",\"state\":\"lost\""
	expect 0 "report of it" $bouncelab report --no-plots --verify "$out/killed"
	rm "$out/killed/MANIFEST.sha256"
	expect 0 "report of it by its journal" $bouncelab report --no-plots "$out/killed"
done
ok "a program that was killed between the journal and the file"

fault garbled journal.jsonl 'journal.jsonl, line 4: is broken'
fault line_gone journal.jsonl 'journal.jsonl, line 5: does not have this number'
fault cut_off journal.jsonl 'runs/0004 has no sum in the journal'
fault doubled journal.jsonl 'journal.jsonl, line '
fault missing journal.jsonl 'journal.jsonl is missing'
ok "a garbled, cut, doubled and missing journal"
fault copied_run runs/0003/run.json "runs/0003 $unwritten"
fault extra runs/0099/run.json 'runs/0099 has no sum in the journal'
fault run_gone runs/0003 'runs/0003 is missing'
[ "$(grep -c /bad/runs/0003 "$scratch/log")" = 1 ] || fail "run_gone: the run is not named once"
cp -r "$out/whole" "$out/gone"
rm -r "$out/gone/runs/0003" "$out/gone/runs/0004"
refused gone '/gone/runs/0004 is not as it was when the campaign was finished'
[ "$(grep -c /gone/runs "$scratch/log")" = 2 ] || fail "gone: two runs are not named once each"
ok "a run that is another's, one too many, and one that is gone"

# Resume checks the files before the host. Only a noisy host shows it.
expect 1 'resume of a damaged campaign' $bouncelab resume "$out/bad"
grep -e 'noisy' "$scratch/log" && fail "the host is looked at before the files"

cp -r "$out/whole" "$out/bad-manifest"
sed -i '$d' "$out/bad-manifest/MANIFEST.sha256"
refused bad-manifest 'MANIFEST.sha256): lines are missing'
ok "a manifest that was cut"

# A fast check goes by times and sizes. Here the manifest says that it is of a later time.
cp -r "$out/whole" "$out/late"
sed -i '1s/[0-9.]* s$/9999999999.000 s/' "$out/late/MANIFEST.sha256"
(cd "$out/late" && fio_as_long)
expect 0 'fast report of an edit that keeps size and time' $bouncelab report --no-plots "$out/late"
expect 1 'whole report' $bouncelab report --no-plots --verify "$out/late"
says "$scratch/log" '/late/runs/0005/fio-4k-randread-1.json is not as it was'
expect 125 'compare' $bouncelab compare "$out/whole" "$out/late"
(cd "$out/late" && status)
expect 1 'fast report of another size' $bouncelab report --no-plots "$out/late"
says "$scratch/log" '/late/runs/0004/run.json is not as it was'
ok "the fast check looks at time and size, --verify and compare at everything"

# unchecked NAME TEXT: the campaign is reported with a warning, and neither verified, compared nor resumed.
unchecked()
{
	$bouncelab report --no-plots "$out/$1" >"$scratch/log" 2>&1
	says "$scratch/log" "$1 cannot be checked: $2" 'UNCHECKED'
	says "$out/$1/table.txt" 'UNCHECKED'
	expect 1 "report --verify of $1" $bouncelab report --no-plots --verify "$out/$1"
	says "$scratch/log" "$1 cannot be checked: $2" 'run its plan again'
	expect 125 "compare with $1" $bouncelab compare "$out/whole" "$out/$1"
	says "$scratch/log" "$1 cannot be checked: $2"
	expect 1 "resume of $1" $bouncelab resume --allow-noisy-host "$out/$1"
	says "$scratch/log" "$1 cannot be checked: $2"
}

# Older versions wrote no numbers and no sums, and then no sums of boots.jsonl and console logs.
downgrade() { sed -i '/"state":"written"/d; s/"n":[0-9]*,//' "$out/$1/journal.jsonl"; }
cp -r "$out/half" "$out/old"
downgrade old
unchecked old 'the lines of its journal have no numbers and no sums'
cp -r "$out/whole" "$out/made-old"
rm "$out/made-old/MANIFEST.sha256"
(cd "$out/made-old" && fio_more)
downgrade made-old
unchecked made-old 'the lines of its journal have no numbers and no sums'
cp -r "$out/half" "$out/boots"
forget boots boots.jsonl
cp "$out/half/boots.jsonl" "$out/boots/"
unchecked boots 'boots.jsonl has no sum in the journal'
cp "$out/old/journal.jsonl" "$scratch/journal"
cat "$scratch/journal" >>"$out/old/journal.jsonl"
expect 1 'report of an old campaign, doubled' $bouncelab report --no-plots "$out/old"
says "$scratch/log" 'lines are there twice'
cp -r "$out/whole" "$out/signed"
downgrade signed
sed -i "s/.*  journal.jsonl/$(sha256sum <"$out/signed/journal.jsonl" | cut -c 1-64)  journal.jsonl/" \
	"$out/signed/MANIFEST.sha256"
expect 0 'report of an old campaign with a manifest' $bouncelab report --no-plots --verify "$out/signed"
grep -q UNCHECKED "$out/signed/table.txt" && fail "signed: has a manifest, and is called unchecked"
ok "a campaign of an older version is reported with a warning, and only a manifest can vouch for it"

# A run that was ok when it was done, and is not by what fio wrote.
cp -r "$out/half" "$out/counted"
sed -i '0,/"iops": /s//&1/' "$out/counted/runs/0003/fio-4k-randread-1.json"
echo mine >"$out/counted/notes.txt"
resign counted
expect 1 'resume counts' $bouncelab resume --allow-noisy-host "$out/counted"
says "$scratch/log" '10 runs ok, 0 failed, 1 invalid' 'its IOPS or bandwidth are'
says "$out/counted/table.txt" 'runs: 11 planned, 10 ok'
ok "resume and report count the same runs"
check_manifest counted
grep -q notes.txt "$out/counted/MANIFEST.sha256" && fail "counted: resume signed a file that it did not write"
ok "a file of somebody else is not signed"
finish
