/*
 * Lazy TLB mode by the mask (paging/lazy_mask.c): no processor ever uses a stale
 * translation.  The protocol is `mask`; with INIT_MM it is `mask_init_mm`.
 *
 * One processor changes an entry of space 0 again and again, asks whoever is in the
 * mask, waits for their answers, and gives the old frame away.  The others use pages of
 * space 0 or 1, become lazy, come back; requests interrupt them anywhere.  Versions of
 * the entry stand for frames.
 *
 * With TABLES what is given away is the frame of a table: then a lazy processor, which
 * walks its tables whenever it likes, may not have it cached either.
 *
 * PLANT_... each take one rule of the protocol away: the check must then fail.
 */
#define CPUS 2     /* besides the one that changes entries */
#define SPACES 2
#define CHANGES 2
#define INIT 2     /* of loaded: init_mm's tables */
#define NONE 255

byte entry = 0;        /* version that the tables of space 0 hold */
byte given_away = NONE; /* latest version whose frame is another's now */

bit mask[4];           /* of space s, processor c: s * CPUS + c */
bit asked[CPUS];       /* an interrupt is on its way */
bit awake[CPUS];
byte noted[CPUS];      /* space, as the kernel has noted it */
byte loaded[CPUS];     /* space, in CR3 */
byte cached[CPUS];     /* version in the TLB, of space 0; NONE: not there */

#define IN_MASK(s, c) mask[(s) * CPUS + (c)]

inline drop(c)
{
	cached[c] = NONE
}

/* request(), with interrupts off: nothing comes between but other processors. */
inline request(c)
{
	if
	:: noted[c] != 0
	:: noted[c] == 0 && awake[c] -> drop(c)
	:: noted[c] == 0 && !awake[c] ->
#ifdef PLANT_STAYS_AWAY
		/* Forgets that it did not drop: claims still to be in the mask. */
		skip
#else
		IN_MASK(0, c) = 0;
#ifdef INIT_MM
#ifndef PLANT_KEEPS_TABLES
		atomic { loaded[c] = INIT; drop(c) }
#endif
#endif
#endif
	fi;
	asked[c] = 0
}

/* Where an interrupt may come. */
inline interruptible(c)
{
	if
	:: asked[c] -> request(c)
	:: skip
	fi
}

/* The TLB may fill whenever the tables are loaded: speculation asks nobody. */
inline speculate(c)
{
	if
	:: loaded[c] == 0 && cached[c] == NONE -> cached[c] = entry
#ifdef TABLES
	:: loaded[c] == 0 && cached[c] != NONE ->
		assert(given_away == NONE || cached[c] > given_away)
#endif
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
#ifdef INIT_MM
		assert(loaded[c] == 0)
#endif
	}
}

#ifdef INIT_MM
/* With interrupts off.  Until CR3 is loaded it takes part in the space before. */
inline come_back(c, s)
{
	bool was_in;
	byte before = noted[c];

#ifdef PLANT_LEAVES_FIRST
	/* Linux before 2.6.38. */
	if
	:: before != s -> IN_MASK(before, c) = 0
	:: else
	fi;
#endif
#ifdef PLANT_DROP_FIRST
	was_in = IN_MASK(s, c);
	if
	:: before != s || !was_in -> atomic { loaded[c] = s; drop(c) }
	:: else
	fi;
	speculate(c);
	IN_MASK(s, c) = 1;
#else
	atomic { was_in = IN_MASK(s, c); IN_MASK(s, c) = 1 }
	speculate(c);
	if
#ifdef PLANT_NO_RELOAD
	:: before != s -> atomic { loaded[c] = s; drop(c) }
#else
	:: before != s || !was_in -> atomic { loaded[c] = s; drop(c) }
#endif
	:: else
	fi;
#endif
	speculate(c);
	awake[c] = 1;
	noted[c] = s;
	if
	:: before != s -> IN_MASK(before, c) = 0
	:: else
	fi
}
#else
inline come_back(c, s)
{
	bool was_in;
	byte before = noted[c];

	if
	:: before != s -> IN_MASK(before, c) = 0
	:: else
	fi
	interruptible(c);
	noted[c] = s;
	interruptible(c);
#ifdef PLANT_MASK_FIRST
	atomic { was_in = IN_MASK(s, c); IN_MASK(s, c) = 1 }
	interruptible(c);
	awake[c] = 1;
#else
	awake[c] = 1;
	interruptible(c);
#ifdef PLANT_DROP_FIRST
	if
	:: before != s || !IN_MASK(s, c) -> loaded[c] = s; drop(c)
	:: else
	fi
	interruptible(c);
	speculate(c);
	IN_MASK(s, c) = 1;
	was_in = 1;
#else
	atomic { was_in = IN_MASK(s, c); IN_MASK(s, c) = 1 }
#endif
#endif
	interruptible(c);
	speculate(c);
#ifndef PLANT_DROP_FIRST
	if
	:: before != s -> atomic { loaded[c] = s; drop(c) }
#ifdef PLANT_NO_RELOAD
	:: before == s && !was_in -> skip
#else
	:: before == s && !was_in -> atomic { loaded[c] = s; drop(c) }
#endif
	:: before == s && was_in
	fi
#endif
}
#endif

proctype processor(byte c)
{
	byte space = 0;

	do
	:: asked[c] -> request(c)
	:: awake[c] && noted[c] == 0 -> use(c)
	:: awake[c] -> awake[c] = 0
	:: !awake[c] -> speculate(c)
	:: !awake[c] ->
		if
		:: space = 0
		:: space = 1
		fi
		come_back(c, space)
	:: given_away == CHANGES - 1 && !asked[c] -> break
	od
}

proctype changer()
{
	byte c, n;
	bit to[CPUS];

	for (n : 1 .. CHANGES) {
#ifdef PLANT_MASK_READ_EARLY
		for (c : 0 .. CPUS - 1) {
			to[c] = IN_MASK(0, c)
		}
		entry = n;
#else
		entry = n;
		for (c : 0 .. CPUS - 1) {
			to[c] = IN_MASK(0, c)
		}
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
		given_away = n - 1
	}
}

init {
	byte c;

	atomic {
		for (c : 0 .. CPUS - 1) {
			IN_MASK(0, c) = 1;
			awake[c] = 1;
			cached[c] = NONE;
			run processor(c)
		}
		run changer()
	}
}
