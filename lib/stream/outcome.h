#pragma once
/* What to say about a run in a few lines, from the files it has left. */
#include "lib/base/line.h"
#include "lib/base/text.h"
#include "lib/stream/costs.h"
#include "lib/stream/unpack.h"

struct outcome {
	uint32_t measured, skipped, failed; /* rows of results.csv */
	uint32_t refused;                   /* must cells of verify.csv that failed */
	bool timing_valid;                  /* of machine.csv */
	char timing_reason[96];
	struct costs costs; /* of summary.txt */
};

/* Counts the rows of results.csv. */
void outcome_rows(struct outcome *outcome, struct text_slice results);

/* Counts the verifications that failed, of verify.csv. */
void outcome_verify(struct outcome *outcome, struct text_slice verify);

/* Keeps what a screen has room for, of summary.txt. */
void outcome_costs(struct outcome *outcome, struct text_slice summary);

/* Looks for the verdict on the clock in machine.csv. */
void outcome_timing(struct outcome *outcome, struct text_slice machine);

/*
 * PASS, FAILED or INCOMPLETE with the reason, under these flags of its header.  Of a
 * run that did not end by itself, the last step that is known, too.
 */
void outcome_verdict(const struct unpack_run *run, uint32_t flags, struct line *text);

/* The second and third line: rows, timing. */
void outcome_write(const struct outcome *outcome, struct line *text);
