#pragma once
/*
 * Whether a processor that should sleep did (pure).  MPERF counts in C0 alone, at a
 * fixed rate that is the TSC's (SDM 3B 16.2 "P-State Hardware Coordination"): what it
 * lacks of the TSC was spent halted.  Residency counters of Intel's deeper states count
 * what was spent there, in ticks of the TSC (SDM 4, MSRs 3FCH to 3FEH).
 */
#include <stdbool.h>
#include <stdint.h>

enum halt_counter {
	HALT_MPERF, /* first: what it counts is not sleep */
	HALT_C3,
	HALT_C6,
	HALT_C7,
	HALT_COUNTERS,
};

/* What one processor has read at one time. */
struct halt_counts {
	uint64_t tsc;
	uint32_t known; /* bit i: counter i was there */
	uint64_t count[HALT_COUNTERS];
	uint64_t aperf; /* 0: not there */
};

/* Less than that is no sleep: half of the time. */
#define HALT_LEAST 500

/* Of a share: no counter, or one that stands still. */
#define HALT_UNKNOWN (-1)

/* Thousandths of the time between the two that counter says were slept. */
int32_t halt_share(const struct halt_counts *before, const struct halt_counts *after,
                   enum halt_counter counter);

/*
 * Thousandths of its nominal frequency at which the processor ran between the two,
 * while it ran: APERF by MPERF, which both stand still in sleep (SDM 3B 16.2).  0: not
 * known.
 */
int64_t halt_frequency(const struct halt_counts *before,
                       const struct halt_counts *after);

/*
 * The share of all states deeper than C1 whose counters are there; HALT_UNKNOWN if none
 * is.  Counters that have never moved count: so they are where the firmware allows no
 * such state.  An emulator may have them and count nothing.
 */
int32_t halt_deep_share(const struct halt_counts *before,
                        const struct halt_counts *after);

/* A share that is known and too small. */
bool halt_refuted(int32_t share);

/* The lower one, known before unknown. */
int32_t halt_lower(int32_t a, int32_t b);

/* States by which rows differ: HLT, and each hint of MWAIT. */
#define HALT_STATES 16u

struct halt_state {
	bool mwait;
	uint32_t hint;
	int32_t lowest[HALT_COUNTERS];
	char names[HALT_COUNTERS][24]; /* in selftest.csv */
};

struct halt_states {
	struct halt_state states[HALT_STATES];
	unsigned count;
};

/* That state, added with nothing known if it is new; NULL: there is no room. */
struct halt_state *halt_state(struct halt_states *states, bool mwait, uint32_t hint);

/* Lowers what the state has seen. */
void halt_note(struct halt_state *state, const struct halt_counts *before,
               const struct halt_counts *after);

/* MWAIT hints from here on are deeper than C1 (SDM 2B "MWAIT": EAX[7:4]). */
#define HALT_DEEP_HINT 0x10u

/*
 * Whether there is something to say of the residency in a state deeper than C1. Without
 * MPERF it is an emulator, which shows 0 where it has no counters.
 */
bool halt_has_residency(const struct halt_state *state, enum halt_counter counter);
