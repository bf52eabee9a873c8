# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# bouncelab.bash: complete commands, options, and the names of strategies, plans, jobs and
# campaigns in bash. Options come from --help; names come from `bouncelab list --names`.

_bouncelab_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# Complete the last item of a list "a,b,c".
_bouncelab_list()
{
	local before=

	case $cur in
	*,*) before=${cur%,*}, ;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
	compopt -o nospace
}

_bouncelab_names() { "$bouncelab" list --names "$1" 2>/dev/null; }

# A campaign is a directory with a plan.json.
_bouncelab_campaigns()
{
	local plan names=

	for plan in results/*/plan.json; do
		[ ! -e "$plan" ] || names+=" $(basename "${plan%/plan.json}")"
	done
	_bouncelab_words "$names"
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$cur")
}

_bouncelab_plans()
{
	_bouncelab_words "$(_bouncelab_names plans)"
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -X '!*.ini' -- "$cur")
}

# Complete the first arguments of a command.
_bouncelab_argument()
{
	case $1 in
	run | plan) _bouncelab_plans ;;
	resume | report | compare | merge) _bouncelab_campaigns ;;
	trace)
		if [ "$COMP_CWORD" = 2 ]; then
			_bouncelab_list "$(_bouncelab_names strategies)"
		else
			_bouncelab_words "$(_bouncelab_names jobs)"
		fi ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

_bouncelab()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local bouncelab=${COMP_WORDS[0]} command=${COMP_WORDS[1]} words

	COMPREPLY=()
	# bash splits "--option=value" at the equals sign.
	case $cur in
	=) cur= ;;
	*) [ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]} ;;
	esac
	if [ "$COMP_CWORD" = 1 ]; then
		words=$("$bouncelab" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
		_bouncelab_words "$words --help --version"
		return
	fi
	case $prev in
	-s | --strategy | --strategies) _bouncelab_list "$(_bouncelab_names strategies)" ;;
	-j | --jobs) _bouncelab_list "$(_bouncelab_names jobs)" ;;
	--collect) _bouncelab_list "all $(_bouncelab_names collectors)" ;;
	--accel) _bouncelab_words "auto kvm tcg icount" ;;
	--order) [ "$command" = report ] || _bouncelab_words "fresh random listed" ;;
	--boot) _bouncelab_words "campaign block device" ;;
	--plane) _bouncelab_words "native vm icount host" ;;
	--across) _bouncelab_list "module compiler kernel daemon fio emulator host" ;;
	--pilot) _bouncelab_campaigns ;;
	--working-set) _bouncelab_list "hot l2 llc" ;;
	--touch) _bouncelab_list "all none" ;;
	--baseline) _bouncelab_words "$(_bouncelab_names strategies)" ;;
	--format) _bouncelab_list "svg pdf png tikz" ;;
	--names)
		words="strategies allocators granules prefills backings jobs"
		words+=" plans planes collectors"
		_bouncelab_words "$words" ;;
	-o | --out) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	*)	case $cur in
		-*)
			words=$("$bouncelab" "$command" --help 2>/dev/null |
				grep -oE -- '(^| )--[a-z][a-z-]*')
			_bouncelab_words "$words" ;;
		*) _bouncelab_argument "$command" ;;
		esac ;;
	esac
}

complete -F _bouncelab bouncelab
