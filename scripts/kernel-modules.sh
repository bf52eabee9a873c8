# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154 # tmp, release, die: of the script that reads this
#
# For the scripts that prepare a guest's kernel: unpack_modules() fills $tmp/modules with the
# modules that a guest may load, and with the file `order`. The script that reads this has the
# installed modules in $tmp/root/lib/modules/$release, and a function die.

MODULES="netfs 9pnet 9pnet_virtio 9p overlay
	vhost_iotlb vdpa vduse virtio_vdpa virtio_blk
	vhost vhost_vdpa virtio_net"

# unpack_module NAME: decompress it and print what it needs directly.
unpack_module()
{
	# File names have either - or _, the kernel's names have _ only.
	file=$(find "$tmp/root" -path '*/kernel/*' -name "$(echo "$1" | tr _ '?').ko*" | head -n 1)
	case $file in
	*.ko.xz) xz -dc "$file" >"$tmp/modules/$1.ko" ;;
	*.ko) cp "$file" "$tmp/modules/$1.ko" ;;
	'')	# Built-in modules need no file.
		grep -q "/$(echo "$1" | tr _ .)\.ko\$" \
			"$tmp/root/lib/modules/$release/modules.builtin" && return 0
		die "kernel $release has no module $1" ;;
	*) die "do not know how to unpack $file" ;;
	esac
	needs=$(modinfo -F depends "$tmp/modules/$1.ko" | tr ',-' ' _')
	echo "$1 $needs" >>"$tmp/direct"
	echo "$needs"
}

unpack_modules()
{
	mkdir "$tmp/modules"
	: >"$tmp/direct"
	todo=$MODULES
	while [ -n "${todo# }" ]; do
		next=
		for module in $todo; do
			[ -e "$tmp/modules/$module.ko" ] || next="$next $(unpack_module "$module")"
		done
		todo=$next
	done
	awk '
		function load(m, asked,   i, n, d) {
			if (done[asked, m]++ || !(m in needs))
				return
			n = split(needs[m], d)
			for (i = 1; i <= n; i++)
				load(d[i], asked)
			if (m != asked)
				list[asked] = list[asked] " " m
			else if (!printed[m]++)
				print m list[m]
		}
		function show(m,   i, n, d) {
			n = split(needs[m], d)
			for (i = 1; i <= n; i++)
				show(d[i])
			load(m, m)
		}
		{ m = $1; $1 = ""; needs[m] = $0; order[NR] = m }
		END { for (i = 1; i <= NR; i++) show(order[i]) }
	' "$tmp/direct" >"$tmp/modules/order"
	rm "$tmp/direct"
}
