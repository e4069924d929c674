#include "lib/memory_sink.h"

#include <string.h>

/* All or nothing, and nothing after that: a stream with a hole would be no stream. */
static void memory_sink_write(struct sink *sink, const char *text, size_t length)
{
	struct memory_sink *const memory = (struct memory_sink *)sink;

	memory->full = memory->full || length > memory->capacity - memory->length;
	if (memory->full)
		return;
	memcpy(memory->bytes + memory->length, text, length);
	memory->length += length;
}

void memory_sink_open(struct memory_sink *memory, char *bytes, size_t capacity)
{
	*memory = (struct memory_sink){
		.sink = { .name = "ram", .write = memory_sink_write },
		.bytes = bytes,
		.capacity = capacity,
	};
}
