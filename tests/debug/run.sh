#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run.sh [OPTION...]: run the guest tests on debugging kernels, strategy by strategy, and print a
# table. Kernel a checks memory, locks, leaks and DMA, kernel b finds data races; kernel.sh builds
# them. A job is a test with one strategy on one kernel, in guests of its own. It fails if a check
# fails, or if the kernel reports anything (harness/proto/splat.c).
#
#   --kernel a|b       only this kernel
#   --test NAME        only this test
#   --strategy NAME    only this strategy
#   --shard I/N        only every Nth job, beginning with the Ith: N machines do it all
#   --mem MIB          give each guest so much more memory [default: 1024]
#   --cpus N           give each guest N CPUs [default: 2]. With 1, two of these scripts can run at
#                      once, each with its half (--shard 1/2, 2/2), on a host with two CPUs
#   --again            also jobs that have a result
#   --list             print the jobs, and run nothing
#   --help             print this text
#
# The result of a job is kept in build/tests/debug/results as long as neither the sources nor
# the kernel change: after Ctrl-C, the same command goes on. The output of a job is in
# build/tests/debug/log.

set -u

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/module-tree.sh
exec 1>&7			# common.sh keeps it for TAP, which this does not print
scratch_dir

out=build/tests/debug
only_kernel='' only_test='' only_strategy='' shard='' again='' list='' more_mem=1024 cpus=2

usage()
{
	echo "run.sh: $*" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--again) again=1; shift; continue ;;
	--help)	sed -n '/^# run.sh/,/^$/ s/^# \{0,1\}//p' tests/debug/run.sh; exit ;;
	--list) list=1; shift; continue ;;
	--kernel | --test | --strategy | --shard | --mem | --cpus) ;;
	*)	usage "unknown option '$1'; valid: --kernel, --test, --strategy, --shard, --mem," \
			"--cpus, --again, --list, --help" ;;
	esac
	[ $# -gt 1 ] || usage "$1 needs a value"
	case $1 in
	--kernel) only_kernel=$2 ;;
	--test) only_test=$2 ;;
	--strategy) only_strategy=$2 ;;
	--shard) shard=$2 ;;
	--mem) more_mem=$2 ;;
	--cpus) cpus=$2 ;;
	esac
	shift 2
done
case $only_kernel in
'' | a | b) ;;
*)	usage "unknown kernel '$only_kernel'; valid: a, b" ;;
esac
case $more_mem in
'' | *[!0-9]*) usage "--mem is '$more_mem'; valid: a number of MiB" ;;
esac
case $cpus in
[1-9]) ;;
*)	usage "--cpus is '$cpus'; valid: 1 to 9" ;;
esac
shard_i=0 shard_n=1
if [ -n "$shard" ]; then
	shard_i=${shard%/*} shard_n=${shard#*/}
	case $shard_i:$shard_n in
	*[!0-9:]* | :* | *: | 0*) usage "--shard is '$shard'; valid: I/N, with 1 <= I <= N" ;;
	esac
	if [ "$shard_i" -lt 1 ] || [ "$shard_i" -gt "$shard_n" ]; then
		usage "--shard is '$shard'; valid: I/N, with 1 <= I <= N"
	fi
fi

# --- the jobs ---------------------------------------------------------------------

