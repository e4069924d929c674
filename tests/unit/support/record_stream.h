#pragma once
/*
 * A record written to memory and read back by the reader of the serial line, which
 * gathers each file's whole parts.
 */
#include "lib/stream/capture.h"
#include "lib/stream/record.h"
#include "tests/unit/support/unit.h"

#define STREAM_BYTES 65536u

struct gathered {
	char text[STREAM_BYTES]; /* whole parts, and behind them the open one */
	size_t whole, open;      /* bytes */
	unsigned parts, dropped;
};

static struct {
	char stream[STREAM_BYTES];
	size_t length;
	struct gathered files[FILE_COUNT];
	char run[128], progress[128], console[1024];
	unsigned status;
} heard;

static inline void stream_write(struct sink *sink, const char *text, size_t length)
{
	(void)sink;
	assert_true(heard.length + length <= STREAM_BYTES);
	memcpy(heard.stream + heard.length, text, length);
	heard.length += length;
}

/* A record that writes to memory; forgets all that was heard before. */
static inline struct record *stream_record(void)
{
	static struct sink sink = { "memory", stream_write };
	static struct record record;

	memset(&heard, 0, sizeof heard);
	record = (struct record){ 0 };
	record_add_sink(&record, &sink);
	return &record;
}

static inline struct gathered *gathered(const char *name)
{
	for (unsigned i = 0; i < FILE_COUNT; i++)
		if (strcmp(name, file_name((enum file)i)) == 0)
			return &heard.files[i];
	fail_msg("no file %s", name);
	return NULL;
}

static inline void gather_row(const struct capture_event *event)
{
	struct gathered *const file = gathered(event->name);
	char *const to = file->text + file->whole + file->open;

	memcpy(to, event->text, event->length);
	to[event->length] = '\n';
	file->open += event->length + 1;
}

static inline void gather(void *context, const struct capture_event *event)
{
	(void)context;
	if (event->kind == CAPTURE_ROW) {
		gather_row(event);
	} else if (event->kind == CAPTURE_PART) {
		struct gathered *const file = gathered(event->name);

		file->whole += file->open;
		file->open = 0;
		file->parts++;
	} else if (event->kind == CAPTURE_DROP) {
		struct gathered *const file = gathered(event->name);

		file->open = 0;
		file->dropped++;
	} else if (event->kind == CAPTURE_DONE) {
		heard.status = event->number;
	} else if (event->kind == CAPTURE_RUN) {
		strcpy(heard.run, event->text);
	} else if (event->kind == CAPTURE_PROGRESS) {
		snprintf(heard.progress, sizeof heard.progress, "%u/%u %s",
		         event->number, event->of, event->text);
	} else {
		strcat(strcat(heard.console, event->text), "\n");
	}
}

/* Reads back all that was written; each file's text ends with a NUL. */
static inline void stream_read(void)
{
	static struct capture capture;

	capture_start(&capture, gather, NULL);
	capture_push(&capture, heard.stream, heard.length);
	capture_finish(&capture);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		heard.files[i].text[heard.files[i].whole] = '\0';
}
