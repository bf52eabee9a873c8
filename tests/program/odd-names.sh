#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Names that shells and patterns could take for syntax, and Slurm when it fails: scripts/slurm.sh
# with a fake sbatch, which runs the tasks itself, in a campaign whose name and directory have
# blanks, quotes, brackets and per cent signs; a task that fails; a machine without sbatch; an
# sbatch that refuses the job; Ctrl-C while no job has a number. The guest is a fake.
#
# Seen failing: with directories taken for patterns (the merged campaign has no run; resume counts
# consoles from 1 again; the tree has no sources, so that an old module is measured);
# with campaigns that stay when Slurm takes no job; with Ctrl-C that waits for a number.
# Waits: made-up guests pretend to work.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh
write_plan 'eager-none, intree' 4k-randread-1 'repeat = 6'
plan2="$scratch/it's a \$plan [2] 100%.ini"
cp "$plan" "$plan2"
out="$scratch/o [a] it's 5%"
mkdir "$out"
odd="c [1] *it's* 7%x"

# A fake sbatch: it prints a number, and runs each task as Slurm does, with the log's %a replaced.
# FAKE_SBATCH=refuse: it takes no job; =wait: it waits for a controller; =fail: task 2 fails.
mkdir "$scratch/slurm"
cat >"$scratch/slurm/sbatch" <<'END'
#!/bin/sh
for arg; do
	case $arg in
	--array=*) n=${arg#--array=1-} ;;
	--output=*) output=${arg#--output=} ;;
	-*) ;;
	*) script=$arg ;;
	esac
done
case $FAKE_SBATCH in
refuse)	echo 'sbatch: error: no such partition' >&2; exit 1 ;;
wait)	: >"$FAKE_WAITS"; exec sleep 600 ;;
esac
echo '77;here'
failed=0
for i in $(seq "$n"); do
	log=$(printf '%s' "$output" | sed "s/%%/\r/g; s/%a/$i/g; s/\r/%/g")
	if [ "$FAKE_SBATCH" = fail ] && [ "$i" = 2 ]; then
		failed=1
	else
		SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=$n sh "$script" >"$log" 2>&1 || failed=1
	fi
done
exit $failed
END
cat >"$scratch/slurm/scancel" <<'END'
#!/bin/sh
exit 0
END
chmod +x "$scratch/slurm/sbatch" "$scratch/slurm/scancel"
FAKE_SBATCH=run
FAKE_WAITS=$scratch/waits
export FAKE_SBATCH FAKE_WAITS

# submit CODE NAME: run the plan with the odd name by --slurm, with PATH as it is.
submit()
{
	expect "$1" "--slurm $2" $bouncelab run "$plan2" --allow-noisy-host --accel tcg \
		--out "$out" --name "$2" --slurm=2
}

with_sbatch=$PATH
# All programs but sbatch; the first one of a name stays.
mkdir "$scratch/few"
echo "$PATH" | tr : '\n' | while read -r dir; do
	ln -s "$dir"/* "$scratch/few/" 2>/dev/null
done
rm -f "$scratch/few/sbatch"
export PATH="$scratch/few"
submit 1 none
says "$scratch/log" 'sbatch: not found'
[ ! -e "$out/none" ] || fail "without sbatch the campaign's directory stays"
ok "without sbatch the name of the campaign stays free"
PATH=$scratch/slurm:$with_sbatch

FAKE_SBATCH=refuse
submit 1 refused
says "$scratch/log" 'no such partition'
[ ! -e "$out/refused" ] || fail "refused: the campaign's directory stays"
ok "a job that Slurm refuses leaves no campaign"

FAKE_SBATCH=run
submit 0 "$odd"
says "$out/$odd/table.txt" 'shards    2 of 2' ' 0 missing' '6 blocks'
check_manifest "$odd"
for f in slurm-1.log slurm-2.log shards/1/env.json; do
	[ -s "$out/$odd/$f" ] || fail "$odd: no $f"
done
[ ! -e "$out/$odd/parts" ] || fail "$odd: the shards are there twice"
ok "a campaign with an odd name comes back merged"

FAKE_SBATCH=fail
submit 1 'fails [x]'
says "$scratch/log" 'a task failed' 'missing'
[ -n "$(find "$out/fails [x]/runs" -name run.json | head -n 1)" ] ||
	fail "the runs of the task that ended well are not merged"
[ -e "$out/fails [x]/parts/1" ] || fail "the shard of the task that ended well is gone"
ok "when a task fails, the others' runs are merged, and the shards are kept"

# Ctrl-C while sbatch waits for the controller.
FAKE_SBATCH="wait"
mkfifo "$FAKE_WAITS"
env --default-signal=INT $bouncelab run "$plan2" --allow-noisy-host --accel tcg --out "$out" \
	--name waits --slurm=2 >"$scratch/log" 2>&1 &
pid=$!
timeout 60 cat "$FAKE_WAITS" || fail "waits: sbatch does not start"
kill -INT $pid
timeout 60 tail --pid=$pid -f /dev/null || { fail "waits: Ctrl-C does not end it"; kill -KILL $pid; }
wait $pid
code=$?
[ $code = 130 ] || { show "$scratch/log"; fail "waits: exit code $code, not 130"; }
says "$scratch/log" 'interrupted before Slurm had taken the job'
[ ! -e "$out/waits" ] || fail "waits: the campaign's directory stays"
ok "Ctrl-C ends a submission that Slurm has not taken yet"

# A campaign goes on in its directory, whatever that is called.
FAKE_SBATCH=run
campaign 0 "r [2]"
# shellcheck disable=SC2046 # words
forget "r [2]" $(find "$out/r [2]/runs" -mindepth 1 -maxdepth 1 -printf "%f\n" | sort | tail -n 2)
sum=$(sha256sum <"$out/r [2]/console-1.log")
expect 0 resume $bouncelab resume "$out/r [2]" --allow-noisy-host
[ "$sum" = "$(sha256sum <"$out/r [2]/console-1.log")" ] || fail "resume writes console-1.log anew"
[ -e "$out/r [2]/console-2.log" ] || fail "resume has no console of its own"
[ -e "$out/r [2]/env-2.json" ] || fail "resume has no env-2.json"
check_manifest "r [2]"
ok "resume finds the files of a campaign with an odd name"

# The sources of the module are found in a directory with an odd name: a newer one is noticed.
root="$scratch/t[ree]"
mkdir -p "$root/build"
cp -r kmod strategies workloads plots "$root/"
mkdir -p "$root/harness/guest"
cp harness/guest/sources "$root/harness/guest/"
ln -s "$top/build/kernel" "$root/build/kernel"
cp build/*.ko build/bouncelab-guest "$root/build/"
expect 0 'odd tree' env BOUNCELAB_ROOT="$root" $bouncelab run "$plan" --allow-noisy-host --accel tcg \
	--out "$out" --name tree
[ "$(sed -n 's/.*"source": //p' "$out/tree/env.json")" = \
	"$(sed -n 's/.*"source": //p' "$out/r [2]/env.json")" ] ||
	fail "the sum of the module's sources depends on the name of the directory"
touch -d '+1 minute' "$root/strategies/eager-none.c"
expect 1 'odd tree, newer source' env BOUNCELAB_ROOT="$root" $bouncelab run "$plan" \
	--allow-noisy-host --accel tcg --out "$out" --name newer
says "$scratch/log" 'eager-none.c is newer than'
ok "the sources of a tree with an odd name are found"
finish
