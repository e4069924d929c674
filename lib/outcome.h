#pragma once
/* What to say about a run in a few lines, from the files it has left. */
#include "lib/line.h"
#include "lib/text.h"

struct outcome {
	uint32_t measured, skipped, failed; /* rows of results.csv */
	bool timing_valid;                  /* of machine.csv */
	char timing_reason[96];
};

/* Counts the rows of results.csv. */
void outcome_rows(struct outcome *outcome, struct text_slice results);

/* Looks for the verdict on the clock in machine.csv. */
void outcome_timing(struct outcome *outcome, struct text_slice machine);

/*
 * PASS, FAILED or INCOMPLETE with the reason.  done is whether the run ended by itself,
 * status what it ended with; cut, that there was no room for all of it.
 */
const char *outcome_verdict(bool done, uint32_t status, bool cut);

/* The second and third line: rows, timing. */
void outcome_write(const struct outcome *outcome, struct line *text);
