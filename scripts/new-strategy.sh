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

[ -n "$name" ] || refuse "no name is given; example: make new-strategy NAME=my-idea"

# A name becomes part of C identifiers and of labels.
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

# Leave out the paragraphs behind the tags, which describe the template itself.
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

echo "strategies/$name.c is a working copy of the template; change it to your idea."
echo "strategies/strategy.h says what each hook may do. Next: make build, bouncelab list."
