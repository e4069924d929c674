#pragma once
/*
 * The rate of the TSC: what CPUID says, checked against what timers show.  A
 * disagreement is reported, not resolved by choosing.
 */
#include <stdbool.h>
#include <stdint.h>

/* In the order in which they are believed. */
enum rate_source {
	RATE_CPUID, /* leaf 15H with the crystal's frequency: exact */
	RATE_PM_TIMER,
	RATE_HPET,
	RATE_PIT,
	RATE_HYPERVISOR, /* what the hypervisor says: nominal, like the next */
	RATE_P0,         /* what AMD's P-state 0 asks for */
	RATE_CPUID_BASE, /* leaf 16H: nominal, up to 0.2 % off */
	RATE_SOURCES,
};

/* More than this between two sources is a conflict. */
#define RATE_CONFLICT_PPM 500u
/*
 * A nominal rate may be off by more, and then says nothing; by a tenth, and with nobody
 * else to ask, it or the one source there is must be wrong.
 */
#define RATE_NOMINAL_FAR_PPM 100000u

struct tsc_rate {
	uint64_t hz[RATE_SOURCES]; /* 0: that source says nothing */
	uint64_t best;             /* of the first source that speaks; 0: none does */
	enum rate_source source;   /* best's */
	bool checked;              /* a second source confirms it, or contradicts */
	bool timed;                /* one of the two is a timer */
	uint32_t disagreement_ppm; /* largest, of any that is counted from best */
	bool conflict;
};

const char *rate_source_name(enum rate_source source);

/*
 * SDM 2A "CPUID—CPU Identification", leaf 15H; zeros if it does not exist.  0 if it
 * does not say enough: client Skylake leaves the crystal out, and leaf 16H, which
 * others then take for it, is 0.2 % off there.
 */
uint64_t rate_from_cpuid(uint32_t denominator, uint32_t numerator, uint32_t crystal_hz);

/* TSC ticks per second from ticks counted while a timer of timer_hz went on by steps.
 */
uint64_t rate_from_timer(uint64_t ticks, uint64_t timer_hz, uint64_t steps);

/*
 * The rate that MSR C001_0064 asks for P-state 0, at which the TSC of these families
 * counts: 17h and 19h have a frequency ID and a divisor (Processor Programming
 * References, "Core::X86::Msr::PStateDef", CoreCOF = CpuFid / CpuDfsId * 200 MHz), 1Ah
 * an ID in steps of 5 MHz.  0 for others, and where that P-state is not enabled.
 */
uint64_t rate_from_p0(uint32_t family, uint64_t pstate);

/* True if fewer than two of the sources before the PIT speak: then it is to be asked.
 */
bool rate_wants_pit(const struct tsc_rate *rate);

/*
 * Fills in all but hz from hz.  A nominal source confirms another if it agrees with it;
 * if not it proves nothing, since clocks with a spread spectrum run 0.25 % below it and
 * firmware may have changed it since the TSC was started.
 */
void rate_vote(struct tsc_rate *rate);

/* Parts per million by which two rates, neither 0, differ; at most UINT32_MAX. */
uint32_t rate_ppm(uint64_t a, uint64_t b);
