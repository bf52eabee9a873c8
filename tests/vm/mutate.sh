#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# mutate.sh [NAME...]   make one mistake in kmod/ at a time, all or these, and see whether the
#                       guest test that is named with it finds it
# mutate.sh --list      check that every mistake fits its source, and print their names
# mutate.sh --build     build the module with each mistake, and try none
#
# The mistakes are in tests/vm/mutations.txt. It is an error if one no longer fits; if its test
# does not find it and tests/vm/survivors.txt does not explain why; and if the test finds it
# although that file explains why none does. A test has to pass with the unchanged module first.
# The module is built in a tree of its own. A mistake that was tried is remembered in
# build/tests/mutate-kmod/results until a source of kmod/ or tests/vm/ changes, so that the same
# command goes on after Ctrl-C.
#
# By hand: all mutations take two hours, less in two clones with GUEST_CPUS=1 and half of the names
# each. Those of micro, ring-of-another-cpu and entered-twice-is-an-error need two CPUs.
# Timeout: 20000
#
# Environment: MUTATIONS, SURVIVORS (other files).

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/module-tree.sh
. tests/lib/mutations.sh

mutations=${MUTATIONS:-tests/vm/mutations.txt}
survivors=${SURVIVORS:-tests/vm/survivors.txt}
work=build/tests/mutate-kmod

die()
{
	echo "Bail out! mutate: $*" >&7
	exit 2
}

check_list()
{
	{
		names_of_list | sort | uniq -d | sed 's/$/: there are two of this name/'
		for n in $(names_of_list); do
			check_entry "$n" kmod
			test=$(field "$n" test)
			[ -e "tests/vm/${test%% *}.sh" ] || echo "$n: no test '${test%% *}' in tests/vm"
		done
		# shellcheck disable=SC2046 # names have no blanks
		check_survivors $(names_of_list)
	} >"$work/wrong"
	[ ! -s "$work/wrong" ] || { cat "$work/wrong" >&2; die "$mutations: correct it"; }
}

# run_test KO TEST VARIABLE=VALUE...: run the test on that module. In a value "," stands for a blank.
run_test()
{
	ko=$1 script=tests/vm/$2.sh
	shift 2
	(
		for v; do
			export "${v%%=*}=$(echo "${v#*=}" | tr , ' ')"
		done
		BOUNCELAB_KO=$ko exec sh "$script"
	) >"$work/log" 2>&1 </dev/null
}

# finding: print the first thing that the test found.
finding()
{
	sed -n 's/^ *not ok [0-9]* - //p; s/^bouncelab vm: //p' "$work/log" | head -n 1 | cut -c 1-150
}

# is_sound TEST VARIABLE=VALUE...: does the test pass with the unchanged module?
is_sound()
{
	grep -qxF "sound $sum $*" $work/results && return
	run_test build/bouncelab.ko "$@" || {
		show "$work/log"
		die "$* fails with the unchanged module: $(finding)"
	}
	echo "sound $sum $*" >>$work/results
}

# make_mutant NAME: build the module with that mistake.
make_mutant()
{
	rm -rf "$work/from"
	mkdir -p "$work/from" "$work/tree"
	# shellcheck disable=SC2046 # patterns
	add_sources "$work/from" Makefile scripts/*.sh strategies/*.[ch] \
		$(sed '/^#/d' kmod/sources | grep -v '^strategies/') || die "the sources cannot be copied"
	mutant "$1" kmod >"$work/from/kmod/$(field "$1" file)" || die "$1: does not fit"
	sync_tree "$work/from" $work/tree
	build_tree $work/tree build/bouncelab.ko || die "$1: does not compile"
}

# try NAME: return 0 if the mistake survives.
try()
{
	# shellcheck disable=SC2046 # words
	set -- "$1" $(field "$1" test)
	name=$1
	shift
	is_sound "$@"
	make_mutant "$name"
	from=$(date +%s)
	run_test $work/tree/build/bouncelab.ko "$@"
	code=$?
	spent=$(($(date +%s) - from))
	found="$(finding) ($1)"
	return $code
}

mkdir -p $work
touch $work/results
exec 9>$work/lock
flock -n 9 || die "another mutate.sh runs in $work"
check_list
case ${1:-} in
--list)
	names_of_list >&7
	exit 0 ;;
--build)
	make --no-print-directory build >"$work/build.log" 2>&1 || die "the module does not build"
	for n in $(names_of_list); do
		make_mutant "$n"
		ok "$n: compiles"
	done
	finish ;;
-*)	die "unknown option '$1'; valid: --list, --build" ;;
esac
[ $# != 0 ] || {
	# shellcheck disable=SC2046 # names have no blanks
	set -- $(names_of_list)
}
for n; do
	names_of_list | grep -qx -e "$n" || die "unknown mutation '$n'; --list lists them"
done
make --no-print-directory build >"$work/build.log" 2>&1 || die "the module does not build"
sum=$(find kmod strategies tests/vm tests/lib -name '*.[ch]' -o -name '*.sh' | LC_ALL=C sort |
	xargs -d '\n' sha256sum | sha256sum | cut -c 1-12)

killed=0 survived=0 explained=0
for n; do
	# A failure is of the mutation before.
	tap_failed_then=$tap_failed
	why=$(why_survives "$n")
	if before=$(grep "^killed $sum $n " $work/results); then
		killed=$((killed + 1))
		ok "$n: killed before: ${before#killed * * }"
	elif try "$n"; then
		survived=$((survived + 1))
		if [ -n "$why" ]; then
			explained=$((explained + 1))
			ok "$n: survived, in $spent s: $why"
		else
			fail "$n: $(field "$n" test) does not find it, and $survivors does not say why"
		fi
	else
		killed=$((killed + 1))
		[ -z "$why" ] || fail "$n: $survivors explains why no test finds it, and one does"
		echo "killed $sum $n $found" >>$work/results
		ok "$n: killed, in $spent s: $found"
	fi
done
echo "# $((killed + survived)) mutations: $killed killed, $survived survived, $explained of them explained" >&7
finish
