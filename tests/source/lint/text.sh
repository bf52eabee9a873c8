# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2016 # rules, spdx: of lint.sh; $: of awk, sed
#
# Rules for the text of every file: licence, languages, length, blanks.

rules="$rules licence languages length trailing_blanks tabs executable"

# Read file names, and print those of files that people write.
not_data()
{
	grep -vE '^(LICENSE|results/.*|.*\.(json|jsonl|csv|svg|pdf|png|xz|gz|zst))$'
}

rule_licence()
{
	not_data >"$scratch/names"
	xargs -d '\n' -r awk -v spdx="$spdx" '
		FNR <= 3 && index($0, spdx) { print FILENAME }
		FNR == 3 { nextfile }' <"$scratch/names" | sort -u >"$scratch/licensed"
	sort -u "$scratch/names" | comm -23 - "$scratch/licensed" |
		sed "s/\$/:1: no '$spdx' in the first 3 lines/"
}

rule_languages()
{
	xargs -d '\n' -r awk '
		FILENAME ~ /\.(py|pl|pm)$/ || /^#!.*(python|perl|ruby|node)/ {
			print FILENAME ":1: the languages are C, make, shell and gnuplot: " $0
		}
		{ nextfile }'
}

rule_length()
{
	# A .txt file is a list, not code.
	not_data | grep -v '\.txt$' | xargs -d '\n' -r wc -l |
		awk '$2 != "total" && $1 > 600 {
			print $2 ":601: over 600 lines: split it by concern" }'
}

rule_trailing_blanks()
{
	not_data | xargs -d '\n' -r grep -HnI '[[:blank:]]$' |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: blanks at the end of the line/'
}

# " * " continues a comment. Blanks that align stand behind the tabs.
rule_tabs()
{
	grep '\.[ch]$' | xargs -d '\n' -r grep -HnE '^	* {8}|^ +[^ *]' |
		sed 's/^\([^:]*:[0-9]*\):.*/\1: indent with tabs/'
}

# prove and people run tests and scripts directly.
rule_executable()
{
	grep -E '^(scripts|tests/(source|program|strategies|micro|vm))/[^/]*\.sh$' | while read -r f; do
		[ -x "$f" ] || echo "$f:1: is not executable"
	done
}

breaks licence a.c 'int a;\n'
breaks licence a.sh "#!/bin/sh\n\n\n# $spdx\n"
breaks licence b.fio '; SPDX-License-Identifier: GPL-2.0-only\n'
breaks licence empty.c ''
keeps licence b.sh "#!/bin/sh\n# $spdx\n"
breaks languages a.py "# $spdx\n"
breaks languages tool "#!/usr/bin/env python3\n# $spdx\n"
keeps languages run "#!/bin/sh\n"
breaks length long.c "$(printf '%0601d' 0 | sed 's/0/\\n/g')"
keeps length short.c "$(printf '%0600d' 0 | sed 's/0/\\n/g')"
breaks trailing_blanks a.ini 'a = 1 \n'
breaks trailing_blanks a.c 'int a;\t\n'
breaks tabs a.c 'int f(void)\n{\n        return 1;\n}\n'
breaks tabs a.h '  int a;\n'
breaks tabs a.c '{\n\t        return 1;\n}\n'
breaks executable scripts/a.sh "#!/bin/sh\n"
breaks executable tests/vm/a.sh "#!/bin/sh\n"
keeps executable tests/vm/guest/a.sh "\n"
keeps tabs b.c '/*\n * text\n */\nint f(void)\n{\n\treturn 1;\n}\n'
