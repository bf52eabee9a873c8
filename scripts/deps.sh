#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# deps.sh [--tests]            install the missing packages of packages.txt
# deps.sh [--tests] --list     print the names of all packages
# deps.sh [--tests] --missing  print the names of the missing ones
# deps.sh --update             update apt's package lists
#
# With --tests, the packages of tests/packages.txt belong to it as well. The script
# prints the names of the packages that it installs, uses sudo when not root, and does
# nothing, quickly, when no package is missing. NO_INSTALL=1 in the environment forbids
# every installation.

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

# A machine that was just started often holds the lock for its own upgrades.
apt()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >&2
}

# A source that does not answer must not stop the others.
update()
{
	apt update || say "some package lists could not be updated; going on"
}

install()
{
	apt install -y --no-install-recommends "$@"
}

# Do the package lists of this machine know all of these?
known()
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
	say "this is not Debian (no dpkg or apt-get here), so nothing can be installed for you."
	say "Install by hand what Debian 12 calls:"
	echo "$all" | fold -s -w 76 | sed 's/^ */  /' >&2
	say "and call make again with NO_INSTALL=1."
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
if ! known "$@"; then
	say "the package lists do not know all of them: updating the lists"
	update
elif install "$@"; then
	exit 0
else
	say "that failed; the package lists may be old: updating them"
	update
fi
if ! install "$@"; then
	say "cannot install: $*"
	say "apt-get's own message is above. Without installing: NO_INSTALL=1 make ..."
	exit 1
fi
