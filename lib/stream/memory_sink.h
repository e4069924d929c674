#pragma once
/*
 * The record stream in memory, as far as there is room.  Samples come behind each
 * benchmark, and must not push out the rows of those to come: a part of theirs that
 * does not fit is left out as if it had never begun.
 */
#include "lib/base/sink.h"

#include <stdbool.h>

enum memory_part { PART_OTHER, PART_SAMPLES, PART_LEFT_OUT };

struct memory_sink {
	struct sink sink;
	char *bytes;
	size_t capacity;
	size_t length;
	bool full;           /* something did not fit: nothing is taken from then on */
	bool lacks_samples;  /* parts of samples.csv were left out */
	size_t samples_room; /* bytes that such parts may take in all */
	size_t samples;      /* that whole ones have taken */
	/* Of the line that is being written. */
	enum memory_part part;
	size_t mark;   /* length where the part of samples began */
	bool is_end;   /* it is the last of its part */
	bool is_begun; /* what comes is the rest of it */
};

void memory_sink_open(struct memory_sink *memory, char *bytes, size_t capacity);

/* Keeps so much of the capacity for what is no samples. */
void memory_sink_reserve(struct memory_sink *memory, size_t bytes);
