/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's names of locks.  lock-checked.h or lock-fast.h has the types and what a
 * lock does: shim_spin_*(), shim_read_*(), shim_write_*(), shim_bit_*(), shim_mutex_*()
 * and shim_sem_*().  Where a lock is initialised its name is known: the text @x.
 */
#ifndef SHIM_LOCK_H
#define SHIM_LOCK_H

#ifdef SHIM_CHECKED
#include "lock-checked.h"
#else
#include "lock-fast.h"
#endif

typedef spinlock_t raw_spinlock_t;

#define DEFINE_SPINLOCK(x)	spinlock_t x = SHIM_UNLOCKED(#x)
#define DEFINE_RWLOCK(x)	rwlock_t x = SHIM_UNLOCKED(#x)
#define DEFINE_MUTEX(x)		struct mutex x = { SHIM_UNLOCKED(#x) }

/* --- spinlocks ------------------------------------------------------------- */

#define spin_lock_init(x)	shim_spin_init(x, #x)
#define spin_lock(x)		shim_spin_lock(x)
#define spin_trylock(x)		shim_spin_trylock(x)
#define spin_lock_nested(x, class)	spin_lock(x)
#define spin_lock_nest_lock(x, outer)	do { (void)(outer); spin_lock(x); } while (0)
#define spin_unlock(x)		shim_spin_unlock(x)
#define spin_lock_irqsave(x, flags)	do { local_irq_save(flags); spin_lock(x); } while (0)
#define spin_unlock_irqrestore(x, flags) do { spin_unlock(x); local_irq_restore(flags); } while (0)
#define spin_lock_irq(x)	do { local_irq_disable(); spin_lock(x); } while (0)
#define spin_unlock_irq(x)	do { spin_unlock(x); local_irq_enable(); } while (0)
#define spin_trylock_irqsave(x, flags)					\
({									\
	bool got_;							\
									\
	local_irq_save(flags);						\
	got_ = spin_trylock(x);						\
	if (!got_)							\
		local_irq_restore(flags);				\
	got_;								\
})
#define spin_is_locked(x)	shim_spin_is_locked(x)
#define raw_spin_lock_init(x)	spin_lock_init(x)
#define raw_spin_lock(x)	spin_lock(x)
#define raw_spin_unlock(x)	spin_unlock(x)
#define raw_spin_lock_irqsave(x, flags) spin_lock_irqsave(x, flags)
#define raw_spin_unlock_irqrestore(x, flags) spin_unlock_irqrestore(x, flags)

/* --- readers and writers --------------------------------------------------- */

#define rwlock_init(x)		shim_rw_init(x, #x)
#define read_lock(x)		shim_read_lock(x)
#define read_unlock(x)		shim_read_unlock(x)
#define write_lock(x)		shim_write_lock(x)
#define write_unlock(x)		shim_write_unlock(x)
#define read_lock_irqsave(x, flags)	do { local_irq_save(flags); read_lock(x); } while (0)
#define read_unlock_irqrestore(x, flags) do { read_unlock(x); local_irq_restore(flags); } while (0)
#define write_lock_irqsave(x, flags)	do { local_irq_save(flags); write_lock(x); } while (0)
#define write_unlock_irqrestore(x, flags)				\
	do { write_unlock(x); local_irq_restore(flags); } while (0)
#define write_lock_irq(x)	do { local_irq_disable(); write_lock(x); } while (0)
#define write_unlock_irq(x)	do { write_unlock(x); local_irq_enable(); } while (0)

/* --- bit locks ------------------------------------------------------------- */

/* A bit has no init, so its name is that of its word. */
#define bit_spin_lock(bit, word)	shim_bit_lock(bit, word, "bit of " #word)
#define bit_spin_trylock(bit, word)	shim_bit_trylock(bit, word, "bit of " #word)
#define bit_spin_unlock(bit, word)	shim_bit_unlock(bit, word)
#define bit_spin_is_locked(bit, word)	test_bit(bit, word)

/* --- locks that sleep ------------------------------------------------------ */

#define mutex_init(x)		shim_mutex_init(x, #x)
#define mutex_destroy(x)	((void)(x))
#define mutex_lock(x)		shim_mutex_lock(x)
#define mutex_unlock(x)		shim_mutex_unlock(x)

#define init_rwsem(x)		shim_sem_init(x, #x)
#define down_read(x)		shim_sem_down_read(x)
#define up_read(x)		shim_sem_up_read(x)
#define down_write(x)		shim_sem_down_write(x)
#define up_write(x)		shim_sem_up_write(x)

#endif /* SHIM_LOCK_H */
