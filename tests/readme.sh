#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The README shows the table of strategies and properties that tests/native.sh makes,
# and not an older one. "readme.sh --update" puts the present one in.
#
# Seen failing: with a cell of the README changed.

cd "$(dirname "$0")/.." || exit 1
. tests/lib/common.sh
scratch_dir

table=tests/native/table.md
grep '^|' $table >"$scratch/table"
awk -v table="$scratch/table" '
	/^<!-- end -->/ { inside = 0 }
	!inside { print }
	/^<!-- tests\/native\/table.md -->/ {
		inside = 1
		print ""
		while ((getline line <table) > 0)
			print line
		print ""
	}' README.md >"$scratch/README.md"
if [ "${1:-}" = --update ]; then
	cp "$scratch/README.md" README.md
fi
[ -s "$scratch/table" ] || fail "$table has no table"
grep -q '^<!-- tests/native/table.md -->' README.md || fail "README.md has no place for the table"
diff -u README.md "$scratch/README.md" || fail "README.md: another table than $table: tests/readme.sh --update"
finish
