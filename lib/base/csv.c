#include "lib/base/csv.h"

struct csv csv_begin(struct line *line)
{
	line_clear(line);
	return (struct csv){ .line = line };
}

static void next_field(struct csv *csv)
{
	if (csv->started)
		line_put_char(csv->line, ',');
	csv->started = true;
}

void csv_empty(struct csv *csv)
{
	next_field(csv);
}

static bool needs_quotes(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == ',' || *text == '"')
			return true;
	return false;
}

/*
 * A line end inside a field is legal in RFC 4180 but would break the record
 * stream, where a row is a line: it becomes a space, like every control character.
 */
static void put_printable(struct line *line, char c)
{
	const bool control = (unsigned char)c < 0x20 || c == 0x7f;

	line_put_char(line, control ? ' ' : c);
}

void csv_text(struct csv *csv, const char *text)
{
	next_field(csv);
	if (text == NULL)
		return;
	if (!needs_quotes(text)) {
		for (; *text != '\0'; text++)
			put_printable(csv->line, *text);
		return;
	}
	line_put_char(csv->line, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			line_put_char(csv->line, '"');
		put_printable(csv->line, *text);
	}
	line_put_char(csv->line, '"');
}

void csv_u64(struct csv *csv, uint64_t value)
{
	next_field(csv);
	line_put_u64(csv->line, value);
}

void csv_milli(struct csv *csv, int64_t thousandths)
{
	next_field(csv);
	line_put_milli(csv->line, thousandths);
}

void csv_hex(struct csv *csv, uint64_t value)
{
	next_field(csv);
	line_put(csv->line, "0x");
	line_put_hex(csv->line, value, 1);
}

void csv_pair_text(struct line *line, const char *key, const char *value)
{
	struct csv csv = csv_begin(line);

	csv_text(&csv, key);
	csv_text(&csv, value);
}

void csv_pair_u64(struct line *line, const char *key, uint64_t value)
{
	struct csv csv = csv_begin(line);

	csv_text(&csv, key);
	csv_u64(&csv, value);
}

void csv_pair_hex(struct line *line, const char *key, uint64_t value)
{
	struct csv csv = csv_begin(line);

	csv_text(&csv, key);
	csv_hex(&csv, value);
}
