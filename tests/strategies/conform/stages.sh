# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Which programs of the suite run with which options: by scripts/conform.sh (make conform), by
# tests/strategies/conform.sh, and by tests/strategies/mutate.sh --conform. They read this file.

# Print the stages of `make conform`, one a line: a name, a program and its options. Those that
# find most come first. A strategy that passes takes about 30 s of an idle CPU.
conform_short()
{
	cat <<-END
	model conform --mode model --ops 1200000
	tsan conform-tsan --mode threads,litmus --seconds 1.5
	threads conform --mode threads --seconds 1
	litmus conform --mode litmus --seconds 1
	step conform-step --mode all --ops 300000 --seconds 0.6
	END
}

# conform_long OPS: print the stages of a test of everything; it runs OPS operations against the
# model. Two threads that race do so for 0.2 to 1 s. Of the broken strategies, the one that is
# found last by them takes 0.05 s; each right one is exposed for 3 s, over all programs and prefills.
# A page with more than one slot has rare races of its own: 64k-litmus.
conform_long()
{
	cat <<-END
	all conform --mode all --ops $1 --seconds 0.2
	64k conform-64k --mode all --ops $(($1 / 4)) --seconds 0.2
	64k-litmus conform-64k --mode litmus --prefill copy --seconds 1
	step conform-step --mode all --ops $(($1 / 4)) --seconds 0.2
	asan conform-asan --mode all --prefill copy --ops $(($1 / 5)) --seconds 0.2
	asan-zero conform-asan --mode all --prefill zero --ops $(($1 / 5)) --seconds 0.2
	tsan conform-tsan --mode threads,litmus --prefill copy --seconds 0.5
	END
}

# conform_says STAGE: print what the stage looks for.
conform_says()
{
	case $1 in
	model)	echo "random operations of a driver and a daemon against a model" ;;
	all)	echo "the model, threads, and the ordering of map, unmap and first touch" ;;
	threads) echo "drivers and daemons as threads" ;;
	litmus)	echo "the ordering of map, unmap and first touch on this machine" ;;
	step)	echo "an interrupt, another thread or a misled unmap between any two accesses" ;;
	tsan)	echo "threads and ordering under ThreadSanitizer" ;;
	64k)	echo "all of that with pages of 64K" ;;
	64k-litmus) echo "the ordering with pages of 64K, for longer" ;;
	asan | asan-zero)
		echo "all of that under the sanitizers for addresses and for undefined behaviour" ;;
	esac
}
