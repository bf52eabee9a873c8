#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install with DESTDIR and PREFIX: the installed program finds its data, writes campaigns
# below the working directory and what it remembers into the user's cache, and leaves the source
# tree alone. Man pages exist for all commands. Completion knows strategies, plans and jobs. The
# guest is a fake.
#
# Seen failing: without the file `installed` (campaigns go below PREFIX); with plots/ or the
# module not installed; with a command left out of the man pages; with `list --names` that
# prints all kinds.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir
. tests/lib/fake.sh

make -s install "DESTDIR=$scratch/dest" PREFIX=/opt/bl >"$scratch/log" 2>&1 || {
	code=$?
	cat "$scratch/log"
	fail "make install: exit code $code"
	finish
}
prefix=$scratch/dest/opt/bl
bouncelab=$prefix/bin/bouncelab
unset BOUNCELAB_ROOT BOUNCELAB_PACE
XDG_CACHE_HOME=$scratch/cache
export XDG_CACHE_HOME
mkdir "$scratch/work"
cd "$scratch/work" || exit 1

# what the installed program lists is what the tree has
for kind in strategies plans jobs; do
	"$bouncelab" list --names $kind >"$scratch/installed"
	"$top/build/bouncelab" list --names $kind >"$scratch/tree"
	[ -s "$scratch/installed" ] || fail "no $kind"
	cmp -s "$scratch/installed" "$scratch/tree" || fail "the installed $kind differ from the tree's"
done

cat >plan.ini <<'END'
[plan]
runtime = 0.1
ramp = 0
repeat = 6
aa = intree
[matrix]
strategy = intree,eager-none
jobs = 4k-randread-1
END
"$bouncelab" run plan.ini --allow-noisy-host --accel tcg --name first >"$scratch/log" 2>&1 || {
	code=$?
	cat "$scratch/log"
	fail "run: exit code $code"
}
says results/first/table.txt eager-none
[ -e results/first/figures/relative.svg ] || fail "no figure in results/first"
"$bouncelab" report first >"$scratch/report" || fail "report: exit code $?"
says "$scratch/report" eager-none
[ -e "$scratch/cache/bouncelab/pace.json" ] || fail "no pace.json in the cache"
[ ! -e "$prefix/lib/bouncelab/results" ] || fail "a campaign is below the prefix"
"$bouncelab" micro -s eager-none --size 4K --rounds 1 --threads 1 --seconds 0.01 >"$scratch/log" 2>&1 || {
	code=$?
	cat "$scratch/log"
	fail "micro: exit code $code"
}
says "$scratch/log" eager-none

# a page of the manual for each command, and one for the program
"$bouncelab" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' >"$scratch/commands"
[ "$(wc -l <"$scratch/commands")" -gt 8 ] || fail "only $(wc -l <"$scratch/commands") commands in --help"
while read -r command; do
	page=$prefix/share/man/man1/bouncelab-$command.1
	[ -e "$page" ] || { fail "no man page for '$command'"; continue; }
	says "$page" "bouncelab-$command \\- " '.SH SYNOPSIS' '.SH DESCRIPTION'
done <"$scratch/commands"
says "$prefix/share/man/man1/bouncelab.1" 'Commands:'

# complete WORD...: what bash offers for the last word
cat >"$scratch/complete.bash" <<'END'
. "$1/share/bash-completion/completions/bouncelab"
shift
compopt() { :; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_bouncelab
printf '%s\n' "${COMPREPLY[@]}"
END
offers()
{
	want=$1
	shift
	bash "$scratch/complete.bash" "$prefix" "$bouncelab" "$@" >"$scratch/offered" 2>&1
	grep -qxF -e "$want" "$scratch/offered" || {
		fail "completion of '$*' does not offer '$want', but:"
		cat "$scratch/offered"
	}
}
offers report re
offers quick-icount run qui
offers --allow-noisy-host run --allow
offers eager-none,lazy-spin run -s eager-none,lazy-s
offers eager-none trace eager-n
offers 4k-randread-2 trace eager-none 4k-randread
offers first report fi
offers icount micro --plane = ic
grep -qxF native "$scratch/offered" && fail "completion of '--plane=ic' offers 'native'"

finish
