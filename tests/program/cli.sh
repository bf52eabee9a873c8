#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Wrong input gives exit code 2, and a message on stderr that names the wrong thing and
# lists the valid ones. Nothing here boots a guest.
#
# Seen failing: with a plan whose page_order may be 5; without the schema number of list --json; with
# a guest program that loads the module into any kernel; with "1 CPUs, 1 queues"; with a help that names
# Ctrl-C alone.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

bouncelab=build/bouncelab
escape=$(printf '\033')

# run ARGUMENT...: sets $code; the outputs are in $scratch/out and $scratch/err.
run()
{
	case="bouncelab $*"
	timeout 60 $bouncelab "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	code=$?
	! grep -q "$escape" "$scratch/out" "$scratch/err" ||
		fail "$case: escape codes where there is no terminal"
}

# refused TEXT...: the last run was refused, and its message contains every TEXT.
refused()
{
	[ $code = 2 ] || fail "$case: exit code $code, not 2"
	[ ! -s "$scratch/out" ] || fail "$case: writes to stdout: $(head -n 3 "$scratch/out")"
	for text; do
		grep -qF -e "$text" "$scratch/err" ||
			fail "$case: the message does not say '$text': $(cat "$scratch/err")"
	done
}

# The last run was accepted, and printed something.
accepted()
{
	[ $code = 0 ] || fail "$case: exit code $code: $(cat "$scratch/err")"
	[ -s "$scratch/out" ] || fail "$case: prints nothing"
}

