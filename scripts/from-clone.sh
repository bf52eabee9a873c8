#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# from-clone.sh bench             from a fresh clone to a verdict: make bench
# from-clone.sh check [TEST...]   from a fresh clone through all tests: make check
# from-clone.sh check-debug [OPTION...]   through tests/debug/run.sh: make check-debug
#
# All run the same steps first. At the end the script prints the seconds of each step. It exits
# with the code of the first step that failed. In the environment: MAKE, PLAN (the plan of bench;
# empty: quick where KVM works, quick-icount elsewhere), SAME_WITHIN (the margin of "same" in per
# cent; empty: the plan's), ORDER (of jobs on a device; empty: the plan's), KDIR.

set -u

mode=${1:-}
shift
cd "$(dirname "$0")/.." || exit 1
make=${MAKE:-make}
times=

now() { date +%s; }

# Ignore Ctrl-C here: the running step ends by it, and then the times are printed.
trap : INT
start=$(now)

finish()
{
	echo
	printf '%b' "$times"
	printf '%-16s %5d s\n' total $(($(now) - start))
	exit "$1"
}

took() { times="$times$(printf '%-16s %5d s' "$1" "$2")\n"; }

# step NAME COMMAND...: run the command and record its seconds; end the script if it fails.
step()
{
	name=$1
	shift
	from=$(now)
	"$@"
	code=$?
	took "$name" $(($(now) - from))
	if [ $code != 0 ]; then
		echo "$mode: '$name' failed with code $code" >&2
		finish $code
	fi
}

# Choose the plan. Without KVM, times are too noisy for a verdict within minutes, so instructions
# are counted.
choose_plan()
{
	[ -z "$PLAN" ] || return
	PLAN=quick
	if build/bouncelab doctor | grep -q '^ok  *KVM'; then
		return
	fi
	PLAN=quick-icount
	echo "bench: KVM does not work here (make doctor says why), so the plan is quick-icount," >&2
	echo "bench: which counts instructions; make bench PLAN=quick times the emulated guest" >&2
}

# Run the campaign. The manifest is written after the last run and before the report, so its time
# of modification separates the two.
bench()
{
	choose_plan
	campaign=$(basename "$PLAN" .ini)-$(date -u +%Y%m%dT%H%M%SZ)
	from=$(now)
	build/bouncelab run "$PLAN" --name "$campaign" ${ORDER:+"--order=$ORDER"} \
		${SAME_WITHIN:+"--same-within=$SAME_WITHIN"}
	code=$?
	to=$(now)
	manifest=results/$campaign/MANIFEST.sha256
	if [ -e "$manifest" ]; then
		at=$(date -r "$manifest" +%s)
		took 'boot + campaign' $((at - from))
		took report $((to - at))
	else
		took 'boot + campaign' $((to - from))
	fi
	finish $code
}

jobs=-j$(nproc)

# A wrong name of a test is no reason to build first.
if [ "$mode" = check ]; then
	tests/run --list "$@" >/dev/null || exit
fi

packages_of_tests=
[ "$mode" = bench ] || packages_of_tests=--tests
# shellcheck disable=SC2086 # the variable has one option or none
step 'install packages' scripts/deps.sh $packages_of_tests
case $KDIR in
build/kernel/*)
	step 'fetch kernel' "$make" --no-print-directory kernel ;;
*)	# The guest boots Debian's kernel, which does not load a module for another kernel.
	if [ "$mode" = bench ]; then
		echo "bench: KDIR is for 'make build'; the guest runs build/kernel/vmlinuz" >&2
		exit 2
	fi ;;
esac

case $mode in
bench)
	step build "$make" --no-print-directory "$jobs" build
	bench
	;;
check)
	. tests/lib/ccache.sh
	[ -z "$ccache" ] || PATH=/usr/lib/ccache:$PATH
	step build "$make" --no-print-directory "$jobs" build unit-tests
	step tests tests/run "$@"
	finish 0
	;;
check-debug)
	step build "$make" --no-print-directory "$jobs" build/bouncelab build/bouncelab-guest
	step tests tests/debug/run.sh "$@"
	finish 0
	;;
*)
	echo "from-clone.sh: unknown mode '$mode'; valid: bench, check, check-debug" >&2
	exit 2
	;;
esac
