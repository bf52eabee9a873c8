#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# from-clone.sh bench             from a fresh clone to a verdict: make bench
# from-clone.sh check [TEST...]   from a fresh clone through all tests: make check
#
# Runs the same steps for both, says at the end how long each took, and exits
# with the code of the first that failed. In the environment: MAKE, PLAN (of bench;
# empty: quick where KVM works, quick-icount elsewhere), KDIR.

set -u

mode=${1:-}
shift
cd "$(dirname "$0")/.." || exit 1
make=${MAKE:-make}
times=

now() { date +%s; }

# What is being run here is to end by itself on Ctrl-C; then the times are said.
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

# step NAME COMMAND...: run, note the seconds, stop everything on failure.
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

# Seconds of an emulated guest are too noisy for a verdict in minutes, its
# instructions are not.
choose_plan()
{
	[ -z "$PLAN" ] || return
	PLAN=quick
	if build/bouncelab doctor | grep -q '^ok  *KVM'; then
		return
	fi
	PLAN=quick-icount
	echo "bench: no KVM here (make doctor says why): the plan is quick-icount, which counts" >&2
	echo "bench: instructions; 'make bench PLAN=quick' takes the time of the emulated guest" >&2
}

# The verdict's table is derived at the end of a run: the manifest is the last
# thing that is written before.
bench()
{
	choose_plan
	campaign=$(basename "$PLAN" .ini)-$(date -u +%Y%m%dT%H%M%SZ)
	from=$(now)
	build/bouncelab run "$PLAN" --name "$campaign"
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

packages_of_tests=
[ "$mode" != check ] || packages_of_tests=--tests
# shellcheck disable=SC2086 # an option or none
step 'install packages' scripts/deps.sh $packages_of_tests
case $KDIR in
build/kernel/*)
	step 'fetch kernel' "$make" --no-print-directory kernel ;;
*)	# The guest boots Debian's kernel: a module for another one will not load.
	if [ "$mode" = bench ]; then
		echo "bench: KDIR is for 'make build'; the guest runs the kernel of build/kernel" >&2
		exit 2
	fi ;;
esac

case $mode in
bench)
	step build "$make" --no-print-directory "$jobs" build
	bench
	;;
check)
	step build "$make" --no-print-directory "$jobs" build unit-tests
	step tests tests/run "$@"
	finish 0
	;;
*)
	echo "from-clone.sh: unknown mode '$mode'; valid: bench, check" >&2
	exit 2
	;;
esac
