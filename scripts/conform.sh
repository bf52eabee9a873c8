#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# conform.sh STRATEGY,... [OPTION...]: make conform S=STRATEGY ARGS="OPTION...". Is the strategy
# right? Run the conformance suite on it, one stage after the other, and stop at the first that
# finds something. It takes half a minute for each strategy; 'all' are all, 'fixtures' the broken ones.
#
#   --long    run what tests/strategies/conform.sh runs: minutes for each strategy
#   --stage S run only this stage: model, tsan, threads, litmus, step; with --long others
#   --seed N  seed all random choices (default: 1)
#   --help    print this text, and the options of the suite's program
#
# A failure prints the command that repeats it: such a command builds the strategy anew.  With any
# other option only build/tests/conform/conform runs, and gets it, with --seed and --strategy.
#
# Exit status: 0 if the strategy is right, 1 if not, 2 for wrong use or if it does not compile.
#
# Environment: MAKE.

set -u

cd "$(dirname "$0")/.." || exit 2
. tests/strategies/conform/stages.sh
out=build/tests/conform
broken=tests/strategies/broken
strategies=${1:-}
shift

names_in() { for f in "$1"/*.c; do basename "$f" .c; done | grep -vx template; }
valid() { echo "valid: all, fixtures, $(names_in strategies | paste -sd , | sed 's/,/, /g')"; }

refuse()
{
	echo "conform: $*" >&2
	exit 2
}

# file_of NAME: print the source of a strategy, or fail.
file_of()
{
	for f in "strategies/$1.c" "$broken/$1.c"; do
		if [ -e "$f" ]; then
			echo "$f"
			return
		fi
	done
	return 1
}

# Set $only to the strategies that have to be compiled.
choose()
{
	only=
	for name in $(echo "$1" | tr , ' '); do
		case $name in
		all)	only="$only $(names_in strategies | paste -sd ' ')" ;;
		fixtures) only="$only $(names_in $broken | paste -sd ' ')" ;;
		*)	file_of "$name" >/dev/null ||
				refuse "unknown strategy '$name'; $(valid)"
			only="$only $name" ;;
		esac
	done
}

# build PROGRAM...
build()
{
	# shellcheck disable=SC2046 # a list of programs
	${MAKE:-make} -f tests/strategies/conform/Makefile --no-print-directory "-j$(nproc)" \
		"OUT=$out" "ONLY=$only" $(printf "$out/%s\n" "$@") ||
		refuse "$strategies does not compile for user space"
}

usage()
{
	sed -n '/^# conform.sh/,/^# Environment/ { /^# Environment/d; s/^# \{0,1\}//; p }' \
		"scripts/conform.sh"
	build conform
	"$out/conform" --help
}

now() { date +%s; }

if [ -z "$strategies" ]; then
	[ "${1:-}" = --help ] || refuse "no strategy; example: make conform S=eager-none; $(valid)"
	strategies=all
fi
stages=$(conform_short)
only_stage=
long=
seed=1
choose "$strategies"
while [ $# -gt 0 ]; do
	case $1 in
	--long)	long="--long "
		stages=$(conform_long 2000000) ;;
	--stage)
		[ $# -gt 1 ] || refuse "--stage has no name; example: --stage tsan"
		only_stage=$2
		shift ;;
	--seed)	[ $# -gt 1 ] || refuse "--seed has no number; example: --seed 7"
		seed=$2
		shift ;;
	--help)	usage
		exit ;;
	*)	build conform
		exec "$out/conform" --strategy "$strategies" --seed "$seed" "$@" ;;
	esac
	shift
done

names=$(echo "$stages" | awk '{ print $1 }' | paste -sd ' ')
if [ -n "$only_stage" ]; then
	stages=$(echo "$stages" | awk -v s="$only_stage" '$1 == s')
	[ -n "$stages" ] || refuse "unknown stage '$only_stage'; valid: $names"
	names=$only_stage
fi

# shellcheck disable=SC2046 # a list of programs
build $(echo "$stages" | awk '{ print $2 }' | sort -u)

echo "conform: $strategies: $names; seed $seed"
echo "The tests want failed maps and SIGBUS below: docs/conformance.md explains each line."
from=$(now)
while read -r stage program args <&3; do
	echo "$stage: $(conform_says "$stage")"
	# shellcheck disable=SC2086 # words
	"$out/$program" --first --strategy "$strategies" --seed "$seed" $args </dev/null
	code=$?
	case $code in
	0) ;;
	1)	echo "conform: $strategies FAILS in $stage, after $(($(now) - from)) s. This builds it anew and repeats it:"
		echo "  make conform S=$strategies ARGS=\"$long--stage $stage --seed $seed\""
		exit 1 ;;
	*)	refuse "$program ends with $code" ;;
	esac
done 3<<END
$stages
END
echo "conform: $strategies passes, in $(($(now) - from)) s"
