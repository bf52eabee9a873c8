#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# include-graph.sh [--check] [ROOT...]
#
# Print which folder and which file includes which, for each tree that scripts/layers.txt
# lists (harness, kmod) or for the named ones, and check three rules:
#
#   - a file includes headers of its own folder and of folders before it in the order of
#     scripts/layers.txt, and of no other;
#   - no header includes itself through others: there is no circle of files;
#   - no two headers of one tree have the same name.
#
# --check prints only what breaks a rule, as "FILE:LINE: text". The exit code is 1 if
# anything does. LAYERS=FILE is another file with the orders.

set -u

cd "${TREE:-$(dirname "$0")/..}" || exit 1
layers=${LAYERS:-scripts/layers.txt}
check=
if [ "${1:-}" = --check ]; then
	check=1
	shift
fi
[ -e "$layers" ] || { echo "include-graph: there is no $layers" >&2; exit 2; }
# shellcheck disable=SC2046 # words
[ $# != 0 ] || set -- $(sed -n 's/^\([a-z]*\):.*/\1/p' "$layers")

files=$(mktemp "${TMPDIR:-/tmp}/include-graph.XXXXXX") || exit 1
trap 'rm -f "$files"' EXIT
code=0
for root; do
	order=$(sed -n "s/^$root: *//p" "$layers")
	[ -n "$order" ] || { echo "include-graph: $layers has no order of '$root'" >&2; exit 2; }
	find "$root" -mindepth 2 -name '*.[ch]' ! -name '*.mod.c' | sort >"$files"
	xargs grep -n '^[[:blank:]]*#[[:blank:]]*include[[:blank:]]*"' /dev/null \
		<"$files" |
	awk -v root="$root" -v order="$order" -v check="$check" -v list="$files" '
	function folder_of(path)
	{
		path = substr(path, length(root) + 2)
		sub(/\/.*/, "", path)
		return path
	}

	function short(path)
	{
		return substr(path, length(root) + 2)
	}

	# Resolve "." and ".." in a path.
	function clean(path,   n, part, i, kept, out)
	{
		n = split(path, part, "/")
		kept = 0
		for (i = 1; i <= n; i++) {
			if (part[i] == "" || part[i] == ".")
				continue
			if (part[i] == ".." && kept)
				kept--
			else
				out[++kept] = part[i]
		}
		path = out[1]
		for (i = 2; i <= kept; i++)
			path = path "/" out[i]
		return path
	}

	# The file that FROM includes as NAME, or "" if it is not in this tree.
	function resolve(from, name,   dir, path)
	{
		dir = from
		sub(/\/[^\/]*$/, "", dir)
		path = clean(dir "/" name)
		if (path in exists)
			return path
		path = clean(root "/" name)
		if (path in exists)
			return path
		path = clean(name)
		return path in exists ? path : ""
	}

	function bad(text)
	{
		print text
		errors++
	}

	# Walk to all files that FROM includes; the way to it is in stack[1..depth].
	function walk(from, depth,   i, to, k, way)
	{
		state[from] = 1
		stack[depth] = from
		for (i = 1; i <= uses[from]; i++) {
			to = use[from, i]
			if (state[to] == 1) {
				way = ""
				for (k = depth; stack[k] != to; k--)
					way = " -> " short(stack[k]) way
				bad(at[from, to] ": a circle of files: " short(to) way " -> " short(to))
			} else if (!state[to]) {
				walk(to, depth + 1)
			}
		}
		state[from] = 2
	}

	BEGIN {
		folders = split(order, name_of, " ")
		for (i = 1; i <= folders; i++)
			rank[name_of[i]] = i
		while ((getline path <list) > 0) {
			exists[path] = 1
			file[++files] = path
			folder = folder_of(path)
			if (!(folder in rank) && !(folder in unknown)) {
				unknown[folder] = 1
				bad(path ":1: the folder " folder " is not in the order: " order)
			}
			if (path !~ /\.h$/)
				continue
			base = path
			sub(/.*\//, "", base)
			if (base in header)
				bad(path ":1: " header[base] " has the same name")
			else
				header[base] = path
		}
	}

	{
		split($0, part, ":")
		from = part[1]
		line = part[2]
		name = $0
		sub(/^[^"]*"/, "", name)
		sub(/".*/, "", name)
		to = resolve(from, name)
		if (to == "")
			next
		arrows++
		file_uses[from] = file_uses[from] " " short(to)
		a = folder_of(from)
		b = folder_of(to)
		if (a != b && !((a, b) in folder_arrow)) {
			folder_arrow[a, b] = 1
			folder_uses[a] = folder_uses[a] " " b
		}
		if (rank[b] > rank[a])
			bad(from ":" line ": " a " includes " short(to) ", against the order: " order)
		at[from, to] = from ":" line
		use[from, ++uses[from]] = to
	}

	END {
		for (i = 1; i <= files; i++)
			if (!state[file[i]])
				walk(file[i], 1)
		if (!check) {
			print root ", by folder:"
			for (i = 1; i <= folders; i++)
				print "  " name_of[i] (folder_uses[name_of[i]] ? " ->" folder_uses[name_of[i]] : "")
			print root ", by file:"
			for (i = 1; i <= files; i++)
				if (file_uses[file[i]])
					print "  " short(file[i]) " ->" file_uses[file[i]]
			printf "%s: %d files, %d includes: ", root, files, arrows
			if (errors)
				print errors " break a rule"
			else
				print "no arrow against the order, no circle, no two headers of one name"
		}
		exit errors > 0
	}' || code=1
done
exit $code
