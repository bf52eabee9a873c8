#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do promises A and B of strategies/lazy.h follow from the orderings that its strategies
# ask for? spin searches tests/strategies/model/ordering.pml completely, with store buffers
# as on x86 (TSO) and with weaker ones (WEAK). With any one barrier, release, acquire, wait
# or lock left out, the search has to find the promise that this breaks, or that the part
# is not needed here.
#
# The output has one line per search, and for two of the broken ones the steps to the
# broken promise.
# Timeout: 300
# Long: it searches a model, which changes only when somebody changes the model.
#
# Seen failing: with an expectation of the table exchanged; with models in which a
# release waits for nothing, a load waits for the stores before it, smp_mb() does not,
# cmpxchg() always succeeds, or do_settle() does not wait; with a search that is out
# of memory.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
model=$top/tests/strategies/model/ordering.pml

command -v spin >/dev/null || {
	give_up "spin is not installed: scripts/deps.sh --tests"
}

# number FILE NAME: print the value of a #define.
number()
{
	awk -v name="$2" '$1 == "#define" && $2 == name { print $3 }' "tests/strategies/model/$1"
}

# Print the table of searches: PROTOCOL BROKEN SCENARIO, and the promise that breaks with
# TSO and with WEAK; 0: none breaks; -: TSO keeps loads in order, so that none can break.
# NO_PUBLISH_MB and so on are explained in tests/strategies/model/protocol.pml.
table()
{
	for protocol in BARRIER LOCK ACQREL; do
		for scenario in REUSE HANDOVER SHARED SYNC BACK BOTH; do
			echo $protocol NOTHING $scenario 0 0
		done
	done
	cat <<-'END'
	BARRIER	NO_PUBLISH_MB	HANDOVER	A	A
	BARRIER	NO_SETTLE_MB	HANDOVER	B	B
	BARRIER	NO_STORED_MB	HANDOVER	A	A
	BARRIER	NO_STORED_MB	SHARED		A	A
	BARRIER	NO_SETTLE_WAIT	HANDOVER	B	B
	BARRIER	SETTLE_PLAIN	BOTH		-	back
	BARRIER	END_PLAIN	HANDOVER	0	B
	BARRIER	FILLING_LATE	HANDOVER	B	B
	BARRIER	ORIG_FIRST	HANDOVER	len	len
	BARRIER	ORIG_PLAIN	HANDOVER	0	len
	BARRIER	ORIG_LOAD_PLAIN	HANDOVER	-	len
	BARRIER	PAGE_PLAIN	BACK		0	back
	BARRIER	LEAVE_EARLY	REUSE		A	A
	BARRIER	NO_COPY_SETTLE	BOTH		back	back
	BARRIER	NO_SYNC_SETTLE	SYNC		A	A
	LOCK	END_PLAIN	HANDOVER	0	A
	LOCK	ORIG_FIRST	HANDOVER	0	0
	LOCK	ORIG_PLAIN	HANDOVER	0	0
	LOCK	ORIG_LOAD_PLAIN	HANDOVER	-	0
	LOCK	PAGE_PLAIN	BACK		0	back
	LOCK	NO_PUBLISH_ENTER HANDOVER	A	A
	LOCK	NO_RETRACT_ENTER HANDOVER	B	B
	LOCK	LEAVE_EARLY	REUSE		A	A
	LOCK	NO_COPY_SETTLE	BOTH		back	back
	LOCK	NO_SYNC_SETTLE	SYNC		A	A
	ACQREL	SETTLE_PLAIN	BOTH		-	back
	ACQREL	END_PLAIN	HANDOVER	0	A
	ACQREL	ORIG_FIRST	HANDOVER	0	0
	ACQREL	ORIG_PLAIN	HANDOVER	0	0
	ACQREL	ORIG_LOAD_PLAIN	HANDOVER	-	0
	ACQREL	PAGE_PLAIN	BACK		0	back
	ACQREL	NO_PUBLISH_ENTER HANDOVER	A	A
	ACQREL	NO_RETRACT_ENTER HANDOVER	B	B
	ACQREL	LEAVE_EARLY	REUSE		A	A
	ACQREL	NO_COPY_SETTLE	BOTH		back	back
	ACQREL	NO_SYNC_SETTLE	SYNC		A	A
	END
}

