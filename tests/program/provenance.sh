#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a campaign was measured on is on record, and what differs is said: a file of the guest that
# changes while the campaign runs, a resume in another state, a driver put in the place of the
# package's, another fio, a tree with changes, a campaign without env.json. The guest is a fake,
# and the tree a copy, whose files the test changes.
#
# Seen failing: with each of these calls taken out: boots_log_run() in run_one(), boots_log(),
# guest_files_sum() in campaign_write_env(), note_replaced(), check_package(),
# report_print_provenance(), print_side(), check_loaded(), the shards and the sessions in
# provenance_list_changes(); with the line for a missing env.json printed for each
# member; with the options of the compiler left out; and with a harness whose age is not looked at.
# Waits: made-up guests pretend to work.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/fake.sh

# The copy has its own products and its own files of the kernel, none of them a link.
tree=$scratch/tree
mkdir -p "$tree/build/kernel"
sources | tar -cf - -T - | tar -xf - -C "$tree"
cp -p build/bouncelab build/bouncelab-guest build/*.ko "$tree/build/"
cp -pL build/kernel/vmlinuz build/kernel/release build/kernel/SHA256SUMS "$tree/build/kernel/" ||
	give_up "build/kernel is incomplete: make kernel"
cp -p -r build/kernel/modules "$tree/build/kernel/"
in_tree() { git -C "$tree" -c user.name=test -c user.email=test@example.org "$@"; }
{ in_tree init -q && in_tree add . && in_tree commit -q -m all; } || give_up "git does not work"
BOUNCELAB_ROOT=$tree
export BOUNCELAB_ROOT
write_plan 'eager-none, intree' '4k-randread-1' 'repeat = 3' 'boot = block'

# sum_in NAME FILE PATH: env.json of the campaign NAME has the sum of PATH for FILE.
sum_in()
{
	says "$out/$1/env.json" "\"$2\": \"$(sha256sum <"$3" | cut -d ' ' -f 1)\""
}

# report NAME: print the report of the campaign to $scratch/log.
report() { $bouncelab report --no-plots "$out/$1" >"$scratch/log" 2>&1; }

# compare OLD NEW: print the comparison to $scratch/log.
compare() { $bouncelab compare "$out/$1" "$out/$2" >"$scratch/log" 2>&1; }

# silent TEXT: the log does not contain TEXT.
silent()
{
	! grep -q -e "$1" "$scratch/log" || {
		show "$scratch/log"
		fail "the output has '$1'"
	}
}

campaign 0 first
silent 'not the package'
sum_in first fio "$(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin command -v fio)"
sum_in first vduse.ko "$tree/build/kernel/modules/vduse.ko"
sum_in first virtio_blk.ko "$tree/build/kernel/modules/virtio_blk.ko"
sum_in first bouncelab.ko "$tree/build/bouncelab.ko"
sum_in first bouncelab-guest "$tree/build/bouncelab-guest"
sum_in first vmlinuz "$tree/build/kernel/vmlinuz"
sum_in first qemu-system-x86_64 "$scratch/bin/qemu-system-x86_64"
for name in qemu-storage-daemon vdpa busybox bl_lockwait.ko; do
	grep -q "\"$name\": \"[0-9a-f]\{64\}\"" "$out/first/env.json" || fail "no sum of $name"
done
says "$out/first/env.json" '"dirty": false' '"changed": []' "\"revision\": \"$(in_tree rev-parse HEAD)\"" \
	'"replaced": []' '"kmod/core/domain.h": "' '"strategies/zap.c": "'
[ "$(grep -c '"compiler": "GCC' "$out/first/env.json")" = 2 ] || fail "not two compilers"
[ "$(grep -c '"options": "GNU C.* -O2' "$out/first/env.json")" = 2 ] || fail "not two lists of options"
ok "modules, kernel, programs, commit, sources and compiler are on record"

commit=$(in_tree rev-parse HEAD | cut -c 1-12)
cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)
report first
says "$scratch/log" "measured  guest Linux $(cat "$tree/build/kernel/release"), host $cpu" "commit $commit"
silent CHANGED
silent REPLACED
[ "$(grep -c '"differs":\[\]' "$out/first/boots.jsonl")" = 4 ] || fail "boots.jsonl has not four boots"
for f in verdicts summary; do
	head -n 1 "$out/first/$f.csv" | grep -q ',guest_kernel,host_cpu,commit$' ||
		fail "$f.csv has no columns of provenance"
	grep -q ",$commit\$" "$out/first/$f.csv" || fail "$f.csv does not name the commit"
done
$bouncelab report --json --no-plots "$out/first" >"$scratch/log"
says "$scratch/log" "\"commit\": \"$commit\"" '"guest_kernel": "' '"host_cpu": "' '"changed": []'
ok "tables name guest kernel, host CPU and commit"

# The last line of a campaign is that of its last boot.
campaign 0 again
compare first again
silent 'The campaigns differ'
sed -i 's|bl\.root=[^ "]*|bl.root=/somewhere/else|' "$out/again/env.json"
resign again
compare first again
silent 'The campaigns differ'
ok "two campaigns of one state do not differ, wherever the tree is"

# A module that changes while a guest is up: from the next run on, and in the boots that follow.
run=$(sed -n 's/.*"run":"\([0-9]*\)".*/\1/p' "$out/first/boots.jsonl" | sed -n 2p)
FAKE_APPEND="$run $tree/build/bouncelab.ko" campaign 0 changing
report changing
says "$scratch/log" 'CHANGED' 'files.bouncelab.ko: '
silent "from run $run on"
grep -q 'boots 2 to 4, from run [0-9]* on: files.bouncelab.ko: [0-9a-f]\{12\}, [0-9a-f]\{12\}$' "$scratch/log" ||
	fail "the boots are not named: $(grep files.bounce "$scratch/log")"
