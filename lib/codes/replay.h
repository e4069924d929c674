#pragma once
/* Lines that were in codes (lib/codes/pack.h), as the record stream that they came
 * from. */
#include "lib/base/line.h"
#include "lib/base/sink.h"

#include <stdint.h>

struct replay {
	struct sink *sink;
	unsigned file; /* of the open part; PACK_RECORD: none is open */
	uint32_t rows;
	uint32_t crc32;
	struct line done; /* the record that ends the run, if it has come */
};

void replay_begin(struct replay *replay, struct sink *sink);

/*
 * The next line, as pack_read() passes it on; context is the replay.  Wherever "@done"
 * comes, it is held back to the end.
 */
void replay_line(void *context, unsigned file, const struct line *line);

/* Ends the open part, and the run if it had ended. */
void replay_end(struct replay *replay);
