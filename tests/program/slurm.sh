#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# run --slurm on a Slurm of one node that the test starts in a directory of its own: the shards
# come back merged; Ctrl-C cancels the tasks and keeps the finished runs. The guest is a fake.
#
# Seen failing: with one task for all shards; with tasks that do not get the options of the
# command line; without scancel on Ctrl-C.
# Waits: daemons start, and jobs wait in a queue.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
PATH=$PATH:/usr/sbin:/sbin
for program in sbatch scancel squeue scontrol slurmctld slurmd munged; do
	command -v $program >/dev/null ||
		give_up "Slurm is not installed, there is no $program: scripts/deps.sh --tests"
done
[ "$(id -u)" = 0 ] || skip "slurmd starts tasks as root only"

# The daemons, in the foreground, as children that the end of the test ends.
slurm=$scratch/slurm
mkdir -m 755 "$slurm" "$slurm/state" "$slurm/spool"
chmod 755 "$scratch"
port=$((20000 + $$ % 20000))
dd if=/dev/urandom of="$slurm/key" bs=128 count=1 2>/dev/null
chmod 400 "$slurm/key"
cat >"$slurm/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
KillWait=10
SchedulerParameters=sched_interval=1,sched_min_interval=0
SlurmdParameters=config_overrides
NodeName=here NodeHostname=$(hostname) NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=here Default=YES State=UP
END
SLURM_CONF=$slurm/slurm.conf
export SLURM_CONF

daemons=
# shellcheck disable=SC2086 # a list of words
trap 'kill $daemons 2>/dev/null; wait; rm -rf "$scratch"' EXIT
munged --foreground --force --key-file="$slurm/key" --socket="$slurm/munge" --num-threads=2 \
	--pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" --seed-file="$slurm/seed" \
	>"$slurm/munged.out" 2>&1 &
daemons=$!
slurmctld -D -f "$SLURM_CONF" >"$slurm/slurmctld.log" 2>&1 &
daemons="$daemons $!"
slurmd -D -N here -f "$SLURM_CONF" >"$slurm/slurmd.log" 2>&1 &
daemons="$daemons $!"

# Until the node is idle, by asking the daemon, which answers when it is up.
up()
{
	n=0
	until scontrol -o show node here 2>"$scratch/log" | grep -q 'State=IDLE '; do
		n=$((n + 1))
		[ $n -le 300 ] || return 1
		for pid in $daemons; do
			kill -0 "$pid" 2>/dev/null || return 1
		done
		sleep 0.1
	done
	return 0
}
if ! up; then
	tail -n 20 "$slurm"/*.log "$slurm/munged.out"
	show "$scratch/log"
	give_up "Slurm does not come up"
fi

ok "Slurm is up"

write_plan 'eager-none, lazy-spin, intree' 4k-randread-1 'repeat = 6'
campaign 0 array --slurm=2 -s eager-none --seed 77
[ $code = 0 ] || show "$out"/array/slurm-*.log
says "$out/array/table.txt" 'shards    2 of 2' 'seed 77' ' 0 missing' '6 blocks'
check_manifest array
[ ! -e "$out/array/parts" ] || fail "array: the shards are there twice"
grep -q lazy-spin "$out/array/plan.json" && fail "array: the tasks did not get the options"
for f in slurm.sh slurm-1.log slurm-2.log shards/1/env.json shards/2/env.json; do
	[ -s "$out/array/$f" ] || fail "array: no $f"
done
ok "an array of two tasks comes back merged"

# Ctrl-C, once a run is on record.
mkfifo "$scratch/lines"
FAKE_MS=300 env --default-signal=INT $bouncelab run "$plan" --allow-noisy-host --accel tcg --out "$out" \
	--name cancelled --slurm=2 >"$scratch/cancelled.log" 2>&1 &
pid=$!
tail -n +1 -F --pid=$pid "$out/cancelled/parts/1/journal.jsonl" >"$scratch/lines" 2>/dev/null &
follower=$!
timeout 120 grep -q '"state":"ok"' <"$scratch/lines" || fail "cancelled: no run is done"
kill $follower
kill -INT $pid
wait $pid
code=$?
[ $code = 130 ] || { show "$scratch/cancelled.log"; fail "cancelled: exit code $code"; }
says "$scratch/cancelled.log" 'cancelling job' 'the shards are kept' 'bouncelab merge'
[ -z "$(squeue -h -t pending,running)" ] || fail "cancelled: $(squeue) is still there"
[ -n "$(find "$out/cancelled/parts" -name run.json | head -n 1)" ] || fail "cancelled: nothing is kept"
for part in "$out"/cancelled/parts/*; do
	[ -z "$(find "$part" -name '.*.tmp')" ] || fail "cancelled: a half-written run in $part"
done
$bouncelab merge --partial --out "$out" --name kept "$out"/cancelled/parts/* >"$scratch/log" 2>&1
says "$out/kept/table.txt" 'missing:'
ok "Ctrl-C cancels the tasks and keeps the finished runs"

# More shards than blocks.
campaign 2 bad --slurm=7
ok "more tasks than blocks are refused"
finish
