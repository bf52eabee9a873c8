#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deps.sh [--tests]            install the missing packages of packages.txt
# deps.sh [--tests] --list     print the names of all packages
# deps.sh [--tests] --missing  print the names of the missing ones
# deps.sh --update             update apt's package lists
#
# With --tests, the packages of tests/packages.txt are included. The script prints the
# names of the packages that it installs, uses sudo if it does not run as root, and ends
# quickly if no package is missing. NO_INSTALL=1 in the environment forbids every
# installation.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)

say() { echo "deps: $*" >&2; }

lists=$top/packages.txt
if [ "${1:-}" = --tests ]; then
	lists="$lists $top/tests/packages.txt"
	shift
fi
# shellcheck disable=SC2086 # a list of files; make refuses a directory with blanks
all=$(sed 's/#.*//' $lists | tr -s ' \t\n' ' ')

missing()
{
	# shellcheck disable=SC2086 # a list of words
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' $all 2>/dev/null |
		awk -v all="$all" '
			$1 == "installed" { have[$2] = 1 }
			END {
				n = split(all, want)
				for (i = 1; i <= n; i++)
					if (!(want[i] in have))
						print want[i]
			}'
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		say "sudo $*"
		sudo "$@"
	else
		say "not root, and there is no sudo. As root:"
		echo "  $*" >&2
		return 1
	fi
}

# Wait for dpkg's lock: a machine that has just started often holds it for its own upgrades.
apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >&2
}

# Update the package lists. Lists of sources that do not answer stay as they are.
update()
{
	apt_get update || say "cannot update some package lists; the others are used"
}

install_all()
{
	apt_get install -y --no-install-recommends "$@"
}

# know PACKAGE...: tell whether the package lists of this machine have all of these packages.
know()
{
	[ "$(apt-cache show --no-all-versions "$@" 2>/dev/null |
		grep -c '^Package: ')" -ge $# ]
}

case ${1:-} in
--list)
	echo "$all" | tr -s ' ' '\n' | sed '/^$/d'
	exit 0
	;;
--update)
	update
	exit
	;;
--missing | '') ;;
*)
	say "unknown option '$1'; valid: --tests, --list, --missing, --update"
	exit 2
	;;
esac

if [ -n "${NO_INSTALL:-}" ]; then
	exit 0
fi
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	say "this is not Debian (there is no dpkg or apt-get), so this script can install nothing."
	say "Install the equivalents of these packages of Debian 12 by hand:"
	echo "$all" | fold -s -w 76 | sed 's/^ */  /' >&2
	say "then call make again with NO_INSTALL=1."
	exit 1
fi

need=$(missing)
if [ "${1:-}" = --missing ]; then
	echo "$need" | sed '/^$/d'
	exit 0
fi
[ -n "$need" ] || exit 0

# shellcheck disable=SC2086 # a list of words, from here on
set -- $need
say "missing: $*"
if ! know "$@"; then
	say "the package lists do not have all of them; the lists are updated"
	update
elif install_all "$@"; then
	exit 0
else
	say "the installation failed; the package lists may be old and are updated"
	update
fi
if ! install_all "$@"; then
	say "cannot install: $*"
	say "apt-get's own message is above. Without installing: NO_INSTALL=1 make ..."
	exit 1
fi
