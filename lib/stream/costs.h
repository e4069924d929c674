#pragma once
/* The part of summary.txt that a screen has room for. */
#include <stddef.h>

#define COSTS_MOST 18u
#define COSTS_COLUMNS 80u

struct costs {
	unsigned count;
	char lines[COSTS_MOST][COSTS_COLUMNS]; /* the first of each operation */
};

/* The next line of summary.txt, which begins with the operation. */
void costs_add(struct costs *costs, const char *text, size_t length);
