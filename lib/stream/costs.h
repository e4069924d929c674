#pragma once
/* The part of summary.txt that a screen has room for. */
#include <stddef.h>

#define COSTS_MOST 18u
#define COSTS_COLUMNS 80u

struct costs {
	unsigned count;
	/* Headings, and the first row of each operation that was not skipped. */
	char lines[COSTS_MOST][COSTS_COLUMNS];
	char last[COSTS_COLUMNS]; /* the operation of the last of them */
	/* Of rows that may follow; empty once it is among the lines. */
	char heading[COSTS_COLUMNS];
};

/*
 * The next line of summary.txt: row_to_summary() and row_summary_heading().  A heading
 * whose rows were all skipped is left out, and so is one without room for a row.
 */
void costs_add(struct costs *costs, const char *text, size_t length);
