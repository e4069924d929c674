#pragma once
#include <stddef.h>

/* Somewhere text can go: the serial line, later reserved RAM, variables, screen. */
struct sink {
	const char *name;
	void (*write)(struct sink *sink, const char *text, size_t length);
};
