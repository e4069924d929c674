#pragma once
/*
 * What a start of the program leaves on the stick for the next one, before it measures:
 * which run it was, and where to look for its results.  Text, so that people can read
 * it too; its last line is a checksum.
 */
#include "lib/base/err.h"
#include "lib/base/line.h"
#include "lib/base/text.h"

#define BREADCRUMB_TEXT 104u
#define BREADCRUMB_COPIES 3u

enum breadcrumb_state {
	BREADCRUMB_NONE,
	BREADCRUMB_PENDING, /* nobody has seen its results yet */
	BREADCRUMB_DELIVERED,
	BREADCRUMB_SENT,       /* by other ways: nothing to look for */
	BREADCRUMB_UNFINISHED, /* looked for and not found */
};

struct breadcrumb {
	enum breadcrumb_state state;
	uint32_t machine;  /* that left it */
	uint64_t sequence; /* of two, the higher one is newer */
	char run_id[BREADCRUMB_TEXT];
	char folder[BREADCRUMB_TEXT];       /* below results\, for the files */
	uint64_t nonce;                     /* tells runs of the same id apart */
	uint32_t attempt;                   /* how often a run of this id was begun */
	uint32_t transports;                /* enum transport */
	bool resets;                        /* the program meant to reset by itself */
	uint64_t copies[BREADCRUMB_COPIES]; /* physical addresses; 0: none */
	uint64_t room;                      /* bytes of each */
	uint32_t looks; /* at memory that is in use, begun and not ended */
};

void breadcrumb_write(const struct breadcrumb *breadcrumb, struct line *text);

/* ERR_DAMAGED if the text is not what breadcrumb_write() wrote. */
enum err breadcrumb_read(struct breadcrumb *breadcrumb, const char *text,
                         size_t length) MUST_CHECK;
