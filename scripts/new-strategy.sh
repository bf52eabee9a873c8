#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# new-strategy.sh NAME [FROM]: make strategies/NAME.c from a commented start that works:
#
#   eager     everything in map; without a lock, as eager-none (the default)
#   lazy      the first touch of a page copies; under a spinlock, as lazy-spin
#   own-iova  short mappings have addresses of the strategy's own, as pool

set -eu

cd "$(dirname "$0")/../strategies"
name=${1:-}
from=${2:-eager}

refuse()
{
	echo "new-strategy: $*" >&2
	exit 2
}

[ -n "$name" ] || refuse "no name is given; example: make new-strategy NAME=my-idea FROM=lazy"

# A name becomes part of C identifiers and of labels.
valid="lower-case letters, digits and single '-' between them, a letter first, at most 24"
case $name in
[!a-z]* | *[!a-z0-9-]* | *- | *--*) refuse "bad name '$name'; valid: $valid" ;;
esac
[ ${#name} -le 24 ] || refuse "name '$name' is ${#name} characters long; valid: $valid"
case $name in
template | templates | all | fixtures | intree)
	refuse "the name '$name' is taken: plans and the build use it" ;;
esac
[ ! -e "$name.c" ] || refuse "strategies/$name.c exists already; choose another name, or edit it"

case $from in
eager)	source=template.c
	head=template
	old=template ;;
lazy | own-iova)
	source=templates/$from.c
	head=$from
	old=template-$from ;;
*)	refuse "FROM is '$from'; valid: eager, lazy, own-iova" ;;
esac

[ -r "$source" ] || refuse "strategies/$source is missing"

id=$(echo "$name" | tr - _)
old_id=$(echo "$old" | tr - _)

# Leave out the paragraphs behind the tags, which describe the start itself.
awk '
	/^ \*\/$/ { skip = 0; head = 1 }
	/^ \*$/ && source && !head { skip = 1 }
	/^ \* Source:/ { source = 1 }
	!skip
' "$source" | sed "
	s/^ \* $head:/ * $name:/
	s/\"$old\"/\"$name\"/g
	s/\<${old_id}_/${id}_/g
	s/(${old_id},/($id,/
" >".$name.c.tmp"
mv ".$name.c.tmp" "$name.c"

echo "strategies/$name.c is a working copy of strategies/$source; change it to your idea."
echo "strategies/strategy.h says what each hook may do. Next: make conform S=$name."
