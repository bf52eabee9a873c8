# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # scratch: of scratch_dir
#
# For tests that need a module with other sources than that of users, which never has them: it
# is built in a tree of its own below build/tests/, once for all tests. A test reads this after
# common.sh.

# add_sources DIR FILE...: copy files of the project to the same paths below DIR.
add_sources()
{
	dir=$1
	shift
	cp -p --parents -t "$dir" -- "$@"
}

# copy_changed FROM TREE: make the files of TREE those of FROM. A file that did not change is left
# alone, so that make has nothing to do for it; what make has built stays.
copy_changed()
{
	(cd "$1" && find . -type f) >"$2/list"
	while read -r f; do
		mkdir -p "$2/${f%/*}"
		cmp -s "$1/$f" "$2/$f" || cp "$1/$f" "$2/$f"
	done <"$2/list"
	# A source that is gone goes: a .c that stayed would still be built.
	(cd "$2" && find ./kmod ./strategies -name '*.[ch]') | while read -r f; do
		case $f in
		*.mod.c | */strategy-table.h) continue ;;
		esac
		grep -qxF -e "$f" "$2/list" || rm -f "$2/$f"
	done
}

# sync_tree FROM TREE: the same, and give the tree the kernel.
sync_tree()
{
	link_kernel "$2"
	copy_changed "$1" "$2"
}

# build_tree TREE TARGET...: make these in the tree, and print the log if it fails.
build_tree()
{
	tree=$1
	shift
	make_tree "$tree" "$@" >"$tree/build.log" 2>&1 || {
		cat "$tree/build.log" >&2
		return 1
	}
}

# --- the broken strategies of tests/strategies/broken -----------------------------

# Build a bouncelab.ko that has the broken strategies and, of the others, the default and the one that
# broken ones include, and print its path. Two tests at once build it once.
broken_module()
{
	tree=build/tests/broken/tree
	mkdir -p $tree "$scratch/broken/strategies"
	(
		flock 9
		# shellcheck disable=SC2046 # patterns
		add_sources "$scratch/broken" Makefile scripts/*.sh strategies/*.h \
			strategies/eager-rwlock.c strategies/lazy-barrier.c \
			$(sed '/^#/d' kmod/sources | grep -v '^strategies/') &&
			cp -p tests/strategies/broken/*.[ch] "$scratch/broken/strategies/" &&
			sync_tree "$scratch/broken" $tree &&
			build_tree $tree build/bouncelab.ko
	) 9>$tree/lock || {
		echo "the module with the broken strategies does not build" >&2
		return 1
	}
	echo $tree/build/bouncelab.ko
}

# --- the strategies with delays of tests/vm/planted-trace -------------------------

# The stages of an I/O that have a strategy with a delay, plant-STAGE.
# shellcheck disable=SC2034 # of the tests
planted_stages="submit queue map copy-in kick daemon fault interrupt unmap copy-back complete"

# plant_strategies DIR: add a strategy for each stage. Only zap has a fault for each touch.
plant_strategies()
{
	for stage in $planted_stages; do
		id=plant_$(echo "$stage" | tr - _)
		case $stage in
		fault)	sed 's/BL_STRATEGY_DEFINE(zap,/BL_STRATEGY_DEFINE(plant_fault,/
				s/"zap"/"plant-fault"/; s/\<zap_/plant_fault_/g' strategies/zap.c ;;
		*)	sed "s/eager-none/plant-$stage/g; s/eager_none/$id/g" strategies/eager-none.c ;;
		esac >"$1/strategies/plant-$stage.c"
	done
}

# Build a project's directory whose module has delays, and of the others only the strategies that
# are compared with them, and the default. Print its path, for BOUNCELAB_ROOT. Two tests at once
# build it once.
planted_tree()
{
	tree=build/tests/planted/tree
	from=$scratch/planted
	mkdir -p $tree "$from/build"
	(
		flock 9
		# shellcheck disable=SC2046 # patterns
		add_sources "$from" Makefile scripts/*.sh workloads/*/* plots/* \
			$(sed '/^#/d' kmod/sources kmod/lockwait/sources | grep -v '^strategies/') \
			strategies/*.h strategies/eager-none.c strategies/eager-rwlock.c \
			strategies/zap.c &&
			patch -s -F0 -p1 -d "$from" <tests/vm/planted-trace/plant.patch &&
			cp tests/vm/planted-trace/plant.c "$from/kmod/core/" &&
			cp tests/vm/planted-trace/plant-lock.c "$from/strategies/" &&
			plant_strategies "$from" &&
			# The guest follows no link before it has its root.
			cp build/bouncelab-guest "$from/build/" &&
			sync_tree "$from" $tree &&
			build_tree $tree build/bouncelab.ko build/bl_lockwait.ko
	) 9>$tree/lock || {
		echo "the tree with delays does not build" >&2
		return 1
	}
	echo "$(pwd)/$tree"
}
