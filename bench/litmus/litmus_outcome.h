#pragma once
/*
 * What rounds of a litmus test have ended with, and what that says of the machine.
 * Pure.
 */
#include "bench/litmus/litmus_test.h"

/* All that an outcome may ask for, when a round is over; of words and entries the low
 * byte. */
struct litmus_end {
	uint8_t registers[LITMUS_REGISTERS];
	uint8_t frames[LITMUS_FRAMES];
	uint8_t entries[LITMUS_PAGES];
};

bool litmus_is_asked(const struct litmus_test *test, const struct litmus_end *end);

/* Rounds by what they ended with; only what the test's conditions name is told apart.
 */
#define LITMUS_OUTCOMES 24u

struct litmus_count {
	struct litmus_end end;
	uint64_t rounds;
};

struct litmus_histogram {
	uint64_t rounds, asked; /* all of them, and those with the outcome asked for */
	uint64_t others;        /* with an outcome there was no room for */
	struct litmus_end last; /* all of it, whatever the conditions name */
	uint64_t changes;       /* rounds that ended otherwise than the one before */
	uint64_t witnessed[LITMUS_WITNESSES];
	unsigned count;
	struct litmus_count counts[LITMUS_OUTCOMES];
};

/*
 * Returns whether the outcome was the one that the test asks for; whether the round
 * ended otherwise than the last one is in changes.
 */
bool litmus_count(struct litmus_histogram *histogram, const struct litmus_test *test,
                  const struct litmus_end *end);

/* "r0=0 r1=1 v=2": what the conditions name, each once, in their order. */
struct line;
void litmus_end_text(struct line *line, const struct litmus_test *test,
                     const struct litmus_end *end);

enum litmus_finding {
	FINDING_NEVER,        /* forbidden, and not seen where it would have been */
	FINDING_SEEN,         /* permitted, and seen */
	FINDING_INCONCLUSIVE, /* not seen, and nothing shows that it would have been */
	FINDING_FORBIDDEN,    /* forbidden, and seen */
	FINDING_SKIPPED,      /* no round was run to its end */
};

const char *litmus_finding_name(enum litmus_finding finding);

/* Fewer rounds say nothing that was not seen. */
#define LITMUS_FEWEST 50u

/*
 * control is what the test's control has ended with; NULL if it has none.  Then its
 * witnesses must have been seen.  One without either is believed if the second
 * processor has nothing to do.
 */
enum litmus_finding litmus_judge(const struct litmus_test *test,
                                 const struct litmus_histogram *found,
                                 const struct litmus_histogram *control);