# Print the result of the last search: 0, a promise, or why there is no result.
verdict()
{
	promise=$(sed -n 's/^pan:1: assertion violated promise_\([a-zA-Z]*\) .*/\1/p' log)
	if [ -n "$promise" ]; then
		echo "$promise"
	elif grep -q '^pan:1: invalid end' log; then
		echo "deadlock"
	elif grep -q 'errors: 0$' log && ! grep -qE 'not completed|too small|out of memory' log; then
		echo 0
	else
		echo "no result: $(grep -m 1 -E '^pan|error' log)"
	fi
}

# search PROTOCOL MEMORY BROKEN SCENARIO WANT: run one search, in its directory.
search()
{
	CASE=$((100 * $(cd "$top" && number ordering.pml "$4") + $(cd "$top" && number protocol.pml "$3")))
	export CASE
	rm -f ordering.pml.trail
	from=$(date +%s%N)
	./pan -w20 >log 2>&1
	ms=$((($(date +%s%N) - from) / 1000000))
	found=$(verdict)
	states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' log)
	case $found in
	0)	text="holds" ;;
	no*)	text=$found ;;
	*)	text="breaks $found" ;;
	esac
	[ "$found" = "$5" ] || text="$text, WRONG: expected $5"
	printf '%-8s %-5s %-17s %-9s %8d states %6d ms  %s\n' \
		"$1" "$2" "$3" "$4" "${states:-0}" "$ms" "$text"
}

# searches PROTOCOL MEMORY: run all searches of the pair, which is compiled once.
searches()
{
	mkdir "$scratch/$1-$2"
	cd "$scratch/$1-$2" || exit
	if ! spin -D"$1" -D"$2" -a "$model" >log 2>&1 ||
			! gcc -O1 -w -DSAFETY -DBFS -DMEMLIM=2048 -o pan pan.c >>log 2>&1; then
		echo "$1 $2: no pan, WRONG: $(head -n 3 log)"
		return
	fi
	table | while read -r protocol broken scenario tso weak; do
		case $2 in
		TSO)	want=$tso ;;
		*)	want=$weak ;;
		esac
		if [ "$protocol" != "$1" ] || [ "$want" = - ]; then
			continue
		fi
		search "$1" "$2" "$broken" "$scenario" "$want"
		[ ! -f ordering.pml.trail ] || mv ordering.pml.trail "$broken-$scenario.trail"
	done
}

# steps PROTOCOL MEMORY BROKEN SCENARIO: print the shortest way to the broken promise.
steps()
{
	CASE=$((100 * $(number ordering.pml "$4") + $(number protocol.pml "$3")))
	echo
	echo "$1 $2 $3 $4, CPU2 is the daemon's:"
	spin -t -T -k "$scratch/$1-$2/$3-$4.trail" -D"$1" -D"$2" -DCASE=$CASE "$model" 2>&1 |
		sed -n 's/^CPU/  &/p; s/.*text of failed assertion: assert(\(.*\))/  broken: \1/p' >"$scratch/steps"
	show "$scratch/steps"
	grep -q broken: "$scratch/steps" || fail "no steps for $1 $2 $3 $4"
	ok "the steps to a broken promise: $1 $2 $3 $4"
}

for memory in WEAK TSO; do
	for protocol in ACQREL BARRIER LOCK; do
		searches $protocol $memory >"$scratch/$protocol-$memory.out" 2>&1 &
	done
done
wait

for memory in TSO WEAK; do
	for protocol in BARRIER LOCK ACQREL; do
		cat "$scratch/$protocol-$memory.out"
	done
done >"$scratch/all"
show "$scratch/all"
want=$(table | awk '{ n += ($4 != "-") + ($5 != "-") } END { print n }')
got=$(grep -c ' states ' "$scratch/all")
[ "$got" = "$want" ] || fail "$got searches of $want"
wrong=$(grep -c WRONG "$scratch/all")
[ "$wrong" = 0 ] || fail "$wrong searches found something else than expected"
ok "$got searches found what is expected"

steps BARRIER TSO NO_STORED_MB HANDOVER
steps BARRIER TSO NO_SETTLE_MB HANDOVER
finish
