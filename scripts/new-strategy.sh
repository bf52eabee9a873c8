#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# new-strategy.sh NAME: make strategies/NAME.c from strategies/template.c.

set -eu

cd "$(dirname "$0")/../strategies"
name=${1:-}

refuse()
{
	echo "new-strategy: $*" >&2
	exit 2
}

[ -n "$name" ] || refuse "no name given; say: make new-strategy NAME=my-idea"

# A name is also part of C identifiers and of results' labels.
valid="lower-case letters, digits and single '-' between them, a letter first, at most 24"
case $name in
[!a-z]* | *[!a-z0-9-]* | *- | *--*) refuse "bad name '$name'; valid: $valid" ;;
esac
[ ${#name} -le 24 ] || refuse "name '$name' is ${#name} characters long; valid: $valid"
case $name in
template | all | intree) refuse "the name '$name' is taken: plans and the build use it" ;;
esac
[ ! -e "$name.c" ] || refuse "strategies/$name.c exists already; choose another name, or edit it"

id=$(echo "$name" | tr - _)

# What the template says about itself, behind its tags, is not for the copy.
awk '
	/^ \*\/$/ { skip = 0; head = 1 }
	/^ \*$/ && source && !head { skip = 1 }
	/^ \* Source:/ { source = 1 }
	!skip
' template.c | sed "
	s/^ \* template:/ * $name:/
	s/\"template\"/\"$name\"/g
	s/\<template_/${id}_/g
	s/(template,/($id,/
" >".$name.c.tmp"
mv ".$name.c.tmp" "$name.c"

echo "strategies/$name.c: a strategy that works, for you to change."
echo "What each hook may do is in strategies/strategy.h. Next: make build, bouncelab list."
