#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Devices that lie about themselves: features that do not go together or that drivers do not
# check, numbers in the configuration that make no sense, names that are taken. The kernel must
# neither complain nor wait for ever.
#
# Seen failing, with these changes to the module: all features offered to drivers (the kernel stops
# in virtio_net; `vdpa dev add` of a disk of zones waits for ever); size_max as the daemon has it
# (a warning of the block layer); rings of two entries without indirect descriptors (a warning of
# the ring code); names of files in sysfs not refused.
# SEED=N and N=N: the first of the random devices, and their number. SCENES="NAME ..." and DRIVER=vduse:
# some scenes alone, on the stock driver, whose kernel may stop.

cd "$(dirname "$0")/../.." || exit 1
. tests/lib/guest.sh

build_guest liar vctl
# shellcheck disable=SC2086 # a list of names
in_guest 300 tests/vm/guest/liar.sh "${DRIVER:-bouncelab}" "${SEED:-1}" "${N:-12}" \
	${SCENES:-disk short statistics offloads many resize zoned serial names random}
finish
