#pragma once
/* Fields of one RFC 4180 line; an empty field means "not applicable". */
#include "lib/base/line.h"
#include "lib/base/text.h"

struct csv {
	struct line *line;
	bool started;
};

/* Clears line; the fields put afterwards are separated by commas. */
struct csv csv_begin(struct line *line);

void csv_empty(struct csv *csv);
void csv_text(struct csv *csv, const char *text); /* NULL is empty; quoted if needed */
void csv_u64(struct csv *csv, uint64_t value);
void csv_milli(struct csv *csv, int64_t thousandths);

/* A key,value line of machine.csv. */
void csv_pair_text(struct line *line, const char *key, const char *value);

/*
 * Takes the first field off a line of fields, without the quotes around it; a quote in
 * it stays doubled.
 */
struct text_slice csv_take(struct text_slice *rest);
