/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to vm/: the guest's kernel without the program that unpacks it. */
#ifndef BL_VM_UNPACK_H
#define BL_VM_UNPACK_H

/**
 * vm_unpack_kernel() - unpack the guest's kernel, unless that was done before
 *
 * Debian's kernel is packed, and begins with a program that unpacks it, moves it to a random address
 * and starts it. An emulated guest takes half a second for that at each boot. QEMU can start the
 * unpacked kernel at once (PVH), which then is at its fixed address. A campaign does not use it: there
 * the address is random, as on a real machine.
 *
 * Return: its path, which the caller frees; NULL if it cannot be unpacked here, for example without
 * zstd. The packed kernel does it then.
 */
char *vm_unpack_kernel(void);

#endif
