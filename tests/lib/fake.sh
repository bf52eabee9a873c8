# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034 # out, code: of the test
#
# A fake guest for tests of the harness: campaigns take seconds, and the numbers of their
# runs are made up. A test reads this in place of common.sh. The head of
# tests/program/fake-qemu.c says what the fake obeys.

. tests/lib/common.sh
scratch_dir

bouncelab=build/bouncelab
out=$scratch/out
plan=$scratch/plan.ini
mkdir "$scratch/bin" "$out"
# In two steps, since ccache keeps only what is compiled alone.
# shellcheck disable=SC2046 # words
gcc -std=gnu11 -Wall -Wextra -Werror -O2 -c -o "$scratch/fake-qemu.o" tests/program/fake-qemu.c \
	$(pkg-config --cflags jansson) || give_up "the fake QEMU does not compile"
# shellcheck disable=SC2046 # words
gcc -o "$scratch/bin/qemu-system-x86_64" "$scratch/fake-qemu.o" $(pkg-config --libs jansson) ||
	give_up "the fake QEMU does not link"
PATH=$scratch/bin:$PATH
# The times of the fake's runs must not become estimates for others.
BOUNCELAB_PACE=$scratch/pace.json
export BOUNCELAB_PACE

# write_plan STRATEGIES JOBS KEY=VALUE...: write $plan, of short runs, with these keys in
# its section [plan].
write_plan()
{
	strategies=$1
	jobs=$2
	shift 2
	{
		printf '%s\n' '[plan]' 'runtime = 0.1' 'ramp = 0' 'aa = intree' 'verify = verify' "$@"
		printf '%s\n' '[matrix]' "strategy = $strategies" "jobs = $jobs"
	} >"$plan"
}

# expect CODE NAME COMMAND...: the command exits with CODE; its output is in $scratch/log.
expect()
{
	want=$1
	name=$2
	shift 2
	"$@" >"$scratch/log" 2>&1
	code=$?
	[ $code = "$want" ] || {
		show "$scratch/log"
		fail "$name: exit code $code, not $want"
	}
}

# campaign CODE NAME OPTION...: run $plan as the campaign NAME.
campaign()
{
	want=$1
	name=$2
	shift 2
	expect "$want" "$name" $bouncelab run "$plan" --allow-noisy-host --accel tcg --out "$out" \
		--name "$name" "$@"
}

# check_manifest NAME: the manifest has every file below runs/, and every checksum fits.
check_manifest()
{
	(cd "$out/$1" && sha256sum --quiet -c MANIFEST.sha256) || fail "$1: the manifest does not match"
	(cd "$out/$1" && find runs -type f | sort) >"$scratch/files"
	while read -r f; do
		grep -q " $f\$" "$out/$1/MANIFEST.sha256" || fail "$1: $f is not in the manifest"
	done <"$scratch/files"
}

# sums_of_runs: print "SUM ID" of each run's directory, as the journal has it: the sum of the list of
# its files and their sums, in the order of their names.
sums_of_runs()
{
	rm -rf "$scratch/sums"
	mkdir "$scratch/sums"
	find runs/* -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | awk -v to="$scratch/sums" '{
		split($2, part, "/")
		sub("runs/[^/]*/", "")
		print >(to "/" part[2])
	}'
	(cd "$scratch/sums" && sha256sum -- *) | sed 's/ \+/ /'
}

# sums_of_files FILE...: print "SUM FILE" of each that is there.
sums_of_files()
{
	for path; do
		[ ! -e "$path" ] || sha256sum "$path" | sed 's/ \+/ /'
	done
}

# resign NAME: log the sums of what the test has changed in a campaign, and sign it anew if it is
# finished, as if the campaign had been so.
resign()
{
	(cd "$out/$1" || exit 1
	n=$(wc -l <journal.jsonl)
	{
		sums_of_files plan.json env*.json boots.jsonl stop.json | sed 's/ / file /'
		sums_of_runs | sed 's/ / run /'
	} | awk -v n="$n" '{
		printf "{\"t\":1,\"schema\":1,\"n\":%d,\"%s\":\"%s\",\"state\":\"written\",\"sum\":\"%s\"}\n",
			++n, $2, $3, $1
	}' >>journal.jsonl
	[ -e MANIFEST.sha256 ] || exit 0
	find . -name '*.json' -o -name '*.jsonl' -o -name 'console-*.log' -o -path './runs/*' -type f |
		grep -v '^./figures/' | sed 's|^\./||' | LC_ALL=C sort -u | xargs -d '\n' sha256sum >MANIFEST.sha256
	) || fail "$1: cannot be signed anew"
}

# forget NAME THING...: make a campaign one that is not finished and never had these runs (IDs) and
# files (names).
forget()
{
	(cd "$out/$1" || exit 1
	shift
	rm -f MANIFEST.sha256
	for thing; do
		rm -r "$(find . -maxdepth 2 -name "$thing")" || exit 1
		sed -i "/\"\(run\|file\)\":\"$thing\"/d" journal.jsonl
	done
	awk '{ sub(/"n":[0-9]+/, "\"n\":" NR); print }' journal.jsonl >numbered && mv numbered journal.jsonl
	) || fail "$1: cannot forget $*"
}

# says FILE TEXT...: the file contains every TEXT.
says()
{
	file=$1
	shift
	for text; do
		grep -qF -e "$text" "$file" || {
			show "$file"
			fail "'$text' is not in $file"
		}
	done
}
