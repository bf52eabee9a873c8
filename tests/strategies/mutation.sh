#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The mutations of strategies/ and of kmod/ fit their sources, as mutate.sh checks first, and the
# conformance suite finds one of them, a race. With LONG=1 they are thirteen, and tests/strategies/mutate.sh
# fails for each reason that it has to. All mutations take half an hour: tests/run strategies/mutate.
#
# Seen failing: a sample with a mutation that no test finds (the case 'no test finds it'
# below, without the expectation that it fails).
# SAMPLE=N takes N of them.
# The races of short mappings were seen to survive two million operations of the model alone.
# Slow: it compiles the suite for each mutation.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# expect CODE TEXT NAME WHERE OLD NEW [EXPLANATION]: mutate.sh, with a list of that one
# mutation of eager-none.c, ends with CODE and says TEXT.
expect()
{
	printf '= %s eager-none.c %s\n- %s\n+ %s\n' "$3" "$4" "$5" "$6" >"$scratch/mutations"
	printf '%s' "${7:-}" >"$scratch/survivors"
	mutate "$1" "$2" "$3"
}

# mutate CODE TEXT NAME: mutate.sh, with the lists that are in $scratch, ends with CODE and
# says TEXT.
mutate()
{
	MUTATIONS=$scratch/mutations MUTANTS=$scratch/mutants SURVIVORS=$scratch/survivors \
		sh tests/strategies/mutate.sh --quick 1 "$3" >"$scratch/log" 2>&1
	code=$?
	if [ $code != "$1" ] || ! grep -q "$2" "$scratch/log"; then
		show "$scratch/log"
		fail "mutate.sh ends with $code, not with $1 and '$2'"
	fi
	ok "mutate.sh: $2"
}

# expect_patch CODE TEXT STRATEGY FOUND-BY OLD NEW [FROM]: the same with a patch of
# eager-none.c, made from the strategy FROM.
expect_patch()
{
	: >"$scratch/mutations"
	: >"$scratch/survivors"
	from=strategies/${7:-eager-none}.c
	sed "s|$5|$6|" "$from" >"$scratch/new"
	{
		printf 'Strategy: %s\nFound by: %s\n\n' "$3" "$4"
		diff -u --label a/eager-none.c --label b/eager-none.c "$from" "$scratch/new"
	} >"$scratch/mutants/it.patch"
	mutate "$1" "$2" it
	rm "$scratch/mutants/it.patch"
}
mkdir "$scratch/mutants"

fails_as_it_should()
{
	expect 2 'does not fit' gone eager_none_fault 'return 4711;' 'return 0;'
	expect 2 'does not fit' twice 'eager_none_ops = {' ',' ''
	expect 2 'no line begins' nowhere no_such_function 'return 0;' ''
	expect 2 'explained, but not in the list' same eager_none_fault '(d, iova,' '(d, iova + 0,' \
		'other: it is gone
'
	expect 2 'does not compile' broken eager_none_fault '(d, iova,' '(d, iova'
	expect 1 'no test finds it' same eager_none_fault '(d, iova,' '(d, iova + 0,'
	expect 0 '1 of them explained' same eager_none_fault '(d, iova,' '(d, iova + 0,' \
		'same: 0 + 0 is 0
'
	expect 1 'and one does' found 'eager_none_ops = {' '.free = bl_iova_free,' \
		'.free = (void *)bl_iova_alloc,' 'found: nobody looks
'

	expect_patch 2 'does not fit' eager-none model 'return bl_bounce_lock(b);' 'return 1;' eager-spin
	expect_patch 2 "no strategy 'no-such'" no-such model '(d, iova,' '(d, iova + 1,'
	expect_patch 2 "found by 'luck'; valid: model " eager-none luck '(d, iova,' '(d, iova + 1,'
	expect_patch 2 "comes after 'luck', and there is no such" eager-none 'model
After: luck' '(d, iova,' '(d, iova + 1,'
	expect_patch 2 'does not compile' eager-none model '(d, iova,' '(d, iova'
	expect_patch 1 'no test finds it' eager-none model '(d, iova,' '(d, iova + 0,'
	expect_patch 0 '1 that are none' eager-none none '(d, iova,' '(d, iova + 0,'
	expect_patch 1 'nothing is wrong with it' eager-none none '.free = bl_iova_free,' \
		'.free = (void *)bl_iova_alloc,'
	expect_patch 0 '1 killed' eager-none model '.free = bl_iova_free,' \
		'.free = (void *)bl_iova_alloc,'
}
[ -z "${LONG:-}" ] || fails_as_it_should

# A race of short mappings is what the model cannot see, and `make conform` has to.
# shellcheck disable=SC2046 # a list
sh tests/strategies/mutate.sh --conform=tsan packed-clear-plain \
	$(deep '' 'packed-free-early packed-set-plain') >"$scratch/log" 2>&1 ||
	fail "races of short mappings"
show "$scratch/log"
ok "make conform finds races of short mappings"

sample=${SAMPLE:-$(deep '' 10)}
if [ -n "$sample" ]; then
	sh tests/strategies/mutate.sh --quick "$sample" >"$scratch/log" 2>&1 || fail "the sample"
	show "$scratch/log"
	ok "the suite finds each mutation of the sample"
fi
tests/vm/mutate.sh --list >"$scratch/names" 2>"$scratch/log" || {
	show "$scratch/log"
	fail "a mutation of kmod/ does not fit"
}
[ "$(wc -l <"$scratch/names")" -ge 60 ] || fail "only $(wc -l <"$scratch/names") mutations of kmod/"
ok "every mutation of strategies/ and of kmod/ fits its source"
finish
