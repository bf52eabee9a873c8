#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# conform.sh [--update]
#
# The strategies, unchanged, in user space: are they correct? Random operations against a model,
# 300,000 for each strategy, or two million with LONG=1 (OPS=N: N); drivers and daemons as threads;
# the ordering of map, unmap and first touch on these processors; and, of the strategies of the tier
# (lib/tier.sh), an interrupt or another thread between any two accesses, pages of 64K,
# AddressSanitizer, UBSan and ThreadSanitizer. The result is compared with the table of
# docs/conformance.md; --update writes that table instead.
# Timeout: 1500
# Slow: 300,000 operations of each strategy, and five sanitized or stepped programs.
# Alone: two threads that are to meet need two processors.
#
# Seen failing: each broken strategy of tests/strategies/broken has to fail, by the property
# that is written for it here; the missing barriers within ten seconds. The program has to
# fail when a correct strategy is expected to fail, and when a name is unknown. A lazy strategy
# that does not refuse a PREEMPT_RT kernel was seen to fail.
#
# Environment: OPS (of the model, per strategy), SEED, OUT (the directory of the build).

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/strategies/conform/stages.sh
scratch_dir

ops=${OPS:-$(deep 300000 2000000)}
seed=${SEED:-1}
out=${OUT:-build/tests/conform}
doc=docs/conformance.md
marker="^<!-- made by a test:"

case ${1:-} in
'' | --update) ;;
--help)	sed -n '/^# conform.sh/,/^# Timeout/ { /^# Timeout/!s/^# \{0,1\}//p }' "$0" >&7; exit ;;
*)	echo "conform.sh: unknown argument '$1'; valid: --update, --help" >&2
	exit 2 ;;
esac

# build DIR VARIABLE... PROGRAM...
build()
{
	dir=$1
	shift
	make -f tests/strategies/conform/Makefile --no-print-directory "-j$(nproc)" OUT="$dir" "$@" ||
		give_up "the suite does not build"
}