strategies=$(for f in strategies/*.c; do basename "$f" .c; done | grep -vx template)
# Tests that take one strategy at a time, the most telling ones first; faults on kernel a alone.
by_strategy="bugs evil fuzz faults vhost lifecycle integrity windows net pressure micro"
# Those that a strategy makes no difference to, and the parts that do not depend on it.
once="planted abuse liar calls lifecycle micro reload"

# Print a line "KERNEL TEST STRATEGY" for each job; the strategy "-" stands for none.
all_jobs()
{
	for k in a b; do
		for t in $once; do
			echo "$k $t -"
		done
		for t in $by_strategy; do
			# Kernel a alone can let calls fail.
			[ "$t$k" != faultsb ] || continue
			for s in $strategies; do
				echo "$k $t $s"
			done
		done
	done
}

# parts_of TEST STRATEGY: print the parts of a test that has some with strategies and some without.
parts_of()
{
	case $1:$2 in
	lifecycle:-) echo "what_holds_the_module what_can_be_chosen two_devices device_errors" \
		"rings_come_and_go taken_over deaf qsd_killed" ;;
	lifecycle:*) echo killed_in_the_middle ;;
	micro:-) echo "bad_requests busy host" ;;
	micro:*) echo every_strategy ;;
	esac
}

all_jobs | awk -v k="$only_kernel" -v t="$only_test" -v s="$only_strategy" \
	-v i="$shard_i" -v n="$shard_n" '
	(k == "" || $1 == k) && (t == "" || $2 == t) && (s == "" || $3 == s) &&
		++at % n == i % n' >"$scratch/jobs"
[ "$only_kernel$only_test" != bfaults ] ||
	usage "the test faults is for kernel a, which alone can let calls fail"
# shellcheck disable=SC2046,SC2086 # lists
[ -s "$scratch/jobs" ] || usage "there is no job of kernel '${only_kernel:-any}', test" \
	"'${only_test:-any}' and strategy '${only_strategy:-any}'; valid: kernels a, b;" \
	"tests" $(echo "$once $by_strategy" | tr ' ' '\n' | sort -u) "; strategies -" $strategies
if [ -n "$list" ]; then
	cat "$scratch/jobs"
	exit 0
fi

# --- a tree for each kernel ---------------------------------------------------

# prepare KERNEL: build the kernel, and a tree of the project with it; sets $tree and $key.
prepare()
{
	kernel_dir=$(tests/debug/kernel.sh "$1") || return 1
	tree=$out/$1
	mkdir -p "$scratch/sources" "$tree/build/kernel"
	# Another run.sh may be about to prepare it.
	exec 8>"$out/lock-$1"
	flock 8
	[ -e "$scratch/sources/Makefile" ] || sources | grep -v '^results/' |
		tar -cf - -T - | tar -xf - -C "$scratch/sources"
	for f in root release vmlinuz headers modules SHA256SUMS; do
		ln -sfn "$kernel_dir/$f" "$tree/build/kernel/$f"
	done
	# The stamp that scripts/fetch-kernel.sh looks for: it then leaves this kernel alone.
	{ cat "$kernel_dir/release"
	  cat scripts/fetch-kernel.sh scripts/kernel-modules.sh | cksum; } >"$tree/build/kernel/stamp"
	copy_changed "$scratch/sources" "$tree"
	# Programs and module tests do not know when another kernel is below them.
	if [ "$(cat "$tree/kernel" 2>/dev/null)" != "$kernel_dir" ]; then
		rm -rf "$tree/build/tests" "$tree/build/bouncelab.ko"
		find "$tree/kmod" "$tree/strategies" -name '*.o' -exec rm {} +
		echo "$kernel_dir" >"$tree/kernel"
	fi
	[ -e "$tree/build/bouncelab.ko" ] ||
		echo "building the module and the tests' programs for kernel $1, a minute or two" >&2
	build_tree "$tree" build/bouncelab.ko || return 1
	# They are newer than the sources that were copied, which the program looks at.
	# A guest of another run.sh may run the old ones.
	cp --remove-destination build/bouncelab build/bouncelab-guest "$tree/build/" || return 1
	exec 8>&-
	key=$({ echo "$kernel_dir"; (cd "$scratch/sources" && sources_sum)
		[ "$cpus" = 2 ] || echo "$cpus CPUs"; } | sha256sum | cut -c 1-12)
}

# What a guest runs, and what makes it. Documents and tests without a guest have no influence.
sources_sum()
{
	find harness kmod strategies tests/vm tests/lib tests/debug scripts workloads Makefile -type f |
		LC_ALL=C sort | xargs -d '\n' sha256sum
}

# --- one job ------------------------------------------------------------------------

child=
# shellcheck disable=SC2317 # called by trap
stop()
{
	[ -z "$child" ] || kill -TERM "$child" 2>/dev/null
	[ -z "$child" ] || wait "$child"
	echo "run.sh: interrupted; the same command goes on" >&2
	exit 130
}
trap stop INT TERM HUP

# limit_of SCRIPT: print the seconds that it may take.
limit_of()
{
	limit=$(sed -n 's/^# Timeout: *\([0-9][0-9]*\).*/\1/p' "$1" | head -n 1)
	echo $((${limit:-600} * slow))
}

# first_report LOG: print the first report of the kernel, or the first failure, without its time.
first_report()
{
	{ sed -n 's/.*kernel printed a warning: \[[^]]*\] *//p' "$1"
	  sed -n 's/.*the guest died: //p; s/^ *not ok [0-9]* - //p' "$1"; } | head -n 1 | cut -c 1-150
}

