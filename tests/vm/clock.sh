#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The clock of a real guest. As it is, the guest's kernel knows the frequency of its counter within a
# thousandth, and does not calibrate the delay loop of the second CPU. A kernel that is told a frequency
# that is a tenth too low has a wrong clock for the whole boot: the run is invalid. ICOUNT=1 does the same
# on the plane icount. tests/program/clock.sh has the limits, with a fake guest.
#
# Seen failing: without lpj= on the kernel's command line.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# plan NAME PLANE CPUS: write a plan of one run.
plan()
{
	cat >"$scratch/$1.ini" <<END
[plan]
about = One run
plane = $2
repeat = 1
runtime = 0.5
ramp = 0
baseline = intree

[matrix]
strategy = intree
jobs = 4k-randread-1
cpus = $3
queues = 1
END
}

# campaign NAME PLAN STATUS REASON OPTION...: do the plan's run, which has this status, and REASON in its
# reason.
campaign()
{
	name=$1
	plan=$2
	status=$3
	reason=$4
	shift 4
	build/bouncelab run "$scratch/$plan.ini" --allow-noisy-host --out "$scratch" --name "$name" "$@" \
		>"$scratch/log" 2>&1
	run=$scratch/$name/runs/0001/run.json
	if ! grep -q "^ \"status\": \"$status\"" "$run" || ! grep -q "^ \"reason\": \".*$reason" "$run"; then
		show "$scratch/log"
		fail "$name: the run is not $status: $reason"
	fi
}

# khz NAME KEY: print a member of the run's clock.
khz() { sed -n "s/^  \"$2\": \([0-9.]*\),*\$/\1/p" "$scratch/$1/runs/0001/run.json"; }

# wrong NAME PLAN KHZ OPTION...: a guest that is told nine tenths of its frequency is noticed.
wrong()
{
	name=$1
	plan=$2
	low=$(awk -v khz="$3" 'BEGIN { printf "%d", 0.9 * khz }')
	shift 3
	campaign "$name" "$plan" invalid "the guest's clock is wrong: " --append "tsc_early_khz=$low" "$@"
}

plan vm vm 2
campaign right vm ok '' --accel tcg
echo "a counter of $(khz right true_khz) kHz, taken for $(khz right khz) kHz"
awk -v a="$(khz right khz)" -v b="$(khz right true_khz)" \
	'BEGIN { exit !(b > 0 && a / b > 0.999 && a / b < 1.001) }' ||
	fail "the guest takes its counter of $(khz right true_khz) kHz for one of $(khz right khz)"
grep -n 'calibrate_delay_direct' "$scratch/right/console-1.log" &&
	fail "the guest calibrates the delay loop that it was told"
ok "a guest that is told the frequency of its counter"

wrong wrong vm "$(khz right true_khz)" --accel tcg
ok "a wrong clock: invalid"

if [ -n "${ICOUNT:-}" ]; then
	plan icount icount 1
	wrong wrong-icount icount 1000000
	ok "a wrong clock on the plane icount: invalid"
fi
finish
