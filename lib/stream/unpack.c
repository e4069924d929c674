#include "lib/stream/unpack.h"

#include "lib/base/line.h"
#include "lib/base/text.h"

#include <string.h>

/* A file, or the console, as it comes out. */
struct piece {
	size_t at;     /* its place in the buffer */
	size_t length; /* of what is whole */
	size_t open;   /* of the part behind it */
	size_t most;   /* that both have ever been */
};

#define CONSOLE FILE_COUNT

struct unpacking {
	char *to; /* NULL: only lengths are wanted */
	struct piece pieces[FILE_COUNT + 1];
	struct unpack_run run;
};

static void put(struct unpacking *unpacking, unsigned file, const char *text,
                size_t length)
{
	struct piece *const piece = &unpacking->pieces[file];
	const size_t used = piece->length + piece->open;

	if (unpacking->to != NULL)
		memcpy(unpacking->to + piece->at + used, text, length);
	piece->open += length;
	if (piece->most < used + length)
		piece->most = used + length;
}

static void put_line(struct unpacking *unpacking, unsigned file, const char *text,
                     size_t length)
{
	put(unpacking, file, text, length);
	put(unpacking, file, "\n", 1);
}

/*
 * Only the first part of a file has the names of its columns, and that is left out
 * where there is no room for the samples in it.
 */
static void put_columns(struct unpacking *unpacking, enum file file, const char *row)
{
	const struct piece *const piece = &unpacking->pieces[file];
	const char *const columns = file_columns(file);

	if (piece->length + piece->open != 0 || columns == NULL ||
	    text_equal(row, columns))
		return;
	put_line(unpacking, file, columns, text_length(columns));
}

static void take_file(struct unpacking *unpacking, const struct capture_event *event)
{
	const enum file file = file_named(event->name);
	struct piece *const piece = &unpacking->pieces[file];

	if (file == FILE_COUNT)
		return;
	if (event->kind == CAPTURE_ROW) {
		put_columns(unpacking, file, event->text);
		put_line(unpacking, file, event->text, event->length);
	} else if (event->kind == CAPTURE_PART) {
		piece->length += piece->open;
		piece->open = 0;
	} else if (event->kind == CAPTURE_DROP) {
		piece->open = 0;
	}
}

/* A record that has come apart into an event, as the line it was. */
static void put_record(struct unpacking *unpacking, const struct capture_event *event)
{
	struct line line;

	line_clear(&line);
	if (event->kind == CAPTURE_RUN)
		line_put(&line, "@run ");
	else if (event->kind == CAPTURE_DONE)
		line_format(&line, "@done %u", event->number);
	else
		line_format(&line, "@progress %u %u ", event->number, event->of);
	put(unpacking, CONSOLE, line.text, line.length);
	if (event->kind != CAPTURE_DONE)
		put(unpacking, CONSOLE, event->text, event->length);
	put(unpacking, CONSOLE, "\n", 1);
}

static void take(void *context, const struct capture_event *event)
{
	struct unpacking *const unpacking = context;
	struct unpack_run *const run = &unpacking->run;

	switch (event->kind) {
	case CAPTURE_TEXT:
		put_line(unpacking, CONSOLE, event->text, event->length);
		break;
	case CAPTURE_DONE:
		run->done = true;
		run->status = event->number;
		put_record(unpacking, event);
		break;
	case CAPTURE_PROGRESS:
		run->step = event->number;
		run->steps = event->of;
		text_copy(run->name, sizeof run->name, event->text);
		put_record(unpacking, event);
		break;
	case CAPTURE_RUN:
		put_record(unpacking, event);
		break;
	default:
		take_file(unpacking, event);
		break;
	}
}

static void pass(struct unpacking *unpacking, struct capture *capture,
                 const char *stream, size_t length)
{
	capture_start(capture, take, unpacking);
	capture_push(capture, stream, length);
	capture_finish(capture);
}

/* One behind the other, each as long as it will be while it is written. */
static void give_places(struct piece *pieces)
{
	size_t at = 0;

	for (unsigned i = 0; i <= CONSOLE; i++) {
		const size_t most = pieces[i].most;

		pieces[i] = (struct piece){ .at = at };
		at += most;
	}
}

void unpack(struct capture *capture, const char *stream, size_t length, char *to,
            struct unpacked *unpacked)
{
	struct unpacking unpacking = { .to = NULL };

	pass(&unpacking, capture, stream, length);
	give_places(unpacking.pieces);
	unpacking.to = to;
	unpacking.run = (struct unpack_run){ 0 };
	pass(&unpacking, capture, stream, length);
	for (unsigned i = 0; i < FILE_COUNT; i++)
		unpacked->files[i] = (struct text_slice){
			to + unpacking.pieces[i].at,
			unpacking.pieces[i].length,
		};
	unpacked->console = (struct text_slice){
		to + unpacking.pieces[CONSOLE].at,
		unpacking.pieces[CONSOLE].open,
	};
	unpacked->run = unpacking.run;
}
