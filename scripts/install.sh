#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install.sh               install the products of `make build` below PREFIX
# install.sh --uninstall   remove what an installation has put there
#
# PREFIX is an environment variable (default: /usr/local). DESTDIR, if set, goes before PREFIX, to
# collect the files of a package.
#
#   PREFIX/bin/bouncelab                  a link into the next directory
#   PREFIX/lib/bouncelab/                 a copy of the parts of the tree that the program reads:
#                                         build/ (programs, modules, the guest's kernel, the
#                                         native programs of micro), strategies/, kmod/,
#                                         workloads/, plots/; and `installed`, which tells the
#                                         program that it is installed, and lists the other files
#   PREFIX/share/man/man1/                man pages, made from the commands' --help
#   PREFIX/share/bash-completion/...      completion for bash
#   PREFIX/share/doc/bouncelab/           README, docs, licence
#
# An installation replaces an older one, of which nothing stays; before it is complete, the older
# one is left as it is. The installed program writes campaigns to results/ below the working
# directory.

set -eu
umask 022	# everybody may use what root installs

cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
to=${DESTDIR:-}$prefix
lib=$to/lib/bouncelab
mark='bouncelab: installed by make install'

# The guest's kernel command line has the path of the program's data.
case $prefix in
*[[:space:]\"\'\\]* | [!/]*)
	echo "install.sh: PREFIX is '$prefix'; valid: an absolute path without blanks and quotes" >&2
	exit 2 ;;
esac

is_installation() { [ "$(head -n 1 "$1/installed" 2>/dev/null)" = "$mark" ]; }

if [ -e "$lib" ] && ! is_installation "$lib"; then
	echo "install.sh: $lib is not from 'make install', and is left as it is; move it away, or" \
		"choose another PREFIX" >&2
	exit 1
fi

# remove_listed LIST [KEEP]: remove the files below $to that LIST has and KEEP has not.
remove_listed()
{
	sed 1d "$1" | while read -r f; do
		if [ -z "${2:-}" ] || ! grep -qxF -e "$f" "$2"; then
			rm -f "$to/$f"
		fi
	done
	rmdir "$to/share/doc/bouncelab" 2>/dev/null || :
}

case ${1:-} in
'') ;;
--uninstall)
	[ -e "$lib" ] || {
		echo "install.sh: there is no $lib" >&2
		exit 1
	}
	remove_listed "$lib/installed"
	rm -rf "$lib"
	echo "removed from $to: bin/bouncelab, lib/bouncelab, share" >&2
	exit ;;
*)	echo "install.sh: unknown argument '$1'; valid: --uninstall" >&2
	exit 2 ;;
esac

need()
{
	for f; do
		[ -e "$f" ] && continue
		echo "install.sh: $f is missing; 'make build' makes it" >&2
		exit 1
	done
}

# copy FILE...: copy each file to the same path below $lib.
copy()
{
	for f; do
		[ -f "$f" ] || continue
		install -D -m "$([ -x "$f" ] && echo 755 || echo 644)" "$f" "$lib.new/$f"
	done
}

# put FILE PATH: install the file as PATH below $to, and list it.
put()
{
	install -D -m 644 "$1" "$to/$2"
	echo "$2" >>"$lib.new/installed"
}

# Make a man page for each command from its --help. help2man takes the file's name for the
# program's name, so page() calls the program through a script that has the name of the page.
make_man_pages()
{
	page bouncelab '' 'compare bounce-buffer strategies of VDUSE'
	build/bouncelab --help | sed -n 's/^  \([a-z][a-z]*\)  *\(.*\)/\1 \2/p' |
		while read -r command about; do
			page "bouncelab-$command" "$command" "$about"
		done
}

# page NAME COMMAND ABOUT: make the man page NAME from the --help of COMMAND.
page()
{
	cat >"$tmp/$1" <<-END
		#!/bin/sh
		case \$1 in
		--help) exec "$PWD/build/bouncelab" $2 --help ;;
		--version) "$PWD/build/bouncelab" --version | sed "s/^bouncelab/$1/" ;;
		esac
	END
	chmod +x "$tmp/$1"
	(cd "$tmp" && help2man -N -n "$3" -S bouncelab -o "$1.1" "./$1")
}

need build/bouncelab build/bouncelab-guest build/bouncelab.ko build/bl_lockwait.ko \
	build/kernel/vmlinuz build/micro/timed
command -v help2man >/dev/null || {
	echo "install.sh: help2man is missing: it makes the man pages; 'make deps' installs it" >&2
	exit 1
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bouncelab-man.XXXXXX")
trap 'rm -rf "$tmp" "$lib.new"' EXIT
make_man_pages

rm -rf "$lib.new"
mkdir -p "$lib.new" "$to/bin"
echo "$mark" >"$lib.new/installed"
copy build/bouncelab build/bouncelab-guest build/*.ko build/kernel/vmlinuz build/kernel/release
copy build/kernel/SHA256SUMS build/kernel/modules/* scripts/slurm.sh
copy build/micro/timed/* build/micro/holds/*
find kmod strategies workloads plots -name '*.[ch]' -o -name '*.fio' -o -name '*.ini' \
	-o -name '*.gp' -o -name sources | grep -v '\.mod\.c$' | while read -r f; do copy "$f"; done
for page in "$tmp"/*.1; do
	put "$page" "share/man/man1/${page##*/}"
done
put completion/bouncelab.bash share/bash-completion/completions/bouncelab
for f in README.md LICENSE CHANGELOG.md docs/*.md; do
	[ ! -e "$f" ] || put "$f" "share/doc/bouncelab/${f#docs/}"
done
echo bin/bouncelab >>"$lib.new/installed"
if [ -e "$lib" ]; then
	remove_listed "$lib/installed" "$lib.new/installed"
	rm -rf "$lib"
fi
mv "$lib.new" "$lib"
ln -sfn ../lib/bouncelab/build/bouncelab "$to/bin/bouncelab"
echo "installed below $to: bin/bouncelab, lib/bouncelab, share" >&2