compare first changing
says "$scratch/log" 'The new campaign changed while it ran'
ok "a module that changes while the campaign runs is named, with boots and run"

# A guest that loaded another module than the file at hand.
FAKE_LOADED='{"vduse":"0123456789ab"}' campaign 1 loaded
says "$scratch/log" 'invalid: the guest loaded another vduse.ko than ' 'build ID 0123456789ab'
ok "a run whose guest loaded another module than the file is invalid"

# Shards: one of them was resumed in another state.
campaign 0 1 --shard 1/2
campaign 0 2 --shard 2/2
cp "$out/1/env.json" "$out/1/env-2.json"
sed -i 's/"fio": "[0-9a-f]\{12\}/"fio": "abcabcabcabc/' "$out/1/env-2.json"
sed -i 's/"vdpa": "[0-9a-f]\{12\}/"vdpa": "defdefdefdef/' "$out/2/env.json"
rm "$out/1/MANIFEST.sha256" "$out/2/MANIFEST.sha256"
resign 1
resign 2
expect 0 merge $bouncelab merge --out "$out" --name merged "$out/1" "$out/2"
says "$out/merged/table.txt" 'shard 1, session 2: files.fio: ' ', abcabcabcabc' \
	'shards 1, 2: files.vdpa: ' ', defdefdefdef'
ok "shards that differ, and a session of a shard, are named"

# The same in JSON, and of a tree with changes.
echo >>"$tree/docs/glossary.md"
campaign 0 dirty
says "$out/dirty/env.json" '"dirty": true' '"docs/glossary.md"'
report dirty
says "$scratch/log" "commit $commit-dirty"
compare first dirty
says "$scratch/log" 'The campaigns differ' 'git.dirty: false, true' 'files.bouncelab.ko: '
$bouncelab compare --json "$out/first" "$out/dirty" >"$scratch/log"
says "$scratch/log" '"git.dirty: false, true"' '"measured": {' "\"commit\": \"$commit-dirty\""
ok "a tree with changes is named"

# Resume with another host and another tree.
forget dirty "$run"
in_tree commit -q -a -m more
expect 0 resume $bouncelab resume --allow-noisy-host "$out/dirty"
report dirty
says "$scratch/log" 'session 2: git.dirty: true, false' 'session 2: git.revision: '
ok "a resume in another state is named"

# Another fio, as another version of the package has.
cp -r "$out/first" "$out/fio"
sed -i 's/"fio": "[0-9a-f]\{12\}/"fio": "abcabcabcabc/' "$out/fio/env.json"
resign fio
compare first fio
says "$scratch/log" 'files.fio: ' ', abcabcabcabc'
[ "$(sed -n '/The campaigns differ/,/^$/p' "$scratch/log" | wc -l)" = 3 ] || {
	show "$scratch/log"
	fail "more than fio differs"
}
ok "another fio is named"

# A campaign without env.json.
cp -r "$out/first" "$out/without"
rm "$out/without/env.json"
resign without
compare first without
says "$scratch/log" 'the second has no env.json'
[ "$(sed -n '/The campaigns differ/,/^$/p' "$scratch/log" | wc -c)" -lt 200 ] || {
	show "$scratch/log"
	fail "a campaign without env.json prints a page"
}
report without
says "$scratch/log" 'measured  not recorded'
ok "a campaign without env.json gets one short line"

# A program that is older than its sources would be taken for that of the commit.
touch "$tree/harness/cmd/main.c"
campaign 1 old
says "$scratch/log" 'harness/cmd/main.c is newer than ' 'build/bouncelab; run '
touch "$tree/build/bouncelab"
ok "a program older than its sources does not run"

# A patched driver in the place of the package's.
expect 0 doctor sh -c "$bouncelab doctor --json | grep -A 3 '\"kernel files\"'"
says "$scratch/log" 'as in the package'
printf x >>"$tree/build/kernel/modules/vduse.ko"
expect 0 doctor sh -c "$bouncelab doctor --json | grep -A 3 '\"kernel files\"'"
says "$scratch/log" '"state": "note"' 'modules/vduse.ko' 'make kernel'
campaign 0 patched
says "$scratch/log" "note: not the package's file below build/kernel: modules/vduse.ko"
report patched
says "$scratch/log" 'REPLACED  ' 'build/kernel/modules/vduse.ko (SHA-256 '
compare first patched
says "$scratch/log" 'REPLACED: ' 'files.vduse.ko: '
rm "$tree/build/kernel/SHA256SUMS"
expect 0 doctor sh -c "$bouncelab doctor --json | grep -A 3 '\"kernel files\"'"
says "$scratch/log" 'no checksums'
ok "a driver in the place of the package's is noticed by doctor, run, report and compare"
finish
