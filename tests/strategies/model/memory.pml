/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared memory behind store buffers.  Each CPU's stores wait in a buffer of its
 * own, which its loads see and others' do not.  They leave it, each visible to
 * all CPUs at once
 *
 *   as they came in: TSO, which is x86;
 *   with WEAK defined in any order, but those to one variable as they came in,
 *   and a release store after everything before it.  Copies (memcpy) then also
 *   read their source late, at any time before they leave.
 *
 * So a store passes later loads in both; stores pass each other, and what a copy
 * reads passes later stores and loads, in WEAK only.  Loads whose value decides
 * what comes next are in order: where the code has no acquire, the models say by
 * themselves what else may be (ordering.pml, protocol.pml).
 *
 * The inlines are for a process with a variable or parameter `me`, its CPU.  FN
 * is the function of strategies/ that the step stands for; it is printed when a
 * trail is replayed (spin -t) and is nothing otherwise.
 */

/* Variables: NR_VARS of them, numbered from 1, are the indexes of mem. */
mtype = {
	orig0, orig1, len0, len1,	/* b->slots[].orig; .len and .dir */
	pages, filling, state, lock,	/* b->pages[], b->filling, b->extra, b->lock */
	bounce0, bounce1,		/* the bytes of the two slots of the page */
	buffer1, buffer2,		/* the bytes at two originals */
	avail0, avail1, used,		/* rings */
	pte, freed			/* daemon's page table, IOVA allocator */
};
#define NR_VARS		17

/* An assumption, asserted in put(): nobody has more stores under way. */
#define DEPTH		12

typedef store_buffer {
	byte n;
	byte var[DEPTH];	/* 0 from n on, as the rest */
	byte val[DEPTH];
	byte src[DEPTH];	/* a copy that has not read this variable yet, or 0 */
	bit release[DEPTH]
};

byte mem[NR_VARS + 1];
store_buffer sb[NR_CPUS];

/* 0 outside of d_steps. */
byte i, x, n;

/* Whether TEST(c, k, v) holds for any of the DEPTH places K of CPU C's buffer. */
#define ANY(test, c, v)							\
	(test(c, 0, v) || test(c, 1, v) || test(c, 2, v) ||		\
	 test(c, 3, v) || test(c, 4, v) || test(c, 5, v) ||		\
	 test(c, 6, v) || test(c, 7, v) || test(c, 8, v) ||		\
	 test(c, 9, v) || test(c, 10, v) || test(c, 11, v))
#define STORES(c, k, v)	(sb[c].var[k] == (v))
#define COPIES(c, k, v)	(sb[c].var[k] == (v) && sb[c].src[k])

/* What entry K of our buffer waits for in the older one J. */
#define SAME_VAR(k, j)	((j) < (k) && sb[me].var[j] == sb[me].var[k])
#define READ_FROM(k, j)	((j) < (k) && sb[me].src[j] == sb[me].var[k])
#define NOT_READ(k, j)	((j) < (k) && sb[me].src[j] && sb[me].var[j] == sb[me].src[k])
#define NO_OLDER(test, k)						\
	(!test(k, 0) && !test(k, 1) && !test(k, 2) && !test(k, 3) &&	\
	 !test(k, 4) && !test(k, 5) && !test(k, 6) && !test(k, 7) &&	\
	 !test(k, 8) && !test(k, 9) && !test(k, 10))

#define CAN_LEAVE(k)	(sb[me].n > k && !sb[me].src[k] && \
			 (!sb[me].release[k] || k == 0) && \
			 NO_OLDER(SAME_VAR, k) && NO_OLDER(READ_FROM, k))
#define CAN_READ(k)	(sb[me].n > k && sb[me].src[k] && NO_OLDER(NOT_READ, k))

/* x = V as our CPU sees it: the newest of the first END entries, or memory. */
inline look(v, end)
{
	x = mem[v];
	i = 0;
	do
	:: i < end ->
		if
		:: sb[me].var[i] == v -> x = sb[me].val[i]
		:: else
		fi;
		i++
	:: else -> break
	od;
	i = 0
}

inline put(v, value, source, rel)
{
	assert(sb[me].n < DEPTH);
	n = sb[me].n;
	sb[me].var[n] = v;
	sb[me].val[n] = value;
	sb[me].src[n] = source;
	sb[me].release[n] = rel;
	sb[me].n++;
	n = 0
}

