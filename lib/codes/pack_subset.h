#pragma once
/*
 * A run for a place that is small: codes as a screen shows them, with what is worth
 * most first.  What does not go in is named in a line of its own.
 */
#include "lib/codes/pack.h"
#include "lib/stream/capture.h"

struct pack_subset {
	struct pack pack;
	struct capture capture;
	struct pack_state before_file;
	unsigned file;     /* that is being packed */
	bool overflows;    /* it does */
	uint32_t left_out; /* a bit for each file, all or some of it */
};

/*
 * Packs a record stream into `most` codes of room bytes; returns how many it took.  Of
 * results.csv come as many rows as there is room for, every other file as a whole or
 * not at all.
 */
unsigned pack_subset_run(struct pack_subset *subset, const char *stream, size_t length,
                         size_t room, unsigned most, const char *run_id);
