#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# install.sh: install the products of `make build` below PREFIX (an environment variable; default:
# /usr/local). DESTDIR, if set, goes before PREFIX, to collect the files of a package.
#
#   PREFIX/bin/bouncelab                  a link into the next directory
#   PREFIX/lib/bouncelab/                 a copy of the parts of the tree that the program reads:
#                                         build/ (programs, modules, the guest's kernel, the
#                                         native programs of micro), strategies/, kmod/,
#                                         workloads/, plots/
#   PREFIX/share/man/man1/                man pages, made from the commands' --help
#   PREFIX/share/bash-completion/...      completion for bash
#   PREFIX/share/doc/bouncelab/           README, docs, licence
#
# The installed program writes campaigns to results/ below the working directory.

set -eu

cd "$(dirname "$0")/.."
prefix=${PREFIX:-/usr/local}
case $prefix in
/*) ;;
*)	echo "install.sh: PREFIX is '$prefix'; valid: an absolute path" >&2
	exit 2 ;;
esac
to=${DESTDIR:-}$prefix
lib=$to/lib/bouncelab

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
		install -D -m "$([ -x "$f" ] && echo 755 || echo 644)" "$f" "$lib/$f"
	done
}

# Make a man page for each command from its --help. help2man takes the file's name for the
# program's name, so page() calls the program through a script that has the name of the page.
man_pages()
{
	man=$to/share/man/man1
	mkdir -p "$man"
	bin=$(mktemp -d "${TMPDIR:-/tmp}/bouncelab-man.XXXXXX")
	trap 'rm -rf "$bin"' EXIT
	page bouncelab '' 'compare bounce-buffer strategies of VDUSE'
	build/bouncelab --help | sed -n 's/^  \([a-z][a-z]*\)  *\(.*\)/\1 \2/p' |
		while read -r command about; do
			page "bouncelab-$command" "$command" "$about"
		done
}

# page NAME COMMAND ABOUT: make the man page NAME from the --help of COMMAND.
page()
{
	cat >"$bin/$1" <<-END
		#!/bin/sh
		case \$1 in
		--help) exec "$PWD/build/bouncelab" $2 --help ;;
		--version) "$PWD/build/bouncelab" --version | sed "s/^bouncelab/$1/" ;;
		esac
	END
	chmod +x "$bin/$1"
	help2man -N -n "$3" -S bouncelab -o "$man/$1.1" "$bin/$1"
}

need build/bouncelab build/bouncelab-guest build/bouncelab.ko build/bl_lockwait.ko \
	build/kernel/vmlinuz build/micro/timed
command -v help2man >/dev/null || {
	echo "install.sh: help2man is missing: it makes the man pages; 'make deps' installs it" >&2
	exit 1
}
rm -rf "$lib"
copy build/bouncelab build/bouncelab-guest build/*.ko build/kernel/vmlinuz build/kernel/release
copy build/kernel/modules/* scripts/slurm.sh
copy build/micro/timed/* build/micro/holds/*
find kmod strategies workloads plots -name '*.[ch]' -o -name '*.fio' -o -name '*.ini' \
	-o -name '*.gp' -o -name sources | grep -v '\.mod\.c$' | while read -r f; do copy "$f"; done
echo 'bouncelab: installed by make install' >"$lib/installed"
mkdir -p "$to/bin"
ln -sfn ../lib/bouncelab/build/bouncelab "$to/bin/bouncelab"
install -D -m 644 completion/bouncelab.bash "$to/share/bash-completion/completions/bouncelab"
man_pages
for f in README.md LICENSE CHANGELOG.md docs/*.md; do
	[ ! -e "$f" ] || install -D -m 644 "$f" "$to/share/doc/bouncelab/${f#docs/}"
done
echo "installed below $to: bin/bouncelab, lib/bouncelab, share" >&2
