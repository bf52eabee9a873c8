#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# missing.sh SOURCE LOG: a strategy did not compile over the shims. For each name in the
# compiler's messages LOG that nothing declares, say which file of shim/ to add it to: by the
# kernel's headers, if make kernel has fetched them, the one that declares it.

source=$1
log=$2
here=${0%/*}

# Print each name that is not declared, once.
unknown()
{
	sed -n \
		-e "s/.*implicit declaration of function '\([A-Za-z0-9_]*\)'.*/\1/p" \
		-e "s/.*unknown type name '\([A-Za-z0-9_]*\)'.*/\1/p" \
		-e "s/.*error: '\([A-Za-z0-9_]*\)' undeclared.*/\1/p" \
		-e "s/.*incomplete type '\(struct \)\{0,1\}\([A-Za-z0-9_]*\)'.*/\2/p" \
		"$log" | awk 'NF && !/^bl_/ && !seen[$0]++'	# not those of this project
}

# Print the kernel's headers that SOURCE includes.
included()
{
	sed -n 's/^#[ \t]*include[ \t]*<\([a-z]*\/.*\)>.*/\1/p' "$source" | sort -u
}

# declared_in NAME: print the first of these headers that declares the name.
declared_in()
{
	for h in $(included); do
		for f in build/kernel/root/usr/src/*/include/"$h"; do
			[ -e "$f" ] || continue
			if grep -qw -e "$1" "$f"; then
				echo "$h"
				return
			fi
		done
	done
}

shim_of() { awk -v header="$1" '$1 == header { print $2 }' "$here/headers"; }

for name in $(unknown); do
	header=$(declared_in "$name")
	if [ -n "$header" ]; then
		add="add it to shim/$(shim_of "$header"), which stands for <$header>"
	else
		add="if the kernel has it, add it to the file that shim/headers names for its header"
	fi
	echo "$source: '$name' has no shim: $add"
done
