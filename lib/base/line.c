#include "lib/base/line.h"

void line_put_char(struct line *line, char c)
{
	if (line->length == LINE_CAPACITY) {
		line->cut = true;
		return;
	}
	line->text[line->length++] = c;
}

void line_put(struct line *line, const char *text)
{
	for (; *text != '\0'; text++)
		line_put_char(line, *text);
}

static void put_digits(struct line *line, uint64_t value, unsigned base,
                       unsigned at_least)
{
	char digits[64];
	unsigned count = 0;

	while (value != 0 || count < at_least) {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	}
	while (count != 0)
		line_put_char(line, digits[--count]);
}

void line_put_u64(struct line *line, uint64_t value)
{
	put_digits(line, value, 10, 1);
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
}

void line_put_i64(struct line *line, int64_t value)
{
	if (value < 0)
		line_put_char(line, '-');
	line_put_u64(line, magnitude(value));
}

void line_put_hex(struct line *line, uint64_t value, unsigned digits)
{
	put_digits(line, value, 16, digits);
}

void line_put_milli(struct line *line, int64_t thousandths)
{
	const uint64_t value = magnitude(thousandths);

	if (thousandths < 0)
		line_put_char(line, '-');
	line_put_u64(line, value / 1000u);
	line_put_char(line, '.');
	put_digits(line, value % 1000u, 10, 3);
}

void line_pad_to(struct line *line, size_t column)
{
	while (line->length < column && !line->cut)
		line_put_char(line, ' ');
}

void line_put_left(struct line *line, const char *text, unsigned width)
{
	const size_t end = line->length + width;

	line_put(line, text);
	line_pad_to(line, end);
}

/* Moves what was put since from to the right end of a column of width. */
void line_align_right(struct line *line, size_t from, unsigned width)
{
	const size_t length = line->length - from;

	if (length >= width || from + width > LINE_CAPACITY)
		return;

	const size_t shift = width - length;

	for (size_t i = length; i != 0; i--)
		line->text[from + shift + i - 1] = line->text[from + i - 1];
	for (size_t i = 0; i < shift; i++)
		line->text[from + i] = ' ';
	line->length += shift;
}

void line_to_string(const struct line *line, char *buffer, size_t capacity)
{
	const size_t length = line->length < capacity ? line->length : capacity - 1;

	for (size_t i = 0; i < length; i++)
		buffer[i] = line->text[i];
	buffer[length] = '\0';
}