inline store_as(fn, v, value, rel)
{
	d_step {
		put(v, value, 0, rel);
		if
		:: rel -> printf("CPU%d  %e: %e = %d, release\n", me, fn, v, value)
		:: else -> printf("CPU%d  %e: %e = %d\n", me, fn, v, value)
		fi
	}
}

inline store(fn, v, value)
{
	store_as(fn, v, value, 0);
}

inline store_release(fn, v, value)
{
	store_as(fn, v, value, 1);
}

/* A load that nothing after it passes. */
inline load(fn, v, r)
{
	d_step {
		!ANY(COPIES, me, v);
		look(v, sb[me].n);
		r = x;
		x = 0;
		printf("CPU%d  %e: %e is %d\n", me, fn, v, r)
	}
}

inline copy(fn, dst, source)
{
	d_step {
#ifdef WEAK
		put(dst, 0, source, 0);
		printf("CPU%d  %e: copies %e to %e\n", me, fn, source, dst)
#else
		!ANY(COPIES, me, source);
		look(source, sb[me].n);
		put(dst, x, 0, 0);
		printf("CPU%d  %e: copies %e (%d) to %e\n", me, fn, source, x, dst);
		may_be_read(source);
		x = 0
#endif
	}
}

/* smp_mb(), unless it is what is broken. */
inline mb(fn, without)
{
	d_step {
		sb[me].n == 0 || broken == without;
		if
		:: broken != without -> printf("CPU%d  %e: smp_mb\n", me, fn)
		:: else
		fi
	}
}

/*
 * cmpxchg_acquire(V, FROM, TO), spinning until it succeeds or V is STOP.  R is
 * what V was then.  A full barrier on x86; elsewhere our earlier stores to other
 * variables may still be under way.
 */
#ifdef WEAK
#define CAN_CMPXCHG(v)	!ANY(STORES, me, v)
#else
#define CAN_CMPXCHG(v)	(sb[me].n == 0)
#endif
inline cmpxchg(fn, v, from, to, stop, r)
{
	d_step {
		CAN_CMPXCHG(v) && (mem[v] == from || mem[v] == stop);
		r = mem[v];
		if
		:: r == from ->
			mem[v] = to;
			printf("CPU%d  %e: %e from %d to %d, acquire\n", me, fn, v, from, to)
		:: else ->
			printf("CPU%d  %e: %e is %d, acquire\n", me, fn, v, r)
		fi
	}
}

/* Entry K of our buffer goes to memory. */
inline leave(k)
{
	mem[sb[me].var[k]] = sb[me].val[k];
	printf("CPU%d      %e = %d is visible\n", me, sb[me].var[k], sb[me].val[k]);
	sb[me].n--;
	i = k;
	do
	:: i < sb[me].n ->
		sb[me].var[i] = sb[me].var[i + 1];
		sb[me].val[i] = sb[me].val[i + 1];
		sb[me].src[i] = sb[me].src[i + 1];
		sb[me].release[i] = sb[me].release[i + 1];
		i++
	:: else -> break
	od;
	sb[me].var[i] = 0;
	sb[me].val[i] = 0;
	sb[me].src[i] = 0;
	sb[me].release[i] = 0;
	i = 0
}

/* The copy in entry K of our buffer reads. */
inline read_source(k)
{
	look(sb[me].src[k], k);
	printf("CPU%d      copy to %e reads %e: %d\n", me, sb[me].var[k], sb[me].src[k], x);
	may_be_read(sb[me].src[k]);
	sb[me].val[k] = x;
	sb[me].src[k] = 0;
	x = 0
}

#define PLACE(k)							\
	:: d_step { CAN_LEAVE(k) -> leave(k) }				\
	:: d_step { CAN_READ(k) -> read_source(k) }

proctype buffer_of(byte me)
{
end:	do
#ifdef WEAK
	PLACE(0) PLACE(1) PLACE(2) PLACE(3) PLACE(4) PLACE(5)
	PLACE(6) PLACE(7) PLACE(8) PLACE(9) PLACE(10) PLACE(11)
#else
	:: d_step { CAN_LEAVE(0) -> leave(0) }
#endif
	od
}