# run_job KERNEL TEST STRATEGY: run it, and write a line of results.
run_job()
{
	log=$out/log/$1-$2-$3.log
	script=tests/vm/$2.sh argument=
	[ "$2" != planted ] || script=tests/debug/planted.sh argument=$1
	case $1 in
	a)	slow=6 append="slub_debug=FZ kmemleak=on watchdog_thresh=60" ;;
	b)	slow=4 append="watchdog_thresh=60" ;;
	esac
	chosen=
	[ "$3" = - ] || chosen=$3
	from=$(date +%s)
	# shellcheck disable=SC2086 # an argument or none
	(cd "$tree" && exec env --default-signal=INT,QUIT "BOUNCELAB_ROOT=$top/$tree" \
		"SLOWDOWN=$slow" "MORE_MEM=$more_mem" "MORE_APPEND=$append" \
		"GUEST_CPUS=$cpus" DRIVERS=bouncelab \
		"STRATEGIES=$chosen" "PARTS=$(parts_of "$2" "$3")" \
		timeout -k 30 "$(limit_of $script)" sh $script $argument) >"$log" 2>&1 </dev/null &
	child=$!
	wait $child
	code=$?
	child=
	result=FAILED
	if [ $code = 0 ]; then
		result=ok
	elif [ $code = 124 ]; then
		result=timeout
	elif [ "$2" != planted ] && grep -q 'kernel printed a warning' "$log"; then
		result=SPLAT
	fi
	why=
	[ $result = ok ] || why=$(first_report "$log")
	echo "$key $1 $2 $3 $result $(($(date +%s) - from)) $why" >>$out/results
}

# --- all of them --------------------------------------------------------------

if [ ! -x build/bouncelab ] || [ ! -x build/bouncelab-guest ]; then
	echo "run.sh: build/bouncelab is missing: make build" >&2
	exit 1
fi
mkdir -p $out/log
touch $out/results
total=$(wc -l <"$scratch/jobs")
n=0
prepared=
: >"$scratch/keys"
while read -r kernel test strategy <&3; do
	n=$((n + 1))
	if [ "$prepared" != "$kernel" ]; then
		prepare "$kernel" || {
			echo "run.sh: kernel $kernel cannot be prepared" >&2
			exit 1
		}
		prepared=$kernel
		echo "$key" >>"$scratch/keys"
		[ -z "$again" ] || sed -i "/^$key /d" $out/results
	fi
	if ! grep -qF "$key $kernel $test $strategy " $out/results; then
		run_job "$kernel" "$test" "$strategy"
	fi
	grep -F "$key $kernel $test $strategy " $out/results | tail -n 1 >>"$scratch/done"
	tail -n 1 "$scratch/done" | {
		read -r _ _ _ _ result seconds why
		printf '%3d of %d  kernel %s  %-10s %-14s %-8s %5d s  %s\n' "$n" "$total" "$kernel" \
			"$test" "$strategy" "$result" "$seconds" "$why"
	}
done 3<"$scratch/jobs"

# The table: a row for each strategy, a column for each test.
awk '
	{
		k = $2; t = $3; s = $4
		if (!(k in kernels)) { kernels[k] = ++nk; kernel[nk] = k }
		if (!(t in tests)) { tests[t] = ++nt; test[nt] = t }
		if (!(s in rows)) { rows[s] = ++ns; row[ns] = s }
		result[k, t, s] = $5
		bad += $5 != "ok"
	}
	END {
		for (k = 1; k <= nk; k++) {
			printf "\nkernel %s\n%-14s", kernel[k], "strategy"
			for (t = 1; t <= nt; t++)
				printf " %-10s", test[t]
			printf "\n"
			for (s = 1; s <= ns; s++) {
				printf "%-14s", row[s] == "-" ? "(none)" : row[s]
				for (t = 1; t <= nt; t++) {
					r = result[kernel[k], test[t], row[s]]
					printf " %-10s", r == "" ? "." : r
				}
				printf "\n"
			}
		}
		printf "\nSPLAT: the kernel reported something. FAILED: a check failed. timeout: it took\n" \
		       "too long. (none): tests, or parts of them, that take no strategy. A point: no job.\n"
		printf "%d of %d jobs are ok\n", NR - bad, NR
		exit bad != 0
	}' "$scratch/done"
