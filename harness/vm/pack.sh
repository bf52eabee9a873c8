#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pack.sh DIR IMAGE: write the files of DIR as an initramfs. initramfs.c has this file built in.

cd "$1" && find . | cpio -o -H newc --quiet >"$2"