# All strategies and templates are in the plain program, those of the tier in the others, with LONG=1
# the templates too.
templates=$(basename -s .c strategies/templates/*.c | sed 's/^/template-/')
build "$out" "$out/conform"
build "$out/tier" FIXTURES=none \
	ONLY="$(echo "$(strategies_of_tier)" "$(deep '' "template $templates")" | paste -sd ' ')" \
	"$out/tier/conform-64k" "$out/tier/conform-step" "$out/tier/conform-asan" \
	"$out/tier/conform-tsan"

# conform VARIANT ARGUMENT...: run that program, and print how long it took.
conform()
{
	variant=$1
	shift
	dir=$out
	[ -z "$variant" ] || dir=$out/tier
	from=$(date +%s)
	"$dir/conform$variant" --seed "$seed" "$@" >"$scratch/log" 2>&1
	code=$?
	echo "$(($(date +%s) - from)) s: conform$variant $*"
	return $code
}

# good VARIANT ARGUMENT...: no strategy fails.
good()
{
	if conform "$@"; then
		tail -n 3 "$scratch/log" | sed 's/^/# /'
		ok "conform$*"
	else
		show "$scratch/log"
		fail "conform$*: exit $code"
	fi
}

# check_sizes: each class of sizes has its share of the maps, in the model and with threads.
check_sizes()
{
	awk '
		BEGIN { split("15 8 20 3 8 0.1", least) }
		/^  sizes / {
			lines++
			n = split($0, part, ", ")
			for (i = 1; i <= n; i++) {
				sub(/.*: /, "", part[i])
				if (part[i] + 0 < least[i])
					print "class " i " has " part[i] " of the maps:" $0
			}
			if (n != 6)
				print "not six classes:" $0
		}
		END { if (lines < 6) print "only " lines + 0 " lines of sizes" }
	' "$scratch/log" >"$scratch/shares"
	[ ! -s "$scratch/shares" ] || { show "$scratch/shares"; fail "a class of sizes is rare"; }
	ok "each class of sizes has its share"
}

# --- the strategies are right --------------------------------------------------

conform_long "$ops" >"$scratch/stages"
while read -r stage program args <&3; do
	case $stage in
	all)	args="$args --table $scratch/table.md" ;;
	asan-zero)
		# Another prefill under the sanitizers is for the long tier.
		[ -n "${LONG:-}" ] || continue ;;
	esac
	# shellcheck disable=SC2086 # words
	good "${program#conform}" $args
	[ "$stage" != all ] || check_sizes
done 3<"$scratch/stages"

# What new strategies are copied from: shortly, since each is like a strategy above.
good '' --strategy templates --mode all --ops 150000 --seconds 0.1
[ -z "${LONG:-}" ] || good -tsan --strategy templates --mode threads --prefill copy --seconds 0.3

grep '^|' "$scratch/table.md" >"$scratch/made"
if [ "${1:-}" = --update ]; then
	{ sed "/$marker/q" $doc; echo; cat "$scratch/made"; } >"$scratch/doc" &&
		cp "$scratch/doc" $doc
else
	sed "1,/$marker/d" $doc | grep '^|' >"$scratch/table"
	[ -s "$scratch/table" ] || fail "$doc has no table behind the line $marker"
	# A strategy that the table does not have yet is new, and has passed.
	awk -F '|' -v new="$scratch/new" '
		NR == FNR { known[$2] = 1; next }
		!($2 in known) { print >new; next }
		{ print }' "$scratch/table" "$scratch/made" >"$scratch/known"
	if [ -s "$scratch/new" ]; then
		echo "not in $doc, which tests/strategies/conform.sh --update would change:"
		show "$scratch/new"
	fi
	diff -u "$scratch/table" "$scratch/known" ||
		fail "not what $doc says; if it should be: tests/strategies/conform.sh --update"
	ok "the results are those of $doc"
fi

# --- the broken strategies are found ---------------------------------------------------

# expectation NAME: print how a broken strategy has to be found; a new one may be found by
# any property.
expectation()
{
	case $1 in
	busted-barrier-map)	echo --mode litmus --expect-fail integrity ;;
	# Its barrier is also that of a sync, and either may show first.
	busted-barrier-unmap)	echo --mode litmus --go-on --expect-fail after-unmap ;;
	busted-barrier-*)	echo --mode litmus --expect-fail any ;;
	busted-publish)		echo --mode litmus --expect-fail any ;;
	busted-copyout)		echo --mode model --expect-fail integrity ;;
	busted-slot)		echo --mode model --expect-fail integrity ;;
	busted-overrun)		echo --mode model --expect-fail neighbour ;;
	busted-unzeroed)	echo --mode model --expect-fail neighbour ;;
	# The old bytes may belong to another buffer by now.
	busted-unmap)		echo --mode model --go-on --expect-fail after-unmap,neighbour ;;
	v5-verbatim)		echo --mode model --go-on --expect-fail neighbour,integrity,stale,reset ;;
	*)			echo --mode model,litmus --expect-fail any ;;
	esac
}

for f in tests/strategies/broken/*.c; do
	[ -e "$f" ] || continue
	name=$(basename "$f" .c)
	# shellcheck disable=SC2046 # words
	if conform '' --strategy "$name" --ops 600000 --seconds 10 $(expectation "$name"); then
		# Print the first line of each finding, and its time.
		awk '/ fails: / { sub(/^[^ ]+ +/, ""); print "# " $0; getline; print "# " $0 }' \
			"$scratch/log"
		ok "$name is found"
	else
		show "$scratch/log"
		fail "$name is not found, or not by the property that it breaks"
	fi
done

# --- the program itself --------------------------------------------------------

conform '' --strategy eager-none --prefill none --ops 10000 --expect-fail any
[ $code = 1 ] || fail "expecting a right strategy to fail exits with $code"
conform '' --strategy no-such
[ $code = 2 ] || fail "an unknown strategy exits with $code"
grep -q "unknown strategy 'no-such'; valid: all, fixtures, " "$scratch/log" ||
	fail "an unknown strategy is not named"
ok "the program fails when it should"

# A page that is filled with interrupts off: not on PREEMPT_RT.
lazy=$(grep -l 'refuse = bl_lazy_refuse' strategies/*.c | sed 's,.*/\(.*\)\.c,\1,')
for name in $lazy; do
	conform '' --rt --strategy "$name" --ops 1000
	if [ $code != 1 ] || ! grep -q "^$name FAILED: refuse" "$scratch/log"; then
		fail "$name does not refuse a PREEMPT_RT kernel: exit $code"
	fi
done
conform '' --rt --strategy eager-spin --ops 1000 || fail "eager-spin refuses a PREEMPT_RT kernel"
ok "lazy strategies refuse a PREEMPT_RT kernel"

# The same seed gives the same run, and the same shrunk sequence of a failure.
for i in first second; do
	conform '' --strategy busted-slot --ops 100000 --expect-fail any
	sed 's/after [0-9.]* s/after/; s/ [0-9.]* s / /' "$scratch/log" >"$scratch/$i"
done
cmp -s "$scratch/first" "$scratch/second" || {
	diff "$scratch/first" "$scratch/second"
	fail "two runs with one seed differ"
}
ok "a seed repeats a run"
finish
