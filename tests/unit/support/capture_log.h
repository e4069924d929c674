#pragma once
/*
 * What the reader of the serial line tells, written down as one line for each event, so
 * that it can be compared as text; and streams as the program sends them, with CRCs
 * from zlib.
 */
#include "lib/stream/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#define RUN "@run id-1\n"

static char heard[65536];

static const char *const faults[] = {
	[CAPTURE_WHOLE] = "whole",
	[CAPTURE_CUT] = "cut",
	[CAPTURE_BAD_LINE] = "line",
	[CAPTURE_BAD_END] = "end",
	[CAPTURE_BAD_ROWS] = "rows",
	[CAPTURE_BAD_CRC] = "crc",
	[CAPTURE_NO_BEGINNING] = "no beginning",
	[CAPTURE_BAD_NAME] = "name",
};

static inline void hear(void *context, const struct capture_event *e)
{
	char line[CAPTURE_LINE_MAX + 256];

	(void)context;
	switch (e->kind) {
	case CAPTURE_TEXT:
		snprintf(line, sizeof line, "text %zu %s\n", e->length, e->text);
		break;
	case CAPTURE_RUN:
		snprintf(line, sizeof line, "run %s\n", e->text);
		break;
	case CAPTURE_PROGRESS:
		snprintf(line, sizeof line, "progress %u/%u %s\n", e->number, e->of,
		         e->text);
		break;
	case CAPTURE_ROW:
		snprintf(line, sizeof line, "row %s %s\n", e->name, e->text);
		break;
	case CAPTURE_PART:
		snprintf(line, sizeof line, "part %s %u\n", e->name, e->number);
		break;
	case CAPTURE_DROP:
		snprintf(line, sizeof line, "drop %s %s %u/%u\n", e->name,
		         faults[e->fault], e->number, e->of);
		break;
	case CAPTURE_DONE:
		snprintf(line, sizeof line, "done %u\n", e->number);
		break;
	}
	if (strlen(heard) + strlen(line) < sizeof heard)
		strcat(heard, line);
}

/* Reads count bytes of a stream, in pieces of so many bytes, up to its end. */
static inline const char *read_pieces(const char *bytes, size_t count, size_t piece)
{
	static struct capture capture;

	heard[0] = '\0';
	capture_start(&capture, hear, NULL);
	for (size_t at = 0; at < count; at += piece)
		capture_push(&capture, bytes + at,
		             count - at < piece ? count - at : piece);
	capture_finish(&capture);
	return heard;
}

static inline const char *read_stream(const char *text)
{
	return read_pieces(text, strlen(text), SIZE_MAX / 2);
}

/* A part as the program sends it. */
static inline const char *part(const char *name, const char *rows)
{
	static char text[16384];
	unsigned count = 0;

	for (const char *c = rows; *c; c++)
		count += *c == '\n';
	const unsigned long crc = crc32(0, (const Bytef *)rows, (uInt)strlen(rows));
	snprintf(text, sizeof text, "@file %s\n%s@end %s rows=%u crc32=%08lx\n", name,
	         rows, name, count, crc);
	return text;
}

static inline const char *join(const char *a, const char *b, const char *c)
{
	static char text[32768];
	const int length = snprintf(text, sizeof text, "%s%s%s", a, b, c);

	assert_in_range(length, 0, sizeof text - 1);
	return text;
}
