#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutate.sh [NAME...]            make one mistake in strategies/ at a time, all or these, and
#                                see whether the conformance suite finds it
# mutate.sh --quick N [NAME...]  a fixed sample of N mistakes, or these, with the model only
# mutate.sh --conform NAME...    these mistakes, each by what `make conform` runs
# mutate.sh --conform=STAGE NAME...  by one stage of that
# mutate.sh --list               print the names of all mistakes
#
# Mistakes of one line are in tests/strategies/mutations.txt. Plausible mistakes, some of them
# longer, are patches in tests/strategies/mutants. It is an error if a mistake no longer fits
# its source; if no test finds it and tests/strategies/survivors.txt does not explain why; and
# if a test finds it although that file explains why none does. Nothing below strategies/ is
# touched: the suite is built from a copy.
#
# A patch begins with a text that says what is wrong. Its line "Strategy:" names the
# strategy, and its line "Found by:" the stage to begin with (see stage_args below). With
# "Found by: none" the patch is correct, only unusual: a test that fails is wrong. A line
# "After:" names another patch, which is applied first.
#
# Seen failing: tests/strategies/mutation.sh makes it fail in each of these ways.
#
# By hand: all mutations take half an hour.
#
# Environment: STRATEGIES, MUTATIONS, MUTANTS, SURVIVORS (other files), SEED.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/strategies/conform/stages.sh
. tests/lib/mutations.sh

strategies=${STRATEGIES:-strategies}
mutations=${MUTATIONS:-tests/strategies/mutations.txt}
mutants=${MUTANTS:-tests/strategies/mutants}
survivors=${SURVIVORS:-tests/strategies/survivors.txt}
seed=${SEED:-1}
work=build/tests/mutate

die()
{
	echo "Bail out! mutate: $*" >&7
	exit 2
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# seconds MS: with one decimal.
seconds() { echo "$(($1 / 1000)).$(($1 % 1000 / 100))"; }

# --- the list ------------------------------------------------------------------

patches()
{
	for p in "$mutants"/*.patch; do
		[ ! -e "$p" ] || basename "$p" .patch
	done
}

names()
{
	names_of_list
	patches
}

is_patch() { [ -e "$mutants/$1.patch" ]; }

# header NAME KEY: of a patch.
header() { sed -n -e '/^---/q' -e "s/^$2: //p" "$mutants/$1.patch"; }

is_right() { is_patch "$1" && [ "$(header "$1" 'Found by')" = none ]; }

# Print the names that can be in a short sample: the mistakes that one thread finds.
quick_names()
{
	{
		sed -n 's/^= \([^ ]*\) .*/\1/p' "$mutations"
		for n in $(patches); do
			[ "$(header "$n" 'Found by')" != model ] || echo "$n"
		done
	} | while read -r n; do
		[ -n "$(why_survives "$n")" ] || echo "$n"
	done
}

# apply NAME DIR: apply the patch to a copy of strategies/, after those that come before it.
apply()
{
	after=$(header "$1" After)
	if [ -n "$after" ]; then
		apply "$after" "$2" || return 1
	fi
	patch -s -d "$2" -f -p1 -F0 <"$mutants/$1.patch"
}

