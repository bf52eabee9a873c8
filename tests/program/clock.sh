#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A run whose guest has a wrong clock is invalid, and says why: by the time that passed on the host, and
# by the frequency of the counter. On the plane icount the host's time says nothing, and the counter
# does. The guest is a fake; tests/vm/clock.sh has real ones.
#
# Seen failing: with the program of before this check, which has every run ok.
# Waits: made-up guests let time pass.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan intree 4k-randread-1 'repeat = 1'

# wrong NAME TEXT: each run of the campaign is invalid, for the reason TEXT, in a guest of its own.
wrong()
{
	says "$scratch/log" '0 runs ok, 0 failed, 3 invalid'
	for run in "$out/$1"/runs/*/run.json; do
		says "$run" '"status": "invalid"' "\"reason\": \"the guest's clock is wrong: " "$2"
	done
	[ "$(find "$out/$1" -name 'console-*.log' | wc -l)" = 3 ] ||
		fail "$1: a guest with a wrong clock did another run"
}

campaign 0 right
for run in "$out"/right/runs/*/run.json; do
	says "$run" '"clock": {' '"guest_s": ' '"host_min_s": ' '"host_max_s": ' '"khz": ' '"true_khz": '
done
FAKE_CLOCK=1.01 FAKE_MS=100 campaign 0 near
FAKE_COUNTER=0.99 campaign 0 near-counter
ok "a clock that is right within a per cent is"

# The time that it takes to ask leaves 4 % of doubt in 100 ms, if both requests take 2 ms.
FAKE_CLOCK=3.6 FAKE_MS=100 campaign 1 fast
wrong fast "s by the host's"
FAKE_CLOCK=0.7 FAKE_MS=100 campaign 1 slow
wrong slow "s by the host's"
ok "a clock that is fast or slow: invalid"

FAKE_COUNTER=0.28 campaign 1 counter
wrong counter 'its kernel takes the counter for one of'
ok "a kernel that is wrong about its counter: invalid"

sed -i '2i plane = icount' "$plan"
echo 'cpus = 1' >>"$plan"
echo 'queues = 1' >>"$plan"
icount()
{
	want=$1
	name=$2
	expect "$want" "$name" $bouncelab run "$plan" --out "$out" --name "$name"
}
icount 0 icount
FAKE_CLOCK=3.6 FAKE_MS=100 icount 0 icount-fast
FAKE_COUNTER=1.05 icount 1 icount-counter
wrong icount-counter 'and it has 1000.000 MHz'
ok "icount: the host's time says nothing, the counter does"

# The first request asks for the time, the second for the run.
for n in 1 2; do
	FAKE_HOLD=$n icount 0 held-$n
done
ok "a request that is held back until more comes is answered"

words='tsc_early_khz=[0-9]* lpj=[0-9]* '
grep -q "\"cmdline\": \".* $words" "$out/right/env.json" || fail "the guest is not told its frequency"
grep -q "\"cmdline\": \".* $words" "$out/icount/env.json" && fail "icount: the guest is told a frequency"
ok "an emulated guest is told the frequency of its counter, except on icount"
finish