# Help and lists.
run --help
accepted
commands=$(sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p' "$scratch/out")
for command in doctor list plan run report vm; do
	echo "$commands" | grep -qx $command || fail "--help does not list '$command'"
done
for command in $commands; do
	run "$command" --help
	accepted
	run "$command" --no-such-option
	refused no-such-option
done
run run --help
grep -q 'SIGTERM' "$scratch/out" || fail "run --help does not name the signals that end it"
run --version
accepted
[ "$(cat "$scratch/out")" = "bouncelab $(cat build/version)" ] ||
	fail "--version prints '$(cat "$scratch/out")', and the build is of $(cat build/version)"
run list
accepted
for f in strategies/*.c; do
	name=$(basename "$f" .c)
	if [ "$name" = template ]; then
		grep -qw template "$scratch/out" && fail "list shows the template"
	else
		grep -qw -e "$name" "$scratch/out" || fail "list does not show '$name'"
	fi
done
run list --json
accepted
grep -q '"schema": 1' "$scratch/out" || fail "list --json has no schema number"
case $(head -c 1 "$scratch/out") in
'{' | '[') ;;
*) fail "list --json prints no JSON" ;;
esac
for args in list --help --version 'plan --help'; do
	# shellcheck disable=SC2086 # words
	$bouncelab $args >/dev/full 2>"$scratch/err" &&
		fail "$args: on a full disk: exit code 0"
	grep -q 'cannot write' "$scratch/err" || fail "$args: a full disk is not named"
done
ok "help and lists are complete, and a full disk is an error"
run plan quick
accepted
run plan smoke
accepted
run plan quick-icount
accepted
grep -q ', 1 CPU, 1 queue,' "$scratch/out" || fail "$case: one CPU and one queue have an s"

ok "plans of the tree are accepted"

# Words that are wrong or missing.
run
[ $code = 2 ] || fail "without a command: exit code $code, not 2"
run frobnicate
refused "unknown command 'frobnicate'" valid: doctor list plan run report
run plan no-such-plan
refused "unknown plan 'no-such-plan'" valid: quick smoke
run run no-such-plan
refused "unknown plan 'no-such-plan'" valid: quick smoke
run plan "$scratch/none.ini"
refused none.ini
run run quick --name
refused name
run run
refused plan
run vm
refused command
run report no-such-campaign
refused no-such-campaign

ok "wrong and missing words are refused"

# The guest's program by hand.
guest()
{
	case="bouncelab-guest $*"
	timeout 60 build/bouncelab-guest "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	code=$?
}
guest
refused 'first process of the guest' 'bouncelab-guest micro STRATEGY'
guest micro
refused 'the name of a strategy is missing'
guest micro eager-none speed=1
refused "'speed=1'" valid: slice_ns allocator
# Its module must not go into the kernel of this machine.
guest micro eager-none
refused 'this is no guest' "'bouncelab micro'"
ok "the guest's program is refused outside of a guest"

# Of this plan, one line is wrong each time.
cat >"$scratch/good.ini" <<'END'
[plan]
about = for a test
plane = vm
seed = 7
repeat = 2
runtime = 1.0
ramp = 0.3
baseline = intree
aa = intree
verify = verify
trace = no
boot = campaign
order = fresh
runs = 1
width = 0
same_within = 2
tail_within = 15
budget = 0
[matrix]
strategy = eager-none, intree
allocator = cached
granule = 4k
page_order = 0
bounce_size = 64M
jobs = 4k-randread-1
cpus = 2
queues = 2
backend = ram
END
run plan "$scratch/good.ini"
accepted

# bad LINE TEXT...: the good plan with LINE for the one with the same key.
bad()
{
	key=${1%% =*}
	line=$(grep -n "^$key =" "$scratch/good.ini" | cut -d: -f1)
	sed "${line}s|.*|$1|" "$scratch/good.ini" >"$scratch/bad.ini"
	shift
	run plan "$scratch/bad.ini"
	refused "bad.ini:$line" "$@"
	# A plan that is wrongly taken for good would run for minutes.
	[ $code = 2 ] || return
	run run "$scratch/bad.ini"
	refused "bad.ini:$line" "$@"
}

bad 'strategy = eager-none, no-such' "'no-such'" valid: eager-none direct intree all
bad 'strategy = template' "'template'" valid: eager-none
bad 'strategy =' strategy
bad 'allocator = no-such' "'no-such'" valid: cached plain
bad 'allocator = ' allocator
bad 'granule = 2k' "'2k'" valid: 4k page
bad 'jobs = 4k-randread-1, no-such' "'no-such'" valid: 4k-randread-1 64k-randwrite-2
bad 'jobs = verify' "'verify'" valid: 4k-randread-1
bad 'verify = 4k-randread-1' "'4k-randread-1'" valid: verify
bad 'plane = moon' "'moon'" valid: vm icount
bad 'trace = maybe' "'maybe'" valid: yes no
bad 'backend = disk' "'disk'" valid: null ram
bad 'page_order = 5' "'5'" valid: 0 4
bad 'bounce_size = 64' "'64'" valid: 1M 1024M
bad 'bounce_size = 0M' "'0M'" valid: 1M 1024M
bad 'bounce_size = 1025M' "'1025M'" valid: 1M 1024M
for number in 1001 -1 1.5 x ''; do
	bad "repeat = $number" "'$number'" valid: 0..1000
done
for number in 0 3601 -1 x nan 1s; do
	bad "runtime = $number" "'$number'" valid: 0.1..3600
done
bad 'ramp = -0.1' "'-0.1'" valid: 0..3600
bad 'seed = -1' "'-1'" valid: 0..
bad 'boot = now' "'now'" valid: campaign block device
bad 'order = any' "'any'" valid: fresh random listed
for number in 0 101 1.5 x; do
	bad "runs = $number" "'$number'" valid: 1..100
done
for number in 0.001 101 -1 x; do
	bad "width = $number" "'$number'" valid: 0.01..100
done
bad 'budget = -1' "'-1'" valid: minutes
for number in 0 0.001 101 -1 x ''; do
	bad "same_within = $number" "'$number'" valid: 0.01..100
done
for number in 0 1001 -1 x; do
	bad "tail_within = $number" "'$number'" valid: 0.01..1000
done
bad 'cpus = 0' "'0'" valid: 1..64
bad 'queues = 65' "'65'" valid: 1..64

ok "each wrong line of a plan is refused, with its number and the valid values"

# A plan that declares no margin gets the one of its plane; an option overrides both.
margin() { sed -n 's/^margin  *same within \([0-9.]*\) %.*/\1/p' "$scratch/out"; }
run plan "$scratch/good.ini"
[ "$(margin)" = 2 ] || fail "same_within = 2: the plan shows $(margin)"
run plan "$scratch/good.ini" --same-within 0.5
[ "$(margin)" = 0.5 ] || fail "--same-within 0.5: the plan shows $(margin)"
grep -v '^same_within\|^tail_within' "$scratch/good.ini" >"$scratch/margin.ini"
run plan "$scratch/margin.ini"
[ "$(margin)" = 3 ] || fail "plane vm: the margin is $(margin), not 3"
sed -i 's/^plane = vm/plane = icount/; s/^cpus = 2/cpus = 1/' "$scratch/margin.ini"
run plan "$scratch/margin.ini"
[ "$(margin)" = 1 ] || fail "plane icount: the margin is $(margin), not 1"
run plan "$scratch/margin.ini" --json
grep -q '^ "same_within": 1.0,$' "$scratch/out" || fail "plan.json does not have the margin"
grep -q '^ "tail_within": 10.0,$' "$scratch/out" || fail "plan.json does not have the margin of latencies"
run plan "$scratch/good.ini" --same-within 200
refused "--same-within" "'200'" valid: 0.01..100
ok "a plan declares its margin, shows it and stores it"

# The plane icount has one CPU and one accelerator.
sed 's/^plane = vm/plane = icount/' "$scratch/good.ini" >"$scratch/icount.ini"
run plan "$scratch/icount.ini"
refused icount 'cpus = 1'
sed -i 's/^cpus = 2/cpus = 1/' "$scratch/icount.ini"
run plan "$scratch/icount.ini"
accepted
run run "$scratch/icount.ini" --accel tcg
refused "--accel tcg" icount
run run "$scratch/good.ini" --accel icount
refused "--accel icount" 'plane = icount'
run run "$scratch/good.ini" --accel warp
refused "'warp'" valid: auto kvm tcg
run vm --accel icount --cpus 2 -- true
refused icount 'one CPU'

ok "the plane icount takes one CPU and its own accelerator"

# wrong TEXT-OF-THE-PLAN SAID...: a plan with that text is refused, and the message has SAID.
wrong()
{
	printf '%b' "$1" >"$scratch/wrong.ini"
	shift
	run plan "$scratch/wrong.ini"
	refused wrong.ini "$@"
}

wrong '[plan]\nrepeats = 3\n' ':2' "'repeats'" valid: repeat runtime seed
wrong '[matrix]\nrepeat = 3\n' ':2' "'repeat'" valid: strategy allocator jobs
wrong '[martix]\nstrategy = all\njobs = verify\n' ':2' "'martix'" valid: plan matrix
[ "$(wc -l <"$scratch/err")" = 1 ] || fail "$case: a wrong section is not said once"
wrong '[plan]\nseed = 1\nseed = 2\n' ':3' seed twice

# The plane icount has one CPU and one queue unless the plan says otherwise; 'none' verifies nothing.
cells='[matrix]\nstrategy = eager-none\njobs = 4k-randread-1\n'
printf '%b' "[plan]\nplane = icount\nverify = none\n$cells" >"$scratch/icount.ini"
run plan "$scratch/icount.ini"
[ $code = 0 ] || { fail "a plan of the plane icount without cpus: exit $code"; show "$scratch/err"; }
grep -q 'verify: none' "$scratch/out" || fail "verify = none verifies"
printf '%b' "[plan]\nplane = icount\n${cells}cpus = 2\n" >"$scratch/icount.ini"
run plan "$scratch/icount.ini"
refused 'one CPU' 'cpus = 1'
cells='[matrix]\nstrategy = eager-none\nprefill = none, zero\njobs = 4k-randread-1\n'
for key in baseline aa; do
	{
		printf '[plan]\n%s = no-such\n' $key
		[ $key = baseline ] || echo 'baseline = eager-none/none'
		printf '%b' "$cells"
	} >"$scratch/label.ini"
	run plan "$scratch/label.ini"
	refused "$key" "'no-such'" valid: eager-none/none eager-none/zero
done

ok "wrong sections, keys and labels are refused"

run trace eager-none
refused "a strategy and a job are needed"
run trace eager-non 4k-randwrite-2
refused "'eager-non'" valid: eager-none
run trace eager-none 4k-randwrit
refused "'4k-randwrit'" valid: 4k-randwrite-2
run trace eager-none 4k-randwrite-2 --collect lock
refused --collect "'lock'" valid: locks
for pairs in 0 1001 two; do
	run trace eager-none 4k-randwrite-2 --pairs $pairs
	refused --pairs "'$pairs'" valid:
done
run trace eager-none 4k-randwrite-2 --buffer 0
refused --buffer "'0'" valid:

ok "wrong arguments of trace are refused"

# An A/A pair that is a label is of one cell; one that is a strategy is of all its cells.
for aa in eager-none/zero eager-none; do
	printf '[plan]\nbaseline = eager-none/none\naa = %s\n%b' $aa "$cells" >"$scratch/aa.ini"
	run plan "$scratch/aa.ini"
	accepted
	grep "'" "$scratch/out" | cut -d ' ' -f 1 | grep "^eager" >>"$scratch/pairs"
done
[ "$(tr '\n' ' ' <"$scratch/pairs")" = "eager-none/zero' eager-none/none' eager-none/zero' " ] ||
	fail "A/A copies: $(cat "$scratch/pairs")"
ok "an A/A pair copies the cells that it names"
wrong '[plan]\nthis is no key\n' ':2'
wrong '[plan\n' ':1' "valid: '[plan]'"
ok "lines that are neither a key nor a section are refused"
finish
