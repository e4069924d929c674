#pragma once
/* The record stream in memory, as far as there is room. */
#include "lib/sink.h"

#include <stdbool.h>

struct memory_sink {
	struct sink sink;
	char *bytes;
	size_t capacity;
	size_t length;
	bool full; /* something did not fit: nothing is taken from then on */
};

void memory_sink_open(struct memory_sink *memory, char *bytes, size_t capacity);
