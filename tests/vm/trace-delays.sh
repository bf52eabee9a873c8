#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Traces of known delays: a delay of 100 us in each stage of an I/O's life is measured within 10 %, on
# the plane icount, so that other tests may run meanwhile.
# Timeout: 1200
# Long: it calibrates the traces by a module of its own; only changes to them can make it fail.
#
# Seen failing: with kicks that are ignored, with copies that count as map.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/common.sh
. tests/lib/module-tree.sh
. tests/lib/trace-campaign.sh
scratch_dir

root=$(planted_tree) || give_up "the tree with delays does not build"
names=$(for stage in $planted_stages; do echo "plant-$stage"; done | paste -sd ,)
cat >"$scratch/plants.ini" <<END
[plan]
plane = icount
repeat = 1
runtime = 0.1
ramp = 0.02
baseline = eager-none+stages
[matrix]
strategy = eager-none, zap, $names
collect = stages
jobs = 4k-randread-q1
cpus = 1
queues = 1
END
campaign plants "$scratch/plants.ini"

# often STAGE: print how often the stage of an I/O of 4k has the delay. An I/O has four
# mappings: two go to the device, the data and the status come back. A fault is one.
often()
{
	case $1 in
	map | unmap) echo 4 ;;
	copy-in | copy-back) echo 2 ;;
	*) echo 1 ;;
	esac
}

# fault_ns LABEL: print the ns of one fault; an I/O can have several.
fault_ns()
{
	run=$(awk -F , -v label="$1+stages" '$4 == label { print $1 }' "$scratch/plants/summary.csv")
	awk -F '[:,]' '
		/"faults":/ { faults = $2 }
		/"name": "fault"/ { here = 1 }
		/"sum_ns":/ && here { printf "%.0f", $2 / faults; exit }
	' "$scratch/plants/runs/$run/stages.json"
}

csv=$scratch/plants/trace-stages.csv
for stage in $planted_stages; do
	column=p50_ns
	row=$(echo "$stage" | tr - ' ')
	with=$(value "$csv" "plant-$stage" "$row" $column)
	without=$(value "$csv" eager-none "$row" $column)
	planted=$(($(often "$stage") * 100000))
	case $stage in daemon | interrupt) planted=1000000 ;; esac
	if [ "$stage" = fault ]; then
		with=$(fault_ns plant-fault)
		without=$(fault_ns zap)
	fi
	within "stage $stage" "$(awk -v a="$with" -v b="$without" 'BEGIN { printf "%.0f", a - b }')" \
		$planted
done
ok "the delay in each stage is measured"

# Two strategies of one campaign, side by side.
build/bouncelab compare --trace "$scratch/plants:eager-none" "$scratch/plants:plant-map" \
	>"$scratch/log" 2>&1 || { fail "compare --trace: exit $?"; show "$scratch/log"; }
grep -q '^  stage .* eager-none .* plant-map ' "$scratch/log" || fail "compare --trace: no table"
build/bouncelab compare --trace "$scratch/plants:no-such" "$scratch/plants" >"$scratch/log" 2>&1 &&
	fail "compare --trace takes a strategy that is not there"
grep -q "unknown strategy of this trace 'no-such'; valid: eager-none, .*plant-complete" "$scratch/log" ||
	fail "it does not say which are there"
ok "compare --trace prints two strategies, and names the valid ones"
finish
