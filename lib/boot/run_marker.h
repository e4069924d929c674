#pragma once
/*
 * What a start of the program leaves on the stick for the next one, before it measures:
 * which run it was, and where to look for its results.  Text, so that people can read
 * it too; its last line is a checksum.
 */
#include "lib/base/err.h"
#include "lib/base/line.h"
#include "lib/base/text.h"

#define RUN_MARKER_TEXT 104u
#define RUN_MARKER_COPIES 3u

enum run_marker_state {
	RUN_MARKER_NONE,
	RUN_MARKER_PENDING,    /* nobody has seen its results yet */
	RUN_MARKER_DELIVERED,  /* to a volume of the stick */
	RUN_MARKER_SENT,       /* by other ways, a server's too: nothing to look for */
	RUN_MARKER_UNFINISHED, /* looked for and not found */
};

struct run_marker {
	enum run_marker_state state;
	uint32_t machine;  /* that left it */
	uint64_t sequence; /* of two, the higher one is newer */
	char run_id[RUN_MARKER_TEXT];
	char folder[RUN_MARKER_TEXT];       /* below results\, for the files */
	uint64_t nonce;                     /* tells runs of the same id apart */
	uint32_t attempt;                   /* how often a run of this id was begun */
	uint32_t transports;                /* enum transport */
	bool resets;                        /* the program meant to reset by itself */
	uint64_t copies[RUN_MARKER_COPIES]; /* physical addresses; 0: none */
	uint64_t room;                      /* bytes of each */
	uint32_t looks; /* at memory that is in use, begun and not ended */
};

void run_marker_write(const struct run_marker *marker, struct line *text);

/* ERR_DAMAGED if the text is not what run_marker_write() wrote. */
enum err run_marker_read(struct run_marker *marker, const char *text,
                         size_t length) MUST_CHECK;
