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

# sum_of PATH: print the sum of a file, or of a run's directory as the journal has it.
sum_of()
{
	if [ -d "$1" ]; then
		(cd "$1" && find . -type f | sed 's|^\./||' | LC_ALL=C sort | xargs -d '\n' sha256sum)
	else
		cat "$1"
	fi | sha256sum | cut -d ' ' -f 1
}

# resign NAME: log the sums of what the test has changed in a campaign, and sign it anew if it is
# finished, as if the campaign had been so.
resign()
{
	(cd "$out/$1" || exit 1
	n=$(wc -l <journal.jsonl)
	for path in plan.json env*.json stop.json runs/*; do
		[ -e "$path" ] || continue
		n=$((n + 1))
		case $path in
		runs/*) about="\"run\":\"${path#runs/}\"" ;;
		*) about="\"file\":\"$path\"" ;;
		esac
		printf '{"t":1,"schema":1,"n":%d,%s,"state":"written","sum":"%s"}\n' $n "$about" \
			"$(sum_of "$path")" >>journal.jsonl
	done
	[ -e MANIFEST.sha256 ] || exit 0
	find . -name '*.json' -o -name '*.jsonl' -o -name 'console-*.log' -o -path './runs/*' -type f |
		grep -v '^./figures/' | sed 's|^\./||' | LC_ALL=C sort -u | xargs -d '\n' sha256sum >MANIFEST.sha256
	) || fail "$1: cannot be signed anew"
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
