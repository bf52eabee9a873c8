// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conform-step: shim_step() before each access of a strategy to memory.  The compiler makes
 * these calls for an address sanitizer that does not exist here.  So an interrupt or another
 * thread can come between any two accesses, and not only where a shim is called.  There is no call
 * for a second access to the same place in a row: there, WRITE_ONCE() has one (shim/atomic.h).
 */
#include "shim/shim.h"

#if defined(SHIM_STEP)
#define ACCESS(size)						\
void __asan_load##size##_noabort(unsigned long addr);		\
void __asan_load##size##_noabort(unsigned long addr)		\
{								\
	shim_step();						\
}								\
void __asan_store##size##_noabort(unsigned long addr);		\
void __asan_store##size##_noabort(unsigned long addr)		\
{								\
	shim_step();						\
}

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(unsigned long addr, size_t size);
void __asan_loadN_noabort(unsigned long addr, size_t size)
{
	__asan_load1_noabort(addr);
}

void __asan_storeN_noabort(unsigned long addr, size_t size);
void __asan_storeN_noabort(unsigned long addr, size_t size)
{
	__asan_store1_noabort(addr);
}

void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}
#endif
