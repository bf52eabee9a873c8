# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# In the guest: pairwise.sh: the data are right under each two options that can be together.
# pairwise.awk makes the rows.

. tests/vm/guest/lib.sh

load_stack bouncelab unsafe_direct=1 unsafe_unzeroed=1

balanced() { [ "$(counter vduse0 "$1")" = "$(counter vduse0 "$2")" ]; }

# settings STRATEGY ALLOCATOR GRANULE PREFILL BACKING PAGE-ORDER: what a domain with them says of itself.
settings()
{
	_page=$((4096 << $6))
	_granule=4096
	[ "$3" = 4k ] || _granule=$_page
	# Its bounce pages have 4K in any case.
	[ "$1" != zap ] || _page=4096
	echo "strategy $1" "allocator $2" "prefill $4" "backing $5" "granule_bytes $_granule" \
		"page_bytes $_page" "bounce_bytes 8388608"
}

# one ROW...: start a device with these options, and write and read its disk.
one()
{
	_what="$*"
	case $7 in
	file)	start_daemon evil vduse0 --file ;;
	umem)	start_vblk vduse0 --queues 2 --umem-toggle 7 ;;
	*)	start_vblk vduse0 --queues 2 ;;
	esac
	for _c in "strategy $1" "allocator $2" "granule $3" "prefill $4" "backing $5" "page_order $6" \
			"bounce_size 8388608"; do
		set_choice vduse0 "${_c% *}" "${_c#* }" || not_ok "$_what: $_c can be chosen"
	done
	attach vduse0
	check_eq "$_what: the domain's settings" \
		"$(paste -sd ' ' /sys/kernel/debug/bouncelab/vduse0/settings)" "$(settings "$@")"
	check "$_what: the data" io "$disk" 8 256 64 $((seed += 1))
	check "$_what: every mapping was undone" within 10 balanced map unmap
	check "$_what: every address was given back" within 10 balanced iova_alloc iova_free
	dev_del vduse0
	stop_daemon $daemon || not_ok "$_what: the daemon's end" "$(cat $tmp/vduse0.log)"
	check_log_clean "$_what: the kernel's log is clean"
}

every_strategy | awk -f tests/vm/guest/pairwise.awk >$tmp/rows
note "seed $seed"
while read -r row <&3; do
	case $row in
	'#'*)	note "${row#* }" ;;
	*)	# shellcheck disable=SC2086 # words
		one $row ;;
	esac
done 3<$tmp/rows
check "unload" unload_stack
finish
