#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# lint.sh [[--trees] FILE...]
# lint.sh --changed FILE...
#
# The rules for the source text, on all files of the tree, or on these. Every rule is first shown a
# file that breaks it, in a scratch tree: a rule that does not see it fails the test. With --changed
# they are not shown one, and of the module sparse checks only what is newer than its object. FAST=1 in
# the environment leaves out sparse, which takes half of the time.
#
# The rules are in tests/source/lint/*.sh. A rule is a function rule_NAME that reads file
# names and prints "FILE:LINE: what is wrong". A rule for whole trees is a function tree_NAME;
# it reads nothing, and is left out when files are named without --trees.
#
# Seen failing: each rule without its body.
# Timeout: 1200

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# shellcheck disable=SC2034 # of the rules
spdx='SPDX-License-Identifier: GPL-2.0-or-later'
rules=
trees=
changed=
if [ "${1:-}" = --changed ]; then
	changed=1
	shift
	[ $# != 0 ] || give_up "--changed needs names of files"
fi

# breaks RULE FILE TEXT: the rule has to report a file with that text.
breaks()
{
	[ -z "$changed" ] || return 0
	mkdir -p "$(dirname "$scratch/$2")"
	printf '%b' "$3" >"$scratch/$2"
	found=$(cd "$scratch" && echo "$2" | "rule_$1")
	[ -n "$found" ] || fail "the rule '$1' does not see this in $2: $3"
}

# keeps RULE FILE TEXT: the rule has nothing to report in a file with that text.
keeps()
{
	[ -z "$changed" ] || return 0
	mkdir -p "$(dirname "$scratch/$2")"
	printf '%b' "$3" >"$scratch/$2"
	found=$(cd "$scratch" && echo "$2" | "rule_$1")
	[ -z "$found" ] || fail "the rule '$1' reports a good $2: $found"
}

# needs PROGRAM: end the test if it is not installed.
needs()
{
	command -v "$1" >/dev/null || give_up "$1 is not installed: scripts/deps.sh --tests"
}

for f in tests/source/lint/*.sh; do
	# shellcheck disable=SC1090 # shellcheck reads each by itself
	. "$f"
done
[ -n "$changed" ] || ok "every rule sees a file that breaks it"

if [ "${1:-}" = --trees ]; then
	shift
elif [ $# != 0 ] && [ -z "$changed" ]; then
	trees=
fi
if [ $# != 0 ]; then
	printf '%s\n' "$@" >"$scratch/list"
else
	sources >"$scratch/list"
fi
[ -s "$scratch/list" ] || give_up "there are no files to look at"
for rule in $rules; do
	"rule_$rule" <"$scratch/list"
done >"$scratch/found"
for rule in $trees; do
	"tree_$rule"
done >>"$scratch/found"
if [ -s "$scratch/found" ]; then
	show "$scratch/found"
	fail "$(wc -l <"$scratch/found") places break a rule"
fi
ok "$(wc -l <"$scratch/list") files keep the rules$rules$trees"
finish
