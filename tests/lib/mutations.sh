# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # mutations, survivors: of the scripts
#
# Lists of mutations, one-line mistakes that tests must find, and of those that survive with a
# reason. A script sets $mutations and $survivors, the two files, and reads this after common.sh.
# tests/strategies/mutations.txt and tests/vm/mutations.txt say how an entry looks.

why_survives() { sed -n "s/^$1: //p" "$survivors"; }

# field NAME kind|file|where|test|old|new
field()
{
	awk -v name="$1" -v field="$2" '
		on && field == "test" && /^@ / { print substr($0, 3); exit }
		on && /^- / { if (field == "old") print substr($0, 3) }
		on && /^\+/ { if (field == "new") print substr($0, 3); exit }
		/^[=~] / && $2 == name {
			on = 1
			if (field == "kind") print $1
			if (field == "file") print $3
			if (field == "where") {
				sub(/^[=~] [^ ]* [^ ]* /, "")
				print
			}
		}' "$mutations"
}

# names_of_list: print the names of all entries.
names_of_list() { sed -n 's/^[=~] \([^ ]*\) .*/\1/p' "$mutations"; }

# mutant NAME DIR: print the changed file of DIR, or fail if the text is not in just one line.
mutant()
{
	WHERE=$(field "$1" where) OLD=$(field "$1" old) NEW=$(field "$1" new) awk '
		!on && index($0, ENVIRON["WHERE"]) { on = 1 }
		on == 1 && (i = index($0, ENVIRON["OLD"])) {
			hits++
			$0 = substr($0, 1, i - 1) ENVIRON["NEW"] \
			     substr($0, i + length(ENVIRON["OLD"]))
		}
		on == 1 && /^}/ { on = 2 }
		{ print }
		END {
			if (hits == 1)
				exit 0
			print (on ? hits + 0 " lines have" : "no line begins the place of") \
			      " it" >"/dev/stderr"
			exit 1
		}' "$2/$(field "$1" file)"
}

# check_entry NAME DIR: check that the entry is whole, and fits a file of DIR; print what is wrong.
check_entry()
{
	[ -n "$(field "$1" old)" ] || echo "$1: no text that goes"
	_wrong=$(mutant "$1" "$2" 2>&1 >/dev/null) ||
		echo "$1: does not fit $(field "$1" file): $_wrong"
}

# check_survivors NAME...: every explained mutation is one of these; print those that are not.
check_survivors()
{
	sed -n 's/^\([a-z][^ :]*\): .*/\1/p' "$survivors" | while read -r _name; do
		case " $* " in
		*" $_name "*) ;;
		*) echo "$_name: explained, but not in the list" ;;
		esac
	done
}
