#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_LINE_MAX 4096u /* bytes before the '\n', a '\r' included */
#define CAPTURE_NAME_MAX 63u

enum capture_kind {
	/* text: a console line, possibly with NUL bytes; never a signal of LAVA */
	CAPTURE_TEXT,
	CAPTURE_RUN,      /* text: the id */
	CAPTURE_PROGRESS, /* text: the name of step `number` of `of` */
	CAPTURE_ROW,      /* text: a line of file `name`, not yet known to be whole */
	CAPTURE_PART, /* the rows of `name` since the last part are whole: `number` */
	CAPTURE_DROP, /* they are not, for the reason in `fault`: forget them */
	CAPTURE_DONE, /* number: the status */
};

enum capture_fault {
	CAPTURE_WHOLE,
	CAPTURE_CUT,          /* something else came where its rows or @end belong */
	CAPTURE_BAD_LINE,     /* a line is too long, or holds a NUL byte */
	CAPTURE_BAD_END,      /* the numbers of its @end cannot be read */
	CAPTURE_BAD_ROWS,     /* `number` rows came, @end says `of` */
	CAPTURE_BAD_CRC,      /* as many rows as @end says, but not the same ones */
	CAPTURE_NO_BEGINNING, /* an @end without its @file */
	CAPTURE_BAD_NAME,     /* not a plain name: refused, its rows are skipped */
};

struct capture_event {
	enum capture_kind kind;
	enum capture_fault fault;
	const char *name;
	const char *text; /* NUL-terminated too; valid during the call only */
	size_t length;
	uint32_t number;
	uint32_t of;
};

enum capture_state {
	CAPTURE_OUTSIDE, /* no run yet, or no more: only @run is a record */
	CAPTURE_RUNNING,
	CAPTURE_IN_PART,
	CAPTURE_IN_REFUSED,
};

struct capture {
	void (*notify)(void *context, const struct capture_event *event);
	void *context;
	enum capture_state state;
	enum capture_fault fault; /* of the open part, the first one found */
	uint32_t rows;
	uint32_t crc;
	size_t length;
	bool damaged; /* the line is too long, or holds a NUL byte */
	char name[CAPTURE_NAME_MAX + 1];
	char line[CAPTURE_LINE_MAX + 1];
};

void capture_start(struct capture *capture,
                   void (*notify)(void *, const struct capture_event *), void *context);
void capture_push(struct capture *capture, const void *bytes, size_t count);
void capture_finish(struct capture *capture);
