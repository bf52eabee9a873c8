#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel.sh a|b: build a debugging kernel, unless it is there, and print its directory.
#
# The source is Debian's linux-source-6.12, the same series as the guest's own kernel. The
# configuration is allnoconfig with tests/debug/common.config and a.config or b.config on top.
# The directory has the layout of build/kernel (scripts/fetch-kernel.sh describes it), but no
# stamp. It is in the cache, below ${BOUNCELAB_CACHE:-~/.cache/bouncelab}, under the checksum of
# the source's version, the configuration and this script, so that `make clean` keeps it.
#
# A build that is interrupted goes on at the next call. Environment: KEEP_WORK=1 keeps the build
# tree, of 1 GB or more, so that a changed configuration builds only what it changes.

set -eu

PACKAGE=linux-source-6.12

top=$(cd "$(dirname "$0")/../.." && pwd)
name=${1:-}
case $name in
a | b) ;;
*)	echo "kernel.sh: unknown kernel '$name'; valid: a, b" >&2
	exit 2 ;;
esac

say() { echo "kernel.sh: $*" >&2; }

die()
{
	say "$@"
	exit 1
}

# shellcheck source=scripts/kernel-modules.sh
. "$top/scripts/kernel-modules.sh"
PATH=$PATH:/usr/sbin:/sbin
for tool in apt-get apt-cache dpkg-deb xz zstd bc flex bison depmod modinfo flock; do
	command -v $tool >/dev/null || die "needs $tool, which is not here: scripts/deps.sh --tests"
done

# Kernel B is not instrumented, but its locks tell KCSAN what they order, since otherwise each use
# of a lock would look like a missing barrier. These are variables of the kernel's build. What is
# not a part of the kernel itself, as the vdso, has no KCSAN to tell.
instrument=
# shellcheck disable=SC2016 # make expands it
[ "$name" = a ] || instrument='KCSAN_SANITIZE=n KCSAN_INSTRUMENT_BARRIERS=$(is-kernel-object)'

find_version()
{
	version=$(apt-cache show --no-all-versions $PACKAGE 2>/dev/null | sed -n 's/^Version: //p')
	[ -n "$version" ]
}

find_version || "$top/scripts/deps.sh" --update || :
find_version || die "apt's package lists have no $PACKAGE;" \
	"in Debian 12 it comes from the suite bookworm-security, component main"

fragments="$top/tests/debug/common.config $top/tests/debug/$name.config"
# shellcheck disable=SC2086 # lists without blanks
key=$({ echo "$version"; cat $fragments "$0" "$top/scripts/kernel-modules.sh"; } |
	sha256sum | cut -c 1-12)
cache=${BOUNCELAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bouncelab}
dir=$cache/kernel-$name-$key
work=$cache/work-$name
tree=$work/$PACKAGE

if [ -e "$dir/SHA256SUMS" ]; then
	echo "$dir"
	exit 0
fi

mkdir -p "$cache"
exec 9>"$cache/lock-$name"
flock 9
tmp=$dir.tmp
rm -rf "$tmp"
mkdir -p "$tmp/root/boot"

# unpack_source: make the build tree, unless it is there, of this version.
unpack_source()
{
	[ "$(cat "$work/version" 2>/dev/null)" != "$version" ] || return 0
	rm -rf "$work"
	mkdir -p "$work"
	say "downloading $PACKAGE $version (about 150 MB)"
	(cd "$work" && apt-get -q -o APT::Sandbox::User="$(id -un)" download \
		"$PACKAGE=$version" >&2) || die "cannot download $PACKAGE $version"
	say "unpacking it"
	dpkg-deb --fsys-tarfile "$work"/*.deb | tar -xOf - "./usr/src/$PACKAGE.tar.xz" |
		xz -dc | tar -xf - -C "$work" ||
		die "cannot unpack $PACKAGE $version"
	rm "$work"/*.deb
	echo "$version" >"$work/version"
}

# kernel_make TARGET...: the kernel's own make; ours may have been the caller.
kernel_make()
{
	# shellcheck disable=SC2086 # words
	env -u MAKEFLAGS -u MAKEOVERRIDES -u MFLAGS -u KDIR -u CFLAGS -u V \
		make -C "$tree" --no-print-directory -s "-j${JOBS:-$(nproc)}" \
		KBUILD_BUILD_USER=bouncelab KBUILD_BUILD_HOST=bouncelab $instrument "$@" >&2
}

configure()
{
	# shellcheck disable=SC2086 # a list
	{ cat $fragments; echo "CONFIG_LOCALVERSION=\"-bouncelab-$name\""; } >"$work/fragment"
	kernel_make KCONFIG_ALLCONFIG="$work/fragment" allnoconfig ||
		die "the kernel cannot be configured"
	# An option whose dependencies are missing is dropped without a word.
	lost=$(grep '^CONFIG_' "$work/fragment" | grep -vxF -f "$tree/.config" || :)
	# shellcheck disable=SC2086 # a list
	[ -z "$lost" ] || die "these options have dependencies that are not set:" $lost
	off=$(sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=/p' "$work/fragment")
	[ -z "$off" ] || ! grep -F "$off" "$tree/.config" >&2 ||
		die "the options above cannot be turned off"
}

# Keep what the build of a module needs, as the package of headers has it.
install_headers()
{
	headers=usr/src/linux-headers-$release
	tools=
	[ ! -e "$tree/tools/objtool/objtool" ] || tools=tools/objtool/objtool
	mkdir -p "$tmp/root/$headers"
	# shellcheck disable=SC2086 # a name or none
	(cd "$tree" && tar -cf - --exclude='*.o' --exclude='*.a' --exclude='.*.cmd' \
		--exclude='*.dtb' --exclude='vmlinux*' --exclude='bzImage' \
		.config Makefile Kbuild Kconfig Module.symvers scripts include arch/x86 $tools) |
		tar -xf - -C "$tmp/root/$headers"
	ln -s "root/$headers" "$tmp/headers"
}

unpack_source
configure
say "building kernel $name in $tree; on two CPUs it takes about 10 minutes"
from=$(date +%s)
kernel_make bzImage modules || die "the kernel does not build"
release=$(cat "$tree/include/config/kernel.release")
cp "$tree/arch/x86/boot/bzImage" "$tmp/root/boot/vmlinuz-$release"
ln -s "root/boot/vmlinuz-$release" "$tmp/vmlinuz"
kernel_make INSTALL_MOD_PATH="$tmp/root" modules_install || die "the modules cannot be installed"
install_headers
unpack_modules
echo "$release" >"$tmp/release"
(cd "$tmp" && sha256sum vmlinuz modules/*.ko >SHA256SUMS.new && mv SHA256SUMS.new SHA256SUMS)
rm -rf "$dir"
mv "$tmp" "$dir"
[ -n "${KEEP_WORK:-}" ] || rm -rf "$work"
say "kernel $release is in $dir, after $(($(date +%s) - from)) s of building"
echo "$dir"
