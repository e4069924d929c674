/*
 * Lazy TLB mode by generations (paging/lazy_generation.c), with PCIDs: no processor ever
 * uses a stale translation, or walks a table whose frame was given away.
 *
 * One processor changes an entry of space 0 again and again: a page's, or a table's.  It
 * raises the generation, asks whom it has to, waits for their answers, and gives the old
 * frame away.  The other uses pages of space 0 or 1, becomes lazy, comes back.  Requests
 * interrupt it anywhere but while it comes back.  Versions of the entry stand for
 * frames.  A switch keeps the translations of the space that is left.
 *
 * PLANT_... each take one rule of the protocol away: the check must then fail.  Two of
 * them are Linux's of 2025: GENERATION_FIRST is switch_mm_irqs_off() without the barrier
 * between who it says to be and the generation it reads; SWITCHING_SKIPPED is
 * should_flush_tlb() that passes over one between two spaces (CVE-2025-37964).
 */
#define CPUS 1 /* besides the one that changes entries: they share nothing else */
#define CHANGES 3
#define INIT 2 /* space, of the kernel alone */
#define NONE 255

#define AWAKE 0
#define ASLEEP 1
#define SWITCHING 2

byte entry = 0;         /* version that the tables of space 0 hold */
byte tlb_gen = 0;       /* of space 0 */
byte given_away = NONE; /* latest version whose frame is another's now */
byte tables_away = NONE; /* latest that was a table's */

bit mask[CPUS];        /* of space 0 */
bit asked[CPUS];       /* an interrupt is on its way */
byte state[CPUS];
byte noted[CPUS];     /* space, as the kernel has noted it */
byte loaded[CPUS];     /* space, in CR3 */
byte cached[CPUS];     /* version in the TLB, of space 0; NONE: not there */
byte caught_up[CPUS];  /* generation of space 0 that its PCID has */

/* The TLB fills and walks whenever the tables are loaded: speculation asks nobody. */
inline speculate(c)
{
	d_step {
		if
		:: loaded[c] == 0 && cached[c] == NONE -> cached[c] = entry
		:: loaded[c] == 0 && cached[c] != NONE ->
			assert(tables_away == NONE || cached[c] > tables_away)
		:: loaded[c] != 0
		fi
	}
}

inline may_speculate(c)
{
	if
	:: speculate(c)
	:: skip
	fi
}

inline use(c)
{
	d_step {
		if
		:: cached[c] == NONE -> cached[c] = entry
		:: else
		fi
		assert(given_away == NONE || cached[c] > given_away)
	}
}

/* Drops all of space 0, unless it is up to date. */
inline catch_up(c)
{
	newest = tlb_gen;
	may_speculate(c);
	if
	:: newest > caught_up[c] -> caught_up[c] = newest; cached[c] = NONE
	:: else
	fi
}

inline request(c)
{
	if
	:: noted[c] != 0 -> mask[c] = 0
	:: noted[c] == 0 && state[c] == ASLEEP ->
#ifdef PLANT_KEEPS_TABLES
		skip
#else
		noted[c] = INIT;
		loaded[c] = INIT
#endif
	:: noted[c] == 0 && state[c] != ASLEEP -> catch_up(c)
	fi;
	atomic { asked[c] = 0; newest = 0 }
}

inline become(c, how)
{
#ifdef PLANT_GENERATION_FIRST
	/* The store stays in the store buffer while the load goes ahead. */
	newest = tlb_gen;
	state[c] = how
#else
	state[c] = how;
	newest = tlb_gen
#endif
}

inline return_to_same(c)
{
	become(c, AWAKE);
	may_speculate(c);
	if
	:: noted[c] == 0 && newest != caught_up[c] ->
#ifdef PLANT_DROP_FIRST
		cached[c] = NONE;
		may_speculate(c);
		caught_up[c] = tlb_gen
#else
		caught_up[c] = newest;
		cached[c] = NONE
#endif
	:: else
	fi;
	newest = 0
}

inline switch_to_0(c)
{
	bit is_right;

#ifdef PLANT_GENERATION_FIRST
	newest = tlb_gen;
	state[c] = SWITCHING;
	mask[c] = 1;
#else
	state[c] = SWITCHING;
	mask[c] = 1;
	newest = tlb_gen;
#endif
	is_right = newest == caught_up[c];
	caught_up[c] = newest;
	may_speculate(c);
	atomic {
		loaded[c] = 0;
		if
		:: !is_right -> cached[c] = NONE
		:: else
		fi
	}
	may_speculate(c);
	noted[c] = 0;
	atomic { state[c] = AWAKE; is_right = 0; newest = 0 }
}

inline switch_to_1(c)
{
	state[c] = SWITCHING;
	may_speculate(c);
	loaded[c] = 1;
	noted[c] = 1;
	state[c] = AWAKE
}

proctype processor(byte c)
{
	byte newest;

	do
	:: asked[c] -> request(c)
	:: state[c] == AWAKE && noted[c] == 0 -> use(c)
	:: state[c] == AWAKE -> state[c] = ASLEEP
	:: state[c] == ASLEEP -> speculate(c)
	:: state[c] == ASLEEP && noted[c] != INIT -> return_to_same(c)
	:: state[c] == ASLEEP && noted[c] != 0 -> switch_to_0(c)
	:: state[c] == ASLEEP && noted[c] != 1 -> switch_to_1(c)
	/* From one to another without being lazy. */
	:: state[c] == AWAKE && noted[c] == 0 -> switch_to_1(c)
	:: state[c] == AWAKE && noted[c] == 1 -> switch_to_0(c)
	:: given_away == CHANGES - 1 && !asked[c] -> break
	od
}

/* asks(): bit of the answer, in to[c]. */
inline look_at(c, tables)
{
	to[c] = mask[c];
	if
#ifdef PLANT_TABLES_SKIPPED
	:: to[c] ->
#else
	:: to[c] && !tables ->
#endif
#ifdef PLANT_SPACE_FIRST
		seen_noted = noted[c];
		seen_state = state[c];
#else
		seen_state = state[c];
		seen_noted = noted[c];
#endif
		if
		:: seen_state == ASLEEP -> to[c] = 0
#ifdef PLANT_SWITCHING_SKIPPED
		:: seen_state == SWITCHING -> to[c] = 0
#else
		:: seen_state == SWITCHING
#endif
		:: seen_state == AWAKE -> to[c] = seen_noted == 0
		fi
	:: else
	fi
}

proctype changer()
{
	byte c, n, seen_state, seen_noted;
	bit to[CPUS];
	bit tables;

	for (n : 1 .. CHANGES) {
		if
		:: tables = 0
		:: tables = 1
		fi
		entry = n;
#ifndef PLANT_GENERATION_LATE
		tlb_gen++;
#endif
		for (c : 0 .. CPUS - 1) {
			look_at(c, tables)
		}
#ifdef PLANT_GENERATION_LATE
		tlb_gen++;
#endif
		for (c : 0 .. CPUS - 1) {
			if
			:: to[c] -> asked[c] = 1
			:: else
			fi
		}
		for (c : 0 .. CPUS - 1) {
			!asked[c]
		}
		atomic {
			given_away = n - 1;
			if
			:: tables -> tables_away = n - 1
			:: else
			fi
		}
	}
}

init {
	byte c;

	atomic {
		for (c : 0 .. CPUS - 1) {
			mask[c] = 1;
			cached[c] = NONE;
			run processor(c)
		}
		run changer()
	}
}
