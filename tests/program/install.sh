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
# Slow: it builds two programs of each strategy.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh

expect 0 'make install' make -s install "DESTDIR=$scratch/dest" PREFIX=/opt/bl
[ $code = 0 ] || finish
prefix=$scratch/dest/opt/bl
bouncelab=$prefix/bin/bouncelab
unset BOUNCELAB_ROOT BOUNCELAB_PACE
XDG_CACHE_HOME=$scratch/cache
export XDG_CACHE_HOME
mkdir "$scratch/work"
cd "$scratch/work" || exit 1

# The installed program lists the same as that of the tree.
for kind in strategies plans jobs; do
	"$bouncelab" list --names $kind >"$scratch/installed"
	"$top/build/bouncelab" list --names $kind >"$scratch/tree"
	[ -s "$scratch/installed" ] || fail "no $kind"
	cmp -s "$scratch/installed" "$scratch/tree" || fail "the installed $kind differ from the tree's"
done
ok "the installed program has its strategies, plans and jobs"

write_plan 'intree, eager-none' 4k-randread-1 'repeat = 6'
expect 0 run "$bouncelab" run "$plan" --allow-noisy-host --accel tcg --name first
says results/first/table.txt eager-none
[ -e results/first/figures/relative.svg ] || fail "no figure in results/first"
"$bouncelab" report first >"$scratch/report" || fail "report: exit code $?"
says "$scratch/report" eager-none
[ -e "$scratch/cache/bouncelab/pace.json" ] || fail "no pace.json in the cache"
[ ! -e "$prefix/lib/bouncelab/results" ] || fail "a campaign is below the prefix"
ok "a campaign is below the working directory, and the pace in the cache"
expect 0 micro "$bouncelab" micro -s eager-none --size 4K --rounds 1 --threads 1 --seconds 0.01
says "$scratch/log" eager-none
ok "micro runs"

# There is a page of the manual for each command, and one for the program.
"$bouncelab" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' >"$scratch/commands"
[ "$(wc -l <"$scratch/commands")" -gt 8 ] || fail "only $(wc -l <"$scratch/commands") commands in --help"
while read -r command; do
	page=$prefix/share/man/man1/bouncelab-$command.1
	[ -e "$page" ] || { fail "no man page for '$command'"; continue; }
	says "$page" "bouncelab-$command \\- " '.SH SYNOPSIS' '.SH DESCRIPTION'
done <"$scratch/commands"
says "$prefix/share/man/man1/bouncelab.1" 'Commands:'
ok "there is a man page for each command"

# complete.bash PREFIX WORD...: print what bash offers for the last word.
cat >"$scratch/complete.bash" <<'END'
. "$1/share/bash-completion/completions/bouncelab"
shift
compopt() { :; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_bouncelab
printf '%s\n' "${COMPREPLY[@]}"
END
# offers WANT WORD...: bash offers WANT for the last word.
offers()
{
	want=$1
	shift
	bash "$scratch/complete.bash" "$prefix" "$bouncelab" "$@" >"$scratch/offered" 2>&1
	grep -qxF -e "$want" "$scratch/offered" || {
		fail "completion of '$*' does not offer '$want', but:"
		show "$scratch/offered"
	}
}
offers report re
offers quick-icount run qui
offers --allow-noisy-host run --allow
offers eager-none,lazy-spin run -s eager-none,lazy-s
offers eager-none trace eager-n
offers 4k-randread-2 trace eager-none 4k-randread
offers first report 'fi'
offers random run --order = ra
offers icount micro --plane = ic
grep -qxF native "$scratch/offered" && fail "completion of '--plane=ic' offers 'native'"
ok "completion knows strategies, plans, jobs, campaigns and options"

# --- odd places, again, and away ---------------------------------------------------

# A list of what is below a directory, with modes.
tree_of() { (cd "$1" && find . -printf '%P %y %m\n' | sort); }

cd "$top" || exit 1
tree_of "$prefix" >"$scratch/once"
touch "$prefix/lib/bouncelab/build/stale" "$prefix/share/man/man1/bouncelab-stale.1"
echo share/man/man1/bouncelab-stale.1 >>"$prefix/lib/bouncelab/installed"
(umask 077 && make -s install "DESTDIR=$scratch/dest" PREFIX=/opt/bl) >"$scratch/log" 2>&1 ||
	{ show "$scratch/log"; fail "the second make install fails"; }
tree_of "$prefix" | diff "$scratch/once" - || fail "the second installation is not as the first"
ok "a second installation leaves nothing of the first, and the umask does not count"

staged="$scratch/it's a [stage] \$HOME"
expect 0 'DESTDIR with blanks' env DESTDIR="$staged" PREFIX=/opt/bl scripts/install.sh
tree_of "$staged/opt/bl" | diff "$scratch/once" - || fail "an odd DESTDIR gives another tree"
for bad in "/opt/my tools" "/opt/it's" relative; do
	expect 2 "PREFIX=$bad" env DESTDIR="$scratch/bad" PREFIX="$bad" scripts/install.sh
	says "$scratch/log" "PREFIX is '$bad'; valid:"
done
[ ! -e "$scratch/bad" ] || fail "a refused PREFIX leaves files"
ok "DESTDIR may have blanks and quotes; a PREFIX that the guest could not find is refused"

mkdir -p "$scratch/mine/lib/bouncelab"
echo precious >"$scratch/mine/lib/bouncelab/file"
expect 1 'a directory of another' env PREFIX="$scratch/mine" scripts/install.sh
says "$scratch/log" "$scratch/mine/lib/bouncelab is not from 'make install'"
expect 1 'uninstall there' env PREFIX="$scratch/mine" scripts/install.sh --uninstall
[ -s "$scratch/mine/lib/bouncelab/file" ] || fail "a directory of another is removed"
ok "a directory that make install did not make is left alone"

# Another user, without a home: the installed files are read-only for it.
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$scratch" "$scratch/dest" "$scratch/bin"
	mkdir -m 777 "$scratch/nobody"
	cd "$scratch/nobody" || exit 1
	# as_nobody COMMAND...: run it as the user nobody.
	as_nobody()
	{
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			env -u XDG_CACHE_HOME HOME=/nonexistent "$@"
	}
	expect 0 'list as nobody' as_nobody "$bouncelab" list --names strategies
	expect 0 'micro as nobody' as_nobody "$bouncelab" micro -s eager-none --size 4K --rounds 1 \
		--threads 1 --seconds 0.01
	write_plan 'intree, eager-none' 4k-randread-1 'repeat = 2'
	chmod 644 "$plan"
	expect 0 'run as nobody' as_nobody "$bouncelab" run "$plan" --allow-noisy-host --accel tcg \
		--name first
	says results/first/table.txt eager-none
	cd "$top" || exit 1
	ok "another user can run what root installed"
fi

: >"$prefix/bin/other"
expect 0 'make uninstall' make -s uninstall "DESTDIR=$scratch/dest" PREFIX=/opt/bl
left=$(find "$prefix" ! -type d | grep -v '/bin/other$')
[ -z "$left" ] || fail "make uninstall leaves $left"
[ -e "$prefix/bin/other" ] || fail "make uninstall removes the file of another"
expect 1 'make uninstall again' env "DESTDIR=$scratch/dest" PREFIX=/opt/bl scripts/install.sh --uninstall
ok "make uninstall removes what make install has put there, and nothing else"
finish
