# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # trees: of lint.sh
#
# The rule for the order of folders: scripts/include-graph.sh, shown planted trees.

trees="$trees includes"

tree_includes() { scripts/include-graph.sh --check; }

# plant TREE FILE LINE...: write a file of a scratch tree.
plant()
{
	file=$scratch/$1/$2
	shift 2
	mkdir -p "$(dirname "$file")"
	printf '%s\n' "$@" >"$file"
}

# A tree with the order `a b c` and nothing wrong.
good_tree()
{
	plant "$1" layers.txt 'src: a b c'
	plant "$1" src/a/one.h 'int one;'
	plant "$1" src/b/two.h '#include "a/one.h"' '#include <stdio.h>'
	plant "$1" src/b/two.c '#include "b/two.h"' '#include "two.h"'
	plant "$1" src/c/three.c '#include "b/two.h"' '#include "a/one.h"'
}

# graph TREE: print what breaks a rule in it.
graph() { TREE=$scratch/$1 LAYERS=layers.txt scripts/include-graph.sh --check; }

# graph_finds TREE TEXT: check that the tree breaks a rule and that the message contains TEXT.
graph_finds()
{
	graph "$1" >"$scratch/graph" && fail "include-graph: exit code 0 for the tree '$1'"
	grep -qF -e "$2" "$scratch/graph" || {
		show "$scratch/graph"
		fail "include-graph does not say '$2' of the tree '$1'"
	}
}

good_tree good
found=$(graph good) || fail "include-graph reports a good tree: $found"
TREE=$scratch/good LAYERS=layers.txt scripts/include-graph.sh >"$scratch/graph"
for text in '  b -> a' '  c/three.c -> b/two.h a/one.h' \
	'src: 4 files, 5 includes: no arrow against the order, no circle, no two headers of one name'; do
	grep -qxF -e "$text" "$scratch/graph" || {
		show "$scratch/graph"
		fail "include-graph does not print '$text'"
	}
done
good_tree against
plant against src/a/four.c '' '#include "c/five.h"'
plant against src/c/five.h 'int five;'
graph_finds against 'src/a/four.c:2: a includes c/five.h, against the order: a b c'
good_tree circle
plant circle src/b/x.h '#include "b/y.h"'
plant circle src/b/y.h '#include "z.h"'
plant circle src/b/z.h '#include "../b/x.h"'
graph_finds circle 'src/b/z.h:1: a circle of files: b/x.h -> b/y.h -> b/z.h -> b/x.h'
good_tree self
plant self src/b/x.h '#include "x.h"'
graph_finds self 'a circle of files: b/x.h -> b/x.h'
good_tree twin
plant twin src/c/one.h ''
graph_finds twin 'src/c/one.h:1: src/a/one.h has the same name'
good_tree stranger
plant stranger src/d/six.c ''
graph_finds stranger 'src/d/six.c:1: the folder d is not in the order: a b c'
