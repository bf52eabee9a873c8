#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm.sh PROGRAM SHARDS CAMPAIGN ARGUMENT...: run shards of a plan as a Slurm job array, one
# task per shard, and merge them. `bouncelab run --slurm` made the directory CAMPAIGN and calls
# this; the ARGUMENTs are the plan and options of `bouncelab run`.
#
# Writes CAMPAIGN/slurm.sh (the script of the tasks), slurm-I.log, and parts/I, which is removed
# when all shards are merged. Exit code: that of the merge; 1 if a task failed; 130 if interrupted:
# the tasks are cancelled, and their finished runs stay in parts/.

set -u
program=$1
shards=$2
campaign=$3
shift 3
code=1

quote() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }
count() { find "$campaign/parts" -path '*/runs/[0-9]*/run.json' 2>/dev/null | wc -l; }

# End without a job: nothing was done, so the name of the campaign is free again.
give_up()
{
	[ $# = 0 ] || echo "bouncelab: $*" >&2
	rm -f "$campaign/slurm.sh" "$campaign/slurm.job"
	rmdir "$campaign/runs" "$campaign"
	exit $code
}

command -v sbatch >/dev/null ||
	give_up "sbatch: not found; --slurm needs a machine that can submit to Slurm"

{
	printf '#!/bin/sh\n# One shard of this campaign. bouncelab run --slurm submitted it:\n'
	printf '# sbatch --array=1-%s --exclusive\n\ncd ' "$shards"
	quote "$PWD"
	printf ' || exit 1\nexec '
	for word in "$program" run "$@" --out "$campaign/parts"; do
		quote "$word"
		printf ' \\\n\t'
	done
	# shellcheck disable=SC2016 # the task expands it
	echo '--shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --name "$SLURM_ARRAY_TASK_ID"'
} >"$campaign/slurm.sh" || exit 1

# A percent sign in a file's name begins a pattern of Slurm, so it is doubled.
log=$(printf '%s' "$campaign" | sed 's/%/%%/g')/slurm-%a.log
sbatch --parsable --wait --exclusive --array="1-$shards" --output="$log" \
	--job-name="bouncelab-${campaign##*/}" "$campaign/slurm.sh" >"$campaign/slurm.job" &
sbatch=$!

cancel()
{
	echo "cancelling job $job; the finished runs of its tasks are kept" >&2
	scancel "$job" || echo "bouncelab: cannot cancel it; try 'scancel $job'" >&2
}

# sbatch ends when its tasks have ended. The shell starts it with SIGINT ignored, so Ctrl-C does not
# end it. It prints the number of the job: "123", or "123;name" for a cluster. Until then it may wait
# for a controller that does not answer: Ctrl-C ends it.
number() { sed 's/;.*//' "$campaign/slurm.job"; }
interrupted=
trap 'interrupted=${interrupted:-now}' INT TERM HUP
shown=
while kill -0 $sbatch 2>/dev/null; do
	job=$(number)
	if [ -n "$job" ] && [ "$interrupted" = now ]; then
		cancel
		interrupted=cancelled
	elif [ "$interrupted" = now ]; then
		kill $sbatch 2>/dev/null
		interrupted=killed
	fi
	now=$(count)
	[ -z "$job" ] || [ "$now" = "$shown" ] || echo "job $job: $now runs are recorded" >&2
	shown=$now
	sleep 0.5
done
wait $sbatch
failed=$?

job=$(number)
if [ -n "$interrupted" ] && [ -z "$job" ]; then
	code=130
	give_up "interrupted before Slurm had taken the job"
fi
[ "$interrupted" != killed ] || cancel	# the number came last
if [ -n "$interrupted" ]; then
	echo "interrupted; the shards are kept: 'bouncelab resume $campaign/parts/I' continues a" \
		"shard, 'bouncelab merge $campaign/parts/*' merges them" >&2
	exit 130
fi
[ -n "$job" ] || give_up	# sbatch printed why
set -- "$campaign"/parts/*/plan.json
[ -e "$1" ] || {
	echo "bouncelab: no shard came back; see $campaign/slurm-*.log" >&2
	exit 1
}
for plan; do
	shift
	set -- "$@" "${plan%/plan.json}"
done
rm -f "$campaign/slurm.job"
"$program" merge --partial --into "$campaign" "$@"
code=$?
if [ $failed != 0 ]; then
	echo "bouncelab: a task failed; see $campaign/slurm-*.log" >&2
	exit 1
fi
[ $code != 0 ] || rm -rf "$campaign/parts"
exit $code
