#pragma once
/* Fields of one RFC 4180 line; an empty field means "not applicable". */
#include "lib/base/line.h"

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
void csv_hex(struct csv *csv, uint64_t value); /* with 0x */

/* key,value lines of machine.csv. */
void csv_pair_text(struct line *line, const char *key, const char *value);
void csv_pair_u64(struct line *line, const char *key, uint64_t value);
void csv_pair_hex(struct line *line, const char *key, uint64_t value);
