/*
 * Several processors change entries and ask each other to drop translations at once
 * (bench/harness/remote/shootdown.h): nobody waits for ever, and nobody uses a translation
 * whose frame was given away.
 *
 * Processor i owns page i.  Each reads through all pages, then changes its own, fills its
 * request, puts its number into every other's mailbox, sends, and waits for the answers,
 * serving its own mailbox meanwhile.  With LOCK one at a time may do so; whoever waits
 * for the lock serves as well: itself, with interrupts off.  With IRQS_ON they are on, and the
 * handler does, between any two steps; then only that one sends an interrupt whose number
 * was the first in the mailbox.
 *
 * PLANT_... each take one rule of the protocol away: the check must then fail.
 */
#define CPUS 3
#ifdef IRQS_ON
#define CHANGERS 2 /* the first of them; the other only answers */
#else
#define CHANGERS 3
#endif
#define NONE 255

byte entry[CPUS];         /* version that the tables hold, by page */
byte given_away[CPUS];    /* latest version whose frame is another's now */
byte cached[CPUS * CPUS]; /* of processor c, page p: c * CPUS + p */
byte mailbox[CPUS];       /* a bit for each that asks */
byte missing[CPUS];       /* answers, by who asked */
bit signalled[CPUS];      /* an interrupt is on its way */
bit locked;

#define CACHED(c, p) cached[(c) * CPUS + (p)]

/* What the interrupt does, and what whoever waits does without one. */
inline serve(c)
{
	atomic { bits = mailbox[c]; mailbox[c] = 0 }
	for (i : 0 .. CPUS - 1) {
		if
		:: bits & (1 << i) ->
#ifdef PLANT_ANSWER_WITHOUT
			missing[i]--
#else
			CACHED(c, i) = NONE;
			missing[i]--
#endif
		:: else
		fi
	}
	bits = 0;
	i = 0
}

inline use_all(c)
{
	byte p;

	for (p : 0 .. CPUS - 1) {
		d_step {
			if
			:: CACHED(c, p) == NONE -> CACHED(c, p) = entry[p]
			:: else
			fi
			assert(given_away[p] == NONE || CACHED(c, p) > given_away[p])
		}
	}
	p = 0
}

/* A number in a mailbox; to[t]: an interrupt is due. */
inline ask(c, t)
{
	atomic {
#ifdef IRQS_ON
		to[t] = mailbox[t] == 0;
#else
		to[t] = 1;
#endif
		mailbox[t] = mailbox[t] | (1 << c)
	}
}

/* The handler comes, or not. */
inline may_take(c)
{
#ifdef IRQS_ON
	if
	:: signalled[c] -> signalled[c] = 0; serve(c)
	:: skip
	fi
#else
	skip
#endif
}

inline change(c)
{
	entry[c] = entry[c] + 1;
	may_take(c);
#ifdef PLANT_MAIL_FIRST
	for (t : 0 .. CPUS - 1) {
		if
		:: t != c -> ask(c, t)
		:: else
		fi
	}
	missing[c] = CPUS - 1;
#else
	missing[c] = CPUS - 1;
#ifdef PLANT_SIGNAL_FIRST
	for (t : 0 .. CPUS - 1) {
		if
		:: t != c && mailbox[t] == 0 -> signalled[t] = 1
		:: else
		fi
	}
#endif
	for (t : 0 .. CPUS - 1) {
		if
		:: t != c -> ask(c, t); may_take(c)
		:: else
		fi
	}
#endif
#ifndef PLANT_SIGNAL_FIRST
	for (t : 0 .. CPUS - 1) {
		if
		:: t != c && to[t] -> signalled[t] = 1; to[t] = 0; may_take(c)
		:: else
		fi
	}
#endif
	t = 0;
	CACHED(c, c) = NONE;
#ifndef PLANT_NO_WAIT
	do
	:: missing[c] == 0 -> break
#ifndef PLANT_DEAF
#ifdef IRQS_ON
	:: missing[c] != 0 && signalled[c] -> signalled[c] = 0; serve(c)
#else
	:: missing[c] != 0 && mailbox[c] != 0 -> serve(c)
#endif
#endif
	od;
#endif
	given_away[c] = entry[c] - 1
}

proctype processor(byte c)
{
	byte bits, i, t;
	bit to[CPUS];

	use_all(c);
	if
	:: c >= CHANGERS -> goto answer
	:: else
	fi;
#ifdef LOCK
	do
	:: atomic { !locked -> locked = 1 }; break
#ifndef PLANT_DEAF_TO_LOCK
#ifdef IRQS_ON
	:: locked && signalled[c] -> signalled[c] = 0; serve(c)
#else
	:: locked && mailbox[c] != 0 -> serve(c)
#endif
#endif
	od;
#endif
	change(c);
#ifdef LOCK
	locked = 0;
#endif
answer:
	/* Interrupts are on again; one that finds nothing is all right. */
	use_all(c);
	do
	:: signalled[c] -> signalled[c] = 0; serve(c); use_all(c)
	:: (given_away[0] == 0 && given_away[1] == 0 &&
	    (CHANGERS == 2 || given_away[2] == 0) && !signalled[c]) -> break
	od
}

init {
	byte c;

	atomic {
		for (c : 0 .. CPUS * CPUS - 1) {
			cached[c] = NONE
		}
		for (c : 0 .. CPUS - 1) {
			given_away[c] = NONE
		}
		for (c : 0 .. CPUS - 1) {
			run processor(c)
		}
	}
}
