/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's interfaces in user space, as far as strategies use them.  Every
 * <linux/...> header that a strategy includes is a file made by the Makefile
 * that includes this one.  Split by how far each can be trusted:
 *
 * shim-copied.h: the same meaning as in the kernel.
 * shim-custom.h: made for this suite: does the same work, checks its use, and
 *		  says what it leaves out.
 * shim-stub.h:	  does nothing, or next to nothing.
 */
#ifndef SHIM_H
#define SHIM_H

#include "shim-copied.h"
#include "shim-stub.h"
#include "shim-custom.h"

#endif /* SHIM_H */
