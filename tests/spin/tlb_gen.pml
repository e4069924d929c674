/*
 * Several processors change entries of one address space at once, with generations
 * (paging/tlb_gen.h): a request that is skipped, or dropped as a range, never leaves
 * anybody with a translation whose frame was given away.
 *
 * Processor i owns page i.  Each but the last changes its own page, raises the generation, asks all
 * others and itself, serves requests in any order meanwhile, and gives the old frame
 * away when all have answered.
 *
 * PLANT_... each take one rule away: the check must then fail.
 */
#define CPUS 3
#define CHANGERS 2 /* the first of them; the others only answer */
#define NONE 255

byte tlb_gen = 0;
byte entry[CHANGERS];         /* version that the tables hold, by page */
byte given_away[CHANGERS];    /* latest version whose frame is another's now */
byte cached[CPUS * CHANGERS]; /* of processor c, page p */
byte caught_up[CPUS];     /* generation */
byte asked[CHANGERS];         /* the request of processor i: the generation it made */
byte mailbox[CPUS];       /* a bit for each that asks */
byte missing[CHANGERS];       /* answers, by who asked */

#define CACHED(c, p) cached[(c) * CHANGERS + (p)]

inline use_all(c)
{
	d_step {
		p = 0;
		do
		:: p < CHANGERS ->
			if
			:: CACHED(c, p) == NONE -> CACHED(c, p) = entry[p]
			:: else
			fi
			assert(given_away[p] == NONE || CACHED(c, p) > given_away[p]);
			p++
		:: else -> break
		od;
		p = 0
	}
}

inline drop_all(c)
{
	d_step {
		CACHED(c, 0) = NONE;
		CACHED(c, 1) = NONE
	}
}

/* May fill from any table in between, as speculation does. */
inline may_fill(c)
{
	if
	:: use_all(c)
	:: skip
	fi
}

/* tlb_gen_catch_up() of processor me for the request of processor who. */
inline catch_up(me, who)
{
#ifdef PLANT_DROP_FIRST
	if
	:: asked[who] <= caught_up[me]
	:: else -> drop_all(me); may_fill(me); caught_up[me] = tlb_gen
	fi
#else
	newest = tlb_gen;
	may_fill(me);
	if
	:: asked[who] <= caught_up[me]
#ifdef PLANT_RANGE_ALWAYS
	:: asked[who] > caught_up[me] -> CACHED(me, who) = NONE
#else
	:: asked[who] > caught_up[me] &&
	   asked[who] == caught_up[me] + 1 && asked[who] == newest -> CACHED(me, who) = NONE
	:: asked[who] > caught_up[me] &&
	   !(asked[who] == caught_up[me] + 1 && asked[who] == newest) -> drop_all(me)
#endif
	fi;
	if
	:: asked[who] > caught_up[me] -> caught_up[me] = newest
	:: else
	fi
#endif
}

/* One of those that ask: queues have no order among senders. */
inline serve(c)
{
	if
	:: mailbox[c] & 1 -> i = 0
	:: mailbox[c] & 2 -> i = 1
	fi;
	mailbox[c] = mailbox[c] & ~(1 << i);
	catch_up(c, i);
	atomic { missing[i]--; i = 0; newest = 0 }
}

inline change(c)
{
#ifdef PLANT_GENERATION_FIRST
	atomic { tlb_gen++; asked[c] = tlb_gen }
	may_fill(c);
	entry[c] = 1;
#else
	entry[c] = 1;
	may_fill(c);
	atomic { tlb_gen++; asked[c] = tlb_gen }
#endif
	d_step {
		missing[c] = CPUS - 1;
		p = 0;
		do
		:: p < CPUS ->
			if
			:: p != c -> mailbox[p] = mailbox[p] | (1 << c)
			:: else
			fi
			p++
		:: else -> break
		od;
		p = 0
	}
	/* Requests of others may come before its own flush. */
	do
	:: mailbox[c] != 0 -> serve(c)
	:: break
	od;
	catch_up(c, c);
	do
	:: mailbox[c] != 0 -> serve(c)
	:: missing[c] == 0 -> break
	od;
	given_away[c] = 0
}

proctype processor(byte c)
{
	byte p, i, newest;

	use_all(c);
	if
	:: c < CHANGERS -> change(c)
	:: else
	fi;
	do
	:: mailbox[c] != 0 -> serve(c)
	:: use_all(c);
		if
		:: given_away[0] == 0 && given_away[1] == 0 -> break
		:: else
		fi
	od
}

init {
	byte c;

	atomic {
		for (c : 0 .. CPUS * CHANGERS - 1) {
			cached[c] = NONE
		}
		for (c : 0 .. CHANGERS - 1) {
			given_away[c] = NONE
		}
		for (c : 0 .. CPUS - 1) {
			run processor(c)
		}
	}
}
