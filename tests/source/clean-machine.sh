#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/source/clean-machine.sh [check|bench] [--keep]
#
# Shows that packages.txt and tests/packages.txt are complete: makes a minimal Debian 12
# in a directory, copies the sources there, and runs `.ci/run` (check, the default) or
# `make bench` inside. It needs root, the package debootstrap, the network, about 3 GB
# below $TMPDIR, and the time of a whole check or bench.
# In the environment: MIRROR, SECURITY (addresses of Debian's archives; otherwise
# those that this machine's apt uses).
# Timeout: 7200
# By hand: it runs `make check` itself, on a Debian that it makes.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh

# archive_of CODENAME: print the address that this machine's apt has for it.
archive_of()
{
	# shellcheck disable=SC2016 # of apt
	apt-get indextargets --format '$(REPO_URI)' "Codename: $1" "Component: main" |
		head -n 1
}

MIRROR=${MIRROR:-$(archive_of bookworm)}
SECURITY=${SECURITY:-$(archive_of bookworm-security)}
mode=check
keep=

for arg; do
	case $arg in
	check | bench) mode=$arg ;;
	--keep) keep=1 ;;
	*)	echo "clean-machine.sh: unknown argument '$arg'; valid: check, bench, --keep" >&2
		exit 2 ;;
	esac
done

command -v debootstrap >/dev/null ||
	skip "no debootstrap here; as root: apt-get install debootstrap"
[ "$(id -u)" = 0 ] || skip "needs root: sudo tests/source/clean-machine.sh $mode"

# Mounts are made in a namespace of their own, and so go with the last process.
if [ -z "${CLEAN_MACHINE_INSIDE:-}" ]; then
	CLEAN_MACHINE_INSIDE=1 exec unshare --mount --propagation private \
		sh "tests/source/clean-machine.sh" "$@"
fi

scratch_dir
root=$scratch/root
cleanup()
{
	umount -R "$root/proc" "$root/sys" "$root/dev/shm" 2>/dev/null
	if [ -n "$keep" ]; then
		echo "it stays in $root"
	else
		rm -rf --one-file-system "$scratch"
	fi
}
trap cleanup EXIT

debootstrap --variant=minbase bookworm "$root" "$MIRROR" >"$scratch/log" 2>&1 || {
	tail -n 20 "$scratch/log"
	give_up "debootstrap failed"
}
cat >"$root/etc/apt/sources.list" <<END
deb $MIRROR bookworm main
deb $MIRROR bookworm-updates main
deb $SECURITY bookworm-security main
END
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"

# The sources, as after `git clone`.
mkdir -p "$root/src/bouncelab"
sources | tar -cf - -T - | tar -xf - -C "$root/src/bouncelab"

# debootstrap has made the usual device nodes. This machine's /dev stays out, so that no
# mistake in there can remove anything of it.
[ ! -e /dev/kvm ] || cp -a /dev/kvm "$root/dev/"
mkdir -p "$root/dev/shm"
if ! mount -t proc proc "$root/proc" || ! mount -t sysfs -o ro sys "$root/sys" ||
   ! mount -t tmpfs shm "$root/dev/shm"; then
	give_up "cannot mount"
fi

before=$(chroot "$root" dpkg-query -W -f '.\n' | wc -l)
echo "a clean machine with $before packages; running $mode"
case $mode in
check) command=.ci/run ;;
bench) command='scripts/deps.sh && make bench' ;;
esac
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
	${http_proxy:+http_proxy="$http_proxy"} \
	chroot "$root" sh -c "cd /src/bouncelab && $command"
code=$?
[ $code = 0 ] || fail "$mode exited with $code"

if [ "$mode" = bench ] && [ -n "$keep" ]; then
	find "$root/src/bouncelab/results" -name '*.svg'
fi
ok "$mode on a clean machine"
finish
