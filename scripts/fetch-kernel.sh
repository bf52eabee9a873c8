#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fetch-kernel.sh [DIR]: download the target kernel into DIR (default build/kernel).
#
# The Debian packages of the kernel image and of its headers are downloaded and
# unpacked below DIR. Nothing is installed: the kernels of this machine stay as
# they are, and root is needed only when the package lists have to be updated.
#
#   DIR/root      the unpacked packages
#   DIR/release   e.g. 6.12.117+deb12-amd64
#   DIR/vmlinuz   the guest's kernel
#   DIR/headers   what modules are built against
#   DIR/modules   flat, decompressed *.ko, and `order`: per module a line
#                 "module dependency...", dependencies in the order to load them
#   DIR/SHA256SUMS  of vmlinuz and of the modules, as they were unpacked
#   DIR/stamp     written last; a second call finds it and does nothing
#
# To take a newer kernel of the same series: rm -r DIR, and call again.

set -eu

IMAGE=linux-image-6.12-amd64
HEADERS=linux-headers-6.12-amd64

top=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$top/build/kernel}

say() { echo "fetch-kernel: $*" >&2; }

die()
{
	say "$1"
	shift
	for line; do
		echo "  $line" >&2
	done
	exit 1
}

# shellcheck source=scripts/kernel-modules.sh
. "$top/scripts/kernel-modules.sh"

# The scripts are part of the stamp, so that a changed list of modules is noticed.
self=$(cat "$0" "$top/scripts/kernel-modules.sh" | cksum)
if [ -e "$dir/stamp" ] && [ "$(tail -n 1 "$dir/stamp")" = "$self" ]; then
	exit 0
fi

for tool in apt-get apt-cache dpkg-deb xz; do
	command -v $tool >/dev/null ||
		die "needs $tool, which is not here" \
		    "The kernel is taken from Debian's archive, so this step runs on Debian only." \
		    "Elsewhere: fill $dir by hand, as described at the top of scripts/fetch-kernel.sh."
done
PATH=$PATH:/usr/sbin:/sbin
command -v modinfo >/dev/null || die "needs modinfo (Debian package: kmod)"

mkdir -p "$(dirname "$dir")"
dir=$(cd "$(dirname "$dir")" && pwd)/$(basename "$dir")
tmp=$dir.tmp.$$
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir -p "$tmp"

# The concrete packages that a package depends on, matching a pattern.
depends()
{
	apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',|' '\n' | sed 's/^ *//; s/ .*//' |
		grep -E "^($2)\$" | head -n 1
}

resolve()
{
	image=$(depends $IMAGE 'linux-image-6\.12\..*-amd64')
	headers=$(depends $HEADERS 'linux-headers-6\.12\..*-amd64')
	common=$(depends "$headers" 'linux-headers-.*-common')
	kbuild=$(depends "$headers" 'linux-kbuild-.*')
	release=${image#linux-image-}
	# The two lists can be from different days.
	[ -n "$common" ] && [ -n "$kbuild" ] && [ "$release" = "${headers#linux-headers-}" ]
}

download()
{
	# apt's own user may not enter this directory: then apt downloads as the
	# caller and says so in a warning that would only worry the reader.
	(cd "$tmp/debs" && rm -f ./*.deb &&
	 apt-get -q -o APT::Sandbox::User="$(id -un)" \
		download "$image" "$headers" "$common" "$kbuild" >&2)
}

fetch()
{
	[ "$(dpkg --print-architecture)" = amd64 ] ||
		die "the guest is amd64, this machine is $(dpkg --print-architecture)" \
		    "There is no other guest yet."
	if ! resolve; then
		say "the package lists do not know $IMAGE: updating them"
		"$top/scripts/deps.sh" --update || :
		resolve || die "no package $IMAGE with matching $HEADERS in apt's sources" \
			"In Debian 12 both come from the suite bookworm-security, component main:" \
			"add it to apt's sources, then run apt-get update"
	fi
	mkdir "$tmp/debs"
	say "downloading $release (about 124 MB)"
	if ! download; then
		say "download failed; the package lists may be old: updating them"
		"$top/scripts/deps.sh" --update || :
		if ! resolve || ! download; then
			die "cannot download $image and its headers" \
			    "apt-get's own message is above. Is the network up?"
		fi
	fi
	for deb in "$tmp"/debs/*.deb; do
		dpkg-deb -x "$deb" "$tmp/root"
	done
	rm -r "$tmp/debs"
	echo "$release" >"$tmp/release"
}

# What was unpacked before is good enough to derive the rest from again.
reuse()
{
	[ -e "$dir/release" ] && [ -d "$dir/root" ] || return 1
	release=$(cat "$dir/release")
	cp -al "$dir/root" "$tmp/root" && cp "$dir/release" "$tmp/release"
}

# Debian's headers include their common part by absolute path. A path relative to
# the Makefile itself also works, wherever the tree is moved or copied to.
relocate()
{
	src=usr/src/linux-headers-$release
	[ -d "$tmp/root/$src" ] || die "the headers package has no /$src"
	common_dir=$(basename "$(echo "$tmp"/root/usr/src/linux-headers-*-common)")
	rm -f "$tmp/root/$src/Makefile"		# it can be a hard link by `reuse`
	# shellcheck disable=SC2016 # expanded by make
	printf 'include $(dir $(lastword $(MAKEFILE_LIST)))../%s/Makefile\n' \
		"$common_dir" >"$tmp/root/$src/Makefile"
	[ -e "$tmp/root/usr/src/$common_dir/Makefile" ] || die "the common headers package has no Makefile"
	ln -s "root/$src" "$tmp/headers"
	[ -x "$tmp/headers/scripts/mod/modpost" ] || die "the kbuild package has no modpost"
	ln -s "root/boot/vmlinuz-$release" "$tmp/vmlinuz"
	[ -s "$tmp/vmlinuz" ] || die "the image package has no /boot/vmlinuz-$release"
}

if reuse; then
	say "preparing $release again from what was downloaded before"
else
	fetch
fi
relocate
unpack_modules
# What was unpacked, so that a file that somebody puts in its place is noticed.
(cd "$tmp" && sha256sum vmlinuz modules/*.ko >SHA256SUMS)
{ echo "$release"; echo "$self"; } >"$tmp/stamp"

[ ! -e "$dir/SHA256SUMS" ] || (cd "$dir" && sha256sum --quiet -c SHA256SUMS) 2>/dev/null ||
	say "the files above were not the package's; now they are again"

# Renamed when whole: an interrupted or a concurrent call leaves no half a kernel.
rm -rf "$dir.old.$$"
[ ! -e "$dir" ] || mv "$dir" "$dir.old.$$"
mv "$tmp" "$dir"
rm -rf "$dir.old.$$"
say "kernel $release is in $dir"
