#pragma once
/* Files out of a record stream that is in memory. */
#include "lib/stream/capture.h"
#include "lib/stream/record.h"

/* What there is of a run besides its files. */
#define UNPACK_STEP 128u

struct unpack_run {
	bool done;       /* it has ended by itself */
	uint32_t status; /* of @done */
	/* Of the last @progress; steps is 0 if there was none. */
	uint32_t step, steps;
	char name[UNPACK_STEP];
};

/*
 * The whole parts of a file, one behind the other; returns its length, 0 if there is
 * nothing of it.  to needs as many bytes as the stream has, and LINE_CAPACITY more: the
 * part that held the names of the columns may be missing, and they come first all the
 * same.
 */
size_t unpack_file(struct capture *capture, const char *stream, size_t length,
                   enum file file, char *to);

/*
 * What was said between the files, records of the run's beginning, progress and end
 * among it.  to needs as many bytes as the stream has, and one more.
 */
size_t unpack_console(struct capture *capture, const char *stream, size_t length,
                      char *to, struct unpack_run *run);
