#pragma once
/*
 * Two processors that run a litmus test, round by round; or one, where only the first
 * thread has steps.
 *
 * A round: the boot processor puts entries and words back; both drop the translations
 * of the round before, and read some of the pages, so that a translation is there or is
 * not, as a test's model has it; both begin at one time of the TSC, one of them a
 * random while later; both meet, and the boot processor looks what has come of it.  By
 * how much they are apart is drawn from widths that double; half of the rounds take the
 * width that has made outcomes change most often.
 *
 * Interrupts are off but in tests that send one.  Every wait is bounded.
 */
#include "bench/harness/smp/smp_start.h"
#include "bench/harness/space/workspace.h"
#include "bench/litmus/litmus_pages.h"
#include "lib/base/random.h"

/* What a processor runs, where it stands: its own to write but for the arguments. */
struct litmus_side {
	_Alignas(SMP_LINE) _Atomic uint32_t met; /* meetings it has come to */
	uint32_t vector;       /* of the exception that ended its steps, 0: none */
	uint32_t prime_vector; /* and of one before them */
	uint64_t began, ended; /* on its own clock */
	_Alignas(SMP_LINE) struct litmus_args args;
	litmus_code *code;
};

/* One round, published by the boot processor: see above. */
struct litmus_round {
	_Alignas(SMP_LINE) const struct litmus_instance *instance;
	uint64_t start;     /* on the boot processor's clock */
	uint32_t late[2];   /* ticks */
	uint32_t primed[2]; /* pages, as bits */
};

#define LITMUS_WIDTHS 8u

struct litmus_skew {
	uint64_t rounds[LITMUS_WIDTHS], changes[LITMUS_WIDTHS];
};

/* The first round that ended with a forbidden outcome. */
struct litmus_kept {
	bool is_kept;
	uint64_t round;
	struct litmus_end end;
	uint64_t entries[LITMUS_PAGES];
	/* Ticks from the start at which each began and ended, on its own clock. */
	int64_t began[2], ended[2];
	uint32_t late[2];
};

struct litmus_pair {
	const struct litmus_test *test;
	const struct litmus_pages *pages;
	struct smp *smp;
	struct smp_cpu *member; /* NULL: there is one processor */
	uint64_t root;
	uint64_t timeout;  /* ticks */
	int64_t offset;    /* the member's clock less the boot processor's */
	uint32_t features; /* enum feature */
	bool is_on_metal;
	bool relaxes; /* waits with PAUSE: an emulator goes on with another there */
	bool pcide, sends, x2apic;
	struct apic_command command;
	uint8_t *code_written; /* of three functions */
	uint64_t code_read;
	uint32_t block; /* rounds of the job that runs */
	struct random random;
	struct litmus_skew skew;
	struct litmus_round round;
	struct litmus_side sides[2];
	struct litmus_args handler_args;
	litmus_code *handler; /* NULL: an interrupt does nothing */
	struct invpcid_descriptor descriptor;
	struct litmus_histogram histogram;
	struct litmus_kept kept;
	uint32_t unanswered; /* rounds in a row in which an awaited step did not come */
	/* The block ends before its rounds are done: the member need not wait. */
	_Atomic bool is_over;
	uint32_t spoiled;   /* blocks that an interrupt ended, lost or doubled */
	const char *reason; /* why it could not go on; NULL */
};

/* What all tests of a pair have in common; the rest is filled by litmus_pair_run(). */
struct litmus_setting {
	const struct litmus_pages *pages;
	struct smp *smp;
	struct smp_cpu *member; /* NULL: there is one processor */
	struct workspace *workspace;
	const struct machine *machine;
	uint64_t seed;
};

/* Room of the workspace for its code; false if there is none. */
bool litmus_pair_open(struct litmus_pair *pair, const struct litmus_setting *setting);

/*
 * So many rounds of a test, into pair->histogram and pair->kept, or as many as could be
 * run until pair->reason.  The member is lost if it did not meet in time.
 */
void litmus_pair_run(struct litmus_pair *pair, const struct litmus_test *test,
                     uint64_t rounds);

/* Why a test cannot be run on a machine; NULL if it can. */
const char *litmus_lacks(const struct litmus_test *test,
                         const struct litmus_pair *pair);