# check_patch NAME: check that the patch fits, and that its header is complete.
check_patch()
{
	before=$(header "$1" After)
	[ -z "$before" ] || is_patch "$before" || {
		echo "$1: comes after '$before', and there is no such patch" >&2
		return 1
	}
	[ -e "$strategies/$(header "$1" Strategy).c" ] || {
		echo "$1: no strategy '$(header "$1" Strategy)'" >&2
		return 1
	}
	is_right "$1" || [ -n "$(stage_args "$(header "$1" 'Found by')")" ] || {
		echo "$1: found by '$(header "$1" 'Found by')'; valid: $stages none" >&2
		return 1
	}
	if [ -n "$before" ]; then
		rm -rf "$work/check"
		mkdir "$work/check"
		cp "$strategies"/*.[ch] "$work/check/"
		apply "$1" "$work/check"
	else
		patch -d "$strategies" --dry-run -f -p1 -F0 <"$mutants/$1.patch"
	fi >"$work/error" 2>&1 || {
		echo "$1: does not fit: $(grep -v '^checking' "$work/error")" >&2
		return 1
	}
}

check_list()
{
	bad=
	for n in $(names | sort | uniq -d); do
		echo "$n: there are two of this name" >&2
		bad=1
	done
	for n in $(names); do
		if is_patch "$n"; then
			check_patch "$n" || bad=1
			continue
		fi
		check_entry "$n" "$strategies" >"$work/error"
		[ ! -s "$work/error" ] || { cat "$work/error" >&2; bad=1; }
	done
	# shellcheck disable=SC2046 # names have no blanks
	check_survivors $(names) >"$work/error"
	[ ! -s "$work/error" ] || { cat "$work/error" >&2; bad=1; }
	[ -z "$bad" ] || die "$mutations, $mutants: correct them"
}

# --- building ------------------------------------------------------------------

# There are two trees: `clean` of strategies/ as they are, `mutated` of a copy. A program
# has only one strategy, through links in TREE.one: mostly the first one decides.

# build TREE STRATEGY PROGRAM
build()
{
	mkdir -p "$work/$1.one"
	rm -f "$work/$1.one"/*.c
	sources=$work/strategies
	[ "$1" = mutated ] || sources=$strategies
	sources=$(cd "$sources" && pwd)
	for f in "$sources"/*.h "$sources/$2.c"; do
		ln -sf "$f" "$work/$1.one/"
	done
	make -f tests/strategies/conform/Makefile "-j$(nproc)" "OUT=$work/$1" "STRATEGIES=$work/$1.one" \
		"FIXTURES=$work/none" "TEMPLATES=$work/none" CFLAGS=-w "$work/$1/$3" >"$work/build.log" 2>&1 || {
		cat "$work/build.log" >&2
		die "$mutation: does not compile"
	}
}

# Make the copy equal to strategies/; a file that did not change keeps its time.
restore()
{
	mkdir -p $work/strategies
	for f in "$strategies"/*.[ch]; do
		cmp -s "$f" "$work/strategies/${f##*/}" || cp "$f" "$work/strategies/"
	done
}

# affected FILE: print the strategies that are compiled from it.
affected()
{
	(cd "$strategies" && awk -v changed="$1" '
		BEGIN { hit[changed] = 1 }
		/^#include "/ { gsub(/"/, "", $2); from[++n] = $2; to[n] = substr(FILENAME, 3) }
		END {
			do {
				more = 0
				for (i = 1; i <= n; i++)
					if (from[i] in hit && !(to[i] in hit))
						more = hit[to[i]] = 1
			} while (more)
			for (f in hit)
				if (sub(/\.c$/, "", f) && f != "template")
					print f
		}' ./*.[ch] | sort)
}

# --- running -------------------------------------------------------------------

# The stages of the suite from cheap to expensive, each with its program and arguments.
stages="model 64k step threads litmus tsan long"
stage_args()
{
	if [ -n "$as_conform" ]; then
		conform_short | sed -n "s/^$1 //p"
		return
	fi
	case $1 in
	model)	echo conform --ops 90000 ;;
	64k)	echo conform-64k --ops 60000 ;;
	step)	echo conform-step --mode all --ops 100000 --seconds 1 ;;
	litmus)	echo conform --mode litmus --seconds 2 ;;
	threads) echo conform --mode threads --seconds 3 --prefill copy ;;
	tsan)	echo conform-tsan --mode litmus,threads --seconds 2 --prefill copy ;;
	long)	echo conform --ops 1000000 ;;
	esac
}

# find_fault STAGE STRATEGY TREE: return 0 if nothing is found; otherwise $found says what. The limit
# is one of CPU time, of each process, since a busy machine takes longer; one that waits asleep ends
# by the clock.
find_fault()
{
	# shellcheck disable=SC2046 # words
	set -- "$3" "$2" "$1" $(stage_args "$1")
	how=$3
	program=$1/$4
	strategy=$2
	shift 4
	limit=150
	case $how in
	model | 64k)
		limit=30
		[ -z "$as_conform" ] || limit=60 ;;
	esac
	# shellcheck disable=SC3045 # dash and bash have ulimit -S; only a soft limit sends SIGXCPU
	(ulimit -S -t $limit && exec timeout -k 5 $((20 * limit)) "$program" --first --no-shrink \
		--strategy "$strategy" --seed "$seed" "$@") >"$work/run.log" 2>&1 </dev/null
	code=$?
	found=$(sed -n 's/.*FAILED: \([a-z-]*\):.*/\1/p' "$work/run.log" | head -n 1)
	case $code in
	0)	return 0 ;;
	1)	[ -n "$found" ] || die "$mutation: $program fails and does not say why" ;;
	124 | 137) found=${found:-hang} ;;
	*)	cat "$work/run.log" >&2
		die "$mutation: $program ends with $code" ;;
	esac
	return 1
}

