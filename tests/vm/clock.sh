#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The clock of a real guest. As it is, the guest's kernel knows the frequency of its counter within a
# thousandth, and does not calibrate the delay loop of the second CPU. A kernel that is told a frequency
# that is a tenth too low has a wrong clock for the whole boot: the run is invalid. ICOUNT=1 does the same
# on the plane icount. With LONG=1, a guest that is stopped for 20 s or a minute in the middle of a
# job: its run does not count. tests/program/clock.sh has the limits, with a fake guest.
#
# Seen failing: without lpj= on the kernel's command line; with a job that may last as long as it likes.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
scratch_dir

# plan NAME PLANE CPUS [SECONDS]: write a plan of one run.
plan()
{
	cat >"$scratch/$1.ini" <<END
[plan]
about = One run
plane = $2
repeat = 1
runtime = ${4:-0.5}
ramp = 0
baseline = intree

[matrix]
strategy = intree
jobs = 4k-randread-1
cpus = $3
queues = 1
END
}

# run_plan NAME PLAN OPTION...: do the plan's run.
run_plan()
{
	name=$1
	plan=$2
	shift 2
	build/bouncelab run "$scratch/$plan.ini" --allow-noisy-host --out "$scratch" --name "$name" "$@" \
		>"$scratch/log" 2>&1
}

# is NAME STATUS REASON: its run has this status, and REASON in its reason.
is()
{
	run=$scratch/$1/runs/0001/run.json
	if ! grep -q "^ \"status\": \"$2\"" "$run" || ! grep -q "^ \"reason\": \".*$3" "$run"; then
		show "$scratch/log"
		fail "$1: the run is not $2: $3"
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
	run_plan "$name" "$plan" --append "tsc_early_khz=$low" "$@"
	is "$name" invalid "the guest's clock is wrong: "
}

plan vm vm 2
run_plan right vm --accel tcg
is right ok ''
echo "a counter of $(khz right true_khz) kHz, taken for $(khz right khz) kHz"
awk -v a="$(khz right khz)" -v b="$(khz right true_khz)" \
	'BEGIN { exit !(b > 0 && a / b > 0.999 && a / b < 1.001) }' ||
	fail "the guest takes its counter of $(khz right true_khz) kHz for one of $(khz right khz)"
grep -n 'calibrate_delay_direct' "$scratch/right/console-1.log" &&
	fail "the guest calibrates the delay loop that it was told"
ok "a guest that is told the frequency of its counter"

wrong wrong vm "$(khz right true_khz)" --accel tcg
ok "a wrong clock: invalid"

# used PID: print the CPU time that the process has used, in hundredths of a second.
used() { awk '{ print $14 + $15 }' "/proc/$1/stat" 2>/dev/null; }

# stop_in_job NAME SECONDS: wait until the job of the campaign in the background, process $pid, has begun
# and its guest has used 3 s more, which is behind the start of fio; stop the guest for so long.
stop_in_job()
{
	while ! guest=$(pgrep -P $pid qemu) || [ ! -e "$scratch/$1/runs/.0001.tmp/fio-4k-randread-1.err" ]; do
		kill -0 $pid 2>/dev/null || { fail "$1: no job has begun"; return; }
		sleep 0.05
	done
	end=$(($(used "$guest") + 300))
	while [ "$(used "$guest")" -lt $end ]; do
		sleep 0.05
	done
	kill -STOP "$guest"
	sleep "$2"
	kill -CONT "$guest"
}

# stopped NAME SECONDS STATUS REASON: a run whose guest was stopped for so long in a job.
stopped()
{
	build/bouncelab run "$scratch/job.ini" --allow-noisy-host --out "$scratch" --name "$1" \
		--accel tcg >"$scratch/log" 2>&1 &
	pid=$!
	stop_in_job "$1" "$2"
	wait $pid
	is "$1" "$3" "$4"
	ok "a guest that is stopped in a job for $2 s: its run does not count"
}

if [ -n "${LONG:-}" ]; then
	plan job vm 2 15
	stopped short 20 invalid 'it stood still, or the clock jumped'
	# A job has a minute for what it does besides: fio may end before or after that.
	stopped long 60 '\(invalid\|failed\)' '\(it stood still, or the clock jumped\|not done after 75 s\)'
fi

if [ -n "${ICOUNT:-}" ]; then
	plan icount icount 1
	wrong wrong-icount icount 1000000
	ok "a wrong clock on the plane icount: invalid"
fi
finish
