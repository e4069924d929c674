#include "lib/stream/unpack.h"

#include "lib/base/line.h"
#include "lib/base/text.h"

#include <string.h>

struct unpacking {
	const char *name;
	const char *columns; /* NULL: it has none */
	char *to;
	size_t length; /* of what is whole */
	size_t open;   /* of the part behind it */
	struct unpack_run run;
};

static void put(struct unpacking *unpacking, const char *text, size_t length)
{
	memcpy(unpacking->to + unpacking->length + unpacking->open, text, length);
	unpacking->open += length;
}

/*
 * Only the first part of a file has the names of its columns, and that is left out
 * where there is no room for the samples in it.
 */
static void put_columns(struct unpacking *unpacking, const char *row)
{
	struct line line;

	if (unpacking->length + unpacking->open != 0 || unpacking->columns == NULL ||
	    text_equal(row, unpacking->columns))
		return;
	line_clear(&line);
	line_put(&line, unpacking->columns);
	line_put_char(&line, '\n');
	put(unpacking, line.text, line.length);
}

static void take_file(void *context, const struct capture_event *event)
{
	struct unpacking *const unpacking = context;

	if (event->name == NULL || !text_equal(event->name, unpacking->name))
		return;
	if (event->kind == CAPTURE_ROW) {
		put_columns(unpacking, event->text);
		put(unpacking, event->text, event->length);
		put(unpacking, "\n", 1);
	} else if (event->kind == CAPTURE_PART) {
		unpacking->length += unpacking->open;
		unpacking->open = 0;
	} else if (event->kind == CAPTURE_DROP) {
		unpacking->open = 0;
	}
}

size_t unpack_file(struct capture *capture, const char *stream, size_t length,
                   enum file file, char *to)
{
	struct unpacking unpacking = {
		.name = file_name(file),
		.columns = file_columns(file),
		.to = to,
	};

	capture_start(capture, take_file, &unpacking);
	capture_push(capture, stream, length);
	capture_finish(capture);
	return unpacking.length;
}

/* A record that has come apart into an event, as the line it was. */
static void put_record(struct unpacking *unpacking, const struct capture_event *event)
{
	struct line line;

	line_clear(&line);
	if (event->kind == CAPTURE_RUN)
		line_put(&line, "@run ");
	if (event->kind == CAPTURE_DONE)
		line_put(&line, "@done ");
	if (event->kind == CAPTURE_PROGRESS)
		line_put(&line, "@progress ");
	if (event->kind != CAPTURE_RUN)
		line_put_u64(&line, event->number);
	if (event->kind == CAPTURE_PROGRESS) {
		line_put_char(&line, ' ');
		line_put_u64(&line, event->of);
		line_put_char(&line, ' ');
	}
	put(unpacking, line.text, line.length);
	if (event->kind != CAPTURE_DONE)
		put(unpacking, event->text, event->length);
	put(unpacking, "\n", 1);
}

static void take_console(void *context, const struct capture_event *event)
{
	struct unpacking *const unpacking = context;

	switch (event->kind) {
	case CAPTURE_TEXT:
		put(unpacking, event->text, event->length);
		put(unpacking, "\n", 1);
		break;
	case CAPTURE_DONE:
		unpacking->run.done = true;
		unpacking->run.status = event->number;
		put_record(unpacking, event);
		break;
	case CAPTURE_PROGRESS:
		unpacking->run.step = event->number;
		unpacking->run.steps = event->of;
		text_copy(unpacking->run.name, sizeof unpacking->run.name, event->text);
		put_record(unpacking, event);
		break;
	case CAPTURE_RUN:
		put_record(unpacking, event);
		break;
	default:
		break;
	}
}

size_t unpack_console(struct capture *capture, const char *stream, size_t length,
                      char *to, struct unpack_run *run)
{
	struct unpacking unpacking = { .to = to };

	capture_start(capture, take_console, &unpacking);
	capture_push(capture, stream, length);
	capture_finish(capture);
	*run = unpacking.run;
	return unpacking.open;
}
