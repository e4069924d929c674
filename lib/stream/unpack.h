#pragma once
/* Files out of a record stream that is in memory. */
#include "lib/base/text.h"
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

/* What there is in a stream, each file with its whole parts one behind the other. */
struct unpacked {
	struct text_slice files[FILE_COUNT]; /* empty: there is nothing of it */
	/* What was said between them, records of beginning, progress and end too. */
	struct text_slice console;
	struct unpack_run run;
};

/*
 * What to needs beyond the bytes of the stream: the part that held the names of the
 * columns may be missing, and they come first all the same; and a last line end.
 */
#define UNPACK_EXTRA (FILE_COUNT * (size_t)LINE_CAPACITY + 1)

/* Goes through the stream twice: for how much of what there is, and to write it. */
void unpack(struct capture *capture, const char *stream, size_t length, char *to,
            struct unpacked *unpacked);
