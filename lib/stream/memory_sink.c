#include "lib/stream/memory_sink.h"

#include "lib/base/text.h"
#include "lib/stream/record.h"

#include <string.h>

static bool take_word(struct text_slice *line, const char *word)
{
	size_t length = 0;

	for (; word[length] != '\0'; length++)
		if (length == line->length || line->text[length] != word[length])
			return false;
	*line = (struct text_slice){ line->text + length, line->length - length };
	return true;
}

/*
 * Rows begin with the name of a benchmark.  A record ends the part that is open, and so
 * does what is said of an exception.
 */
static void begin_line(struct memory_sink *memory, struct text_slice line)
{
	if (take_word(&line, "@file ")) {
		memory->part = PART_OTHER;
		if (text_is(line, file_name(FILE_SAMPLES))) {
			memory->part = PART_SAMPLES;
			memory->mark = memory->length;
		}
	} else if (take_word(&line, "@end ")) {
		memory->is_end = true;
	} else if (take_word(&line, "@") || take_word(&line, "tlbmark:")) {
		memory->part = PART_OTHER;
	}
}

static void end_line(struct memory_sink *memory)
{
	if (!memory->is_end)
		return;
	if (memory->part == PART_SAMPLES)
		memory->samples += memory->length - memory->mark;
	memory->part = PART_OTHER;
	memory->is_end = false;
}

static bool has_room(const struct memory_sink *memory, size_t length)
{
	const size_t samples = memory->samples + memory->length - memory->mark;

	return length <= memory->capacity - memory->length &&
	       (memory->part != PART_SAMPLES ||
	        (samples <= memory->samples_room &&
	         length <= memory->samples_room - samples));
}

/* All or nothing, and nothing after that: a stream with a hole would be no stream. */
static void take(struct memory_sink *memory, const char *text, size_t length)
{
	if (memory->part == PART_LEFT_OUT || memory->full)
		return;
	if (has_room(memory, length)) {
		memcpy(memory->bytes + memory->length, text, length);
		memory->length += length;
	} else if (memory->part == PART_SAMPLES) {
		memory->length = memory->mark;
		memory->part = PART_LEFT_OUT;
		memory->lacks_samples = true;
	} else {
		memory->full = true;
	}
}

static void memory_sink_write(struct sink *sink, const char *text, size_t length)
{
	struct memory_sink *const memory = (struct memory_sink *)sink;

	if (length == 0)
		return;
	if (!memory->is_begun)
		begin_line(memory, (struct text_slice){ text, length });
	take(memory, text, length);
	memory->is_begun = text[length - 1] != '\n';
	if (!memory->is_begun)
		end_line(memory);
}

void memory_sink_open(struct memory_sink *memory, char *bytes, size_t capacity)
{
	*memory = (struct memory_sink){
		.sink = { .name = "ram", .write = memory_sink_write },
		.bytes = bytes,
		.capacity = capacity,
		.samples_room = capacity,
	};
}

void memory_sink_reserve(struct memory_sink *memory, size_t bytes)
{
	memory->samples_room = bytes < memory->capacity ? memory->capacity - bytes : 0;
}
