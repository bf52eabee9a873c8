#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `bouncelab micro` in the kernel: every strategy runs with the right bytes; its counts agree
# with each other and with the module's; a caller that is killed leaves nothing; requests
# that are wrong or find the device busy are refused. Then the command itself, on the planes
# icount and vm.
#
# Seen failing, with these changes to the module: a thread that forgets one unmap; a run
# whose caller gets a signal that goes on through all slices; a run and a vDPA device, or
# the domain of one, that do not keep each other off.
# Each run of the test catches a strategy that loses bytes, in a module of its own.
# PARTS="busy" runs some of tests/vm/guest/micro.sh.
# Timeout: 900
# First: it takes long.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh
. tests/lib/module-tree.sh

build_guest vblk vctl
in_guest 400 tests/vm/guest/micro.sh "${PARTS:-}"
# A part of the guest's half is all that was asked for.
[ -z "${PARTS:-}" ] || finish

BOUNCELAB_KO=$(broken_module) || give_up "the module with the broken strategies does not build"
export BOUNCELAB_KO
in_guest 100 tests/vm/guest/micro.sh --broken busted-copyout
unset BOUNCELAB_KO

# The command and its file: an operation takes the same number of instructions in each
# round, to 0.5 %, and more with a lock.
build/bouncelab micro --plane icount -s eager-none,eager-spin --size 4K --rounds 5 --seconds 0.02 \
	--touch all --seed 1 --raw "$scratch/raw" --csv "$scratch/csv" >"$scratch/out" 2>"$scratch/err" || {
	fail "micro --plane icount exits with $?"
	show "$scratch/err"
}
sed -n '/^4K bytes/,/^$/p' "$scratch/out"
awk -F , '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{
		insns[$at["strategy"]] = $at["pair_insns"]
		if (!($at["pair_insns"] > 0 && $at["pair_hi"] - $at["pair_lo"] <= 0.005 * $at["pair_insns"]))
			bad = 1
	}
	END { exit bad || NR != 5 || !(insns["eager-spin"] > insns["eager-none"] + 20) }' \
	"$scratch/csv" || fail "instructions that are not repeatable, or a lock that costs none"
build/bouncelab micro --from "$scratch/raw" >"$scratch/again" || fail "--from exits with $?"
cmp "$scratch/out" "$scratch/again" || fail "--from prints another table"
ok "the plane icount: instructions repeat, and a lock costs some"

# The module must not be loaded into another kernel: the plane host runs in the guest, above.
if [ "$(uname -r)" != "$(cat build/kernel/release)" ]; then
	build/bouncelab micro --plane host >"$scratch/host" 2>&1 && fail "micro --plane host runs"
	grep -Eq 'is built for kernel|only root may' "$scratch/host" ||
		fail "micro --plane host: $(cat "$scratch/host")"
fi
ok "the plane host is not for this kernel"

# The plane icount has run the same program in the same guest.
[ -n "${LONG:-}" ] || finish
build/bouncelab micro --plane vm --threads 2 -s eager-spin --size 4K --rounds 1 --seconds 0.02 \
	>"$scratch/out" 2>"$scratch/err" || {
	fail "micro --plane vm exits with $?"
	show "$scratch/err"
}
grep -q "^4K bytes, 2 threads (plane vm, .*, n = 1)" "$scratch/out" || fail "micro prints no table of the plane vm"
ok "the plane vm"
finish