# is_sound STAGE STRATEGY: does the stage pass without any change? If not, it says nothing
# about a change. Each pair is tried once.
sound=
unsound=
is_sound()
{
	case $sound$unsound in
	*"<$1 $2 ok>"*) return 0 ;;
	*"<$1 $2 no>"*) return 1 ;;
	esac
	build clean "$2" "$(stage_args "$1" | cut -d " " -f 1)"
	was=$found
	if find_fault "$1" "$2" "$work/clean"; then
		found=$was
		sound="$sound<$1 $2 ok>"
		return 0
	fi
	cat "$work/run.log" >&2
	fail "$1 fails for $2 without any mutation: $found"
	unsound="$unsound<$1 $2 no>"
	return 1
}

# begin_with STAGE...: print these stages, and then the others.
begin_with()
{
	echo "$*"
	for stage in $stages; do
		case " $* " in
		*" $stage "*) ;;
		*)	echo "$stage" ;;
		esac
	done
}

stages_of()
{
	if [ -n "$quick" ]; then
		echo model
	elif [ -n "$as_conform" ]; then
		echo "$as_conform"
	elif is_right "$1"; then
		echo "$stages"
	elif is_patch "$1"; then
		begin_with "$(header "$1" 'Found by')"
	elif [ "$(field "$1" kind)" = "~" ]; then
		begin_with litmus threads tsan
	else
		echo "$stages"
	fi
}

# change NAME: make the mistake in the copy, and set $users to the strategies that have it.
change()
{
	restore
	if is_patch "$1"; then
		users=$(header "$1" Strategy)
		apply "$1" "$work/strategies"
		return
	fi
	mutant "$1" "$strategies" >"$work/mutant"
	cp "$work/mutant" "$work/strategies/$(field "$1" file)"
	users=$(affected "$(field "$1" file)")
	[ -n "$users" ] || die "$1: no strategy is compiled from $(field "$1" file)"
}

# try NAME: return 0 if the mistake survives.
try()
{
	mutation=$1
	change "$1"
	spent=0
	for stage in $(stages_of "$1"); do
		for s in $users; do
			build mutated "$s" "$(stage_args "$stage" | cut -d " " -f 1)"
			from=$(now_ms)
			find_fault "$stage" "$s" "$work/mutated"
			code=$?
			spent=$((spent + $(now_ms) - from))
			[ $code = 1 ] || continue
			is_sound "$stage" "$s" || continue
			found="$found ($stage, $s)"
			return 1
		done
	done
	return 0
}

# --- the whole -----------------------------------------------------------------

quick=
as_conform=
mutation=unchanged
mkdir -p $work
exec 9>"$work/lock"
flock -n 9 || die "another mutate.sh runs in $work"
check_list
case ${1:-} in
--list)
	names >&7
	exit 0 ;;
--quick)
	quick=${2:?how many?}
	shift 2
	chosen=$*
	[ $# != 0 ] || chosen=$(quick_names | awk -v n="$quick" '
		{ name[NR] = $1 }
		END { for (i = 0; i < n && i < NR; i++) print name[int(i * NR / n) + 1] }') ;;
--conform | --conform=*)
	as_conform=$(conform_short | cut -d " " -f 1)
	case $1 in
	*=*)	echo "$as_conform" | grep -qx -e "${1#*=}" ||
			die "unknown stage '${1#*=}'; valid: $(echo "$as_conform" | paste -sd ' ')"
		as_conform=${1#*=} ;;
	esac
	shift
	chosen=$*
	[ $# != 0 ] || die "--conform has no mistake; --list lists them" ;;
-*)	die "unknown option '$1'; valid: --list, --quick N, --conform[=STAGE]" ;;
*)	chosen=$*
	[ $# != 0 ] || chosen=$(names) ;;
esac
for n in $chosen; do
	names | grep -qx -e "$n" || die "unknown mutation '$n'; --list lists them"
done
[ -n "$chosen" ] || die "nothing to do"

echo "seed $seed"

killed=0
survived=0
explained=0
right=0
for n in $chosen; do
	# A failure is of the mutation before.
	tap_failed_then=$tap_failed
	why=$(why_survives "$n")
	if is_right "$n"; then
		right=$((right + 1))
		if try "$n"; then
			ok "$n: passes, in $(seconds $spent) s"
		else
			fail "$n: nothing is wrong with it, and it fails: $found"
		fi
	elif try "$n"; then
		survived=$((survived + 1))
		if [ -n "$why" ]; then
			explained=$((explained + 1))
			ok "$n: survived, in $(seconds $spent) s: $why"
		else
			fail "$n: no test finds it, and $survivors does not say why"
		fi
	else
		killed=$((killed + 1))
		[ -z "$why" ] || fail "$n: $survivors explains why no test finds it, and one does"
		ok "$n: killed, in $(seconds $spent) s: $found"
	fi
done
restore
echo "$((killed + survived)) mutations: $killed killed, $survived survived, $explained of them explained; $right that are none"
finish
