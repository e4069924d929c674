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

void csv_pair_text(struct line *line, const char *key, const char *value)
{
	struct csv csv = csv_begin(line);

	csv_text(&csv, key);
	csv_text(&csv, value);
}

struct text_slice csv_take(struct text_slice *rest)
{
	struct text_slice field = { rest->text, 0 };
	bool is_quoted = false;

	while (field.length < rest->length) {
		const char c = rest->text[field.length];

		if (c == ',' && !is_quoted)
			break;
		/* A doubled one is out of the quotes and in again. */
		is_quoted = is_quoted != (c == '"');
		field.length++;
	}

	const size_t taken = field.length + (field.length < rest->length);

	*rest = (struct text_slice){ rest->text + taken, rest->length - taken };
	if (field.length >= 2 && field.text[0] == '"' && !is_quoted)
		field = (struct text_slice){ field.text + 1, field.length - 2 };
	return field;
}
