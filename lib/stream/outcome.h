#pragma once
/* What to say about a run in a few lines, from the files it has left. */
#include "lib/base/line.h"
#include "lib/base/text.h"
#include "lib/stream/costs.h"
#include "lib/stream/unpack.h"

struct outcome {
	uint32_t measured, skipped,
		failed;    /* rows of results.csv; timeouts are failed */
	uint32_t refused;  /* must cells of verify.csv that failed */
	bool timing_valid; /* of machine.csv: of hardware */
	bool is_guest;     /* or for this guest */
	char timing_reason[96];
	char board[64], processor[64]; /* of machine.csv; empty: not known */
	struct costs costs;            /* of summary.txt */
};

/* Takes a row of a file into account: names of columns count for nothing. */
void outcome_row(struct outcome *outcome, enum file file, struct text_slice row);

/* All rows of a file. */
void outcome_file(struct outcome *outcome, enum file file, struct text_slice text);

/*
 * PASS, FAILED or INCOMPLETE with the reason, under these flags of its header.  Of a
 * run that did not end by itself, the last step that is known, too.
 */
void outcome_verdict(const struct unpack_run *run, uint32_t flags, struct line *text);

/* How many rows there are of which kind, in a line without its end. */
void outcome_put_rows(const struct outcome *outcome, struct line *text);

/* "valid", "valid for this guest" or "NOT valid". */
const char *outcome_timing(const struct outcome *outcome);

/* The second and third line: rows, timing. */
void outcome_write(const struct outcome *outcome, struct line *text);
