#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make new-strategy NAME=x` and nothing else makes a strategy: it builds, and
# the list, the plans and the module have it; they lose it with the file. FROM= chooses what
# it begins with, and each of these builds, too.
#
# Seen failing: with a new-strategy.sh that leaves "template" as the name of the strategy, or
# the identifiers of the file that it copies.
#
# Timeout: 900
# Slow: it builds the module.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
# Below the project's directory, so that what compiled before is found again: lib/ccache.sh.
scratch_parent=$top/build/tests
mkdir -p "$scratch_parent"
scratch_dir

copy=$scratch/tree
copy_tree "$copy"
# A module of few strategies is built in seconds; the new one is one more.
find "$copy/strategies" -name '*.c' ! -path '*/templates/*' ! -name template.c ! -name eager-none.c \
	! -name eager-rwlock.c -delete
bouncelab=$top/build/bouncelab
BOUNCELAB_ROOT=$copy
export BOUNCELAB_ROOT

mk() { make_tree "$copy" "$@" >"$scratch/log" 2>&1; }

listed() { "$bouncelab" list 2>&1 | grep -q '\<probe-2\>'; }
planned() { "$bouncelab" plan smoke 2>&1 | grep -q '\<probe-2\>'; }
in_module()
{
	for id in probe_2 from_lazy from_own_iova; do
		grep -q "${id}_map" "$copy/build/bouncelab.ko" || return 1
	done
}

listed && fail "probe-2 is listed before it exists"

if ! mk new-strategy NAME=probe-2; then
	show "$scratch/log"
	give_up "make new-strategy NAME=probe-2 fails"
fi
# has_own_names NAME: the new file has its own names, and none of the file that it comes from.
has_own_names()
{
	f=$copy/strategies/$1.c
	head -n 12 "$f"
	grep -n template "$f" && fail "$1 still speaks of the template"
	grep -q "^ \* $1: " "$f" || fail "the head does not begin with the name $1"
	grep -q "\.name = \"$1\"" "$f" || fail "the name of the strategy $1 is not the file's"
	ok "the file $1 has its own names"
}
file=$copy/strategies/probe-2.c
has_own_names probe-2
for from in lazy own-iova; do
	mk new-strategy NAME=from-$from FROM=$from || {
		show "$scratch/log"
		fail "FROM=$from makes no strategy"
	}
	has_own_names from-$from
done

mk build/bouncelab.ko || { show "$scratch/log"; fail "it does not build"; }
grep -q '^BL_STRATEGY(probe_2)$' "$copy/kmod/strategy-table.h" || fail "it is not in the table"
in_module || fail "it is not in the module"
listed || fail "it is not in 'bouncelab list'"
planned || fail "it is not in 'bouncelab plan smoke'"
ok "it builds, and the list, the plans and the module have it"

# stale FILE: a campaign is refused, since FILE is newer than what was built of it.
stale()
{
	touch "$copy/$1"
	if "$bouncelab" run smoke --out "$scratch" --name stale >"$scratch/log" 2>&1; then
		fail "a campaign runs although $1 is newer than what was built"
	elif ! grep -q "$1 is newer than" "$scratch/log"; then
		show "$scratch/log"
		fail "the message does not say that $1 is newer"
	fi
}

cp "$bouncelab-guest" "$copy/build/"
stale strategies/probe-2.c
ok "a module older than the strategy is not measured"
stale harness/guest/run.c
stale harness/proto/splat.c
ok "a guest's program older than its sources does not run"

sed -i 's/\.name = "probe-2"/.name = "probe-3"/' "$file"
mk kmod/strategy-table.h && fail "a strategy may have another name than its file"
grep -q 'probe-2.c: no "probe-2" in it' "$scratch/log" || {
	show "$scratch/log"
	fail "the wrong name is not said"
}
ok "a strategy with another name than its file is refused"
sed -i 's/\.name = "probe-3"/.name = "probe-2"/' "$file"

# lint: run the rules on the new file. It is newer than its object, so sparse checks it.
lint()
{
	(cd "$copy" && sh tests/source/lint.sh --changed strategies/probe-2.c \
		strategies/from-lazy.c strategies/from-own-iova.c) >"$scratch/log" 2>&1
}

# One mistake is planted, and it is all that lint finds.
echo 'int probe_2_global;' >>"$file"
lint && fail "lint passes a symbol that should be static"
if ! grep -q "strategies/probe-2.c:.*symbol 'probe_2_global' was not declared" "$scratch/log" ||
		! grep -q '^not ok .* 1 places break a rule$' "$scratch/log"; then
	show "$scratch/log"
	fail "sparse does not check the new file, or a rule finds more"
fi
sed -i '/^int probe_2_global;$/d' "$file"
ok "the new files pass lint, where sparse checks them"

# refused NAME TEXT: make refuses the name with TEXT, and makes nothing.
refused()
{
	before=$(ls "$copy/strategies")
	if mk new-strategy NAME="$1"; then
		fail "the name '$1' is accepted"
	elif ! grep -q -e "$2" "$scratch/log"; then
		show "$scratch/log"
		fail "the name '$1': the message does not say '$2'"
	fi
	[ "$before" = "$(ls "$copy/strategies")" ] || fail "the name '$1' left a file"
}

cksum "$file" >"$scratch/sum"
refused probe-2 "strategies/probe-2.c exists already"
cksum "$file" | cmp -s - "$scratch/sum" || fail "an existing strategy was changed"
refused '' 'no name is given'
for from in eagre template templates/lazy 'a b'; do
	mk new-strategy NAME=probe-4 "FROM=$from" && fail "FROM=$from is accepted"
	grep -q "FROM is '$from'; valid: eager, lazy, own-iova" "$scratch/log" || {
		show "$scratch/log"
		fail "the message for FROM=$from does not name what is valid"
	}
	[ ! -e "$copy/strategies/probe-4.c" ] || fail "FROM=$from makes a file"
done
for bad in Probe 2probe probe_3 probe- -probe a--b ../probe 'a b' 'a;b' 'a.c' "$(printf '%025d' 0 | tr 0 a)"; do
	refused "$bad" 'valid: lower-case'
done
for taken in template all intree; do
	refused $taken "'$taken' is taken"
done
ok "bad and taken names are refused"

rm "$file"
mk build/bouncelab.ko || { show "$scratch/log"; fail "without it the module does not build"; }
grep -q probe_2_map "$copy/build/bouncelab.ko" && fail "the module still has the removed strategy"
listed && fail "the removed strategy is still listed"
planned && fail "the removed strategy is still planned"
ok "without the file, the module, the list and the plans lose it"
finish
