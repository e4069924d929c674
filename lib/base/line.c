#include "lib/base/line.h"

/* Of 2^64 - 1. */
#define DIGITS 20u

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

/* Writes backwards from end; returns the first digit. */
static char *digits_before(char *end, uint64_t value, unsigned base)
{
	do {
		*--end = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	return end;
}

static void put_times(struct line *line, char c, size_t times)
{
	while (times-- != 0)
		line_put_char(line, c);
}

static void put_digits(struct line *line, uint64_t value, unsigned base,
                       unsigned at_least)
{
	char digits[DIGITS];
	const char *const end = digits + DIGITS;
	const char *at = digits_before(digits + DIGITS, value, base);

	while (at_least-- > (size_t)(end - at))
		line_put_char(line, '0');
	while (at != end)
		line_put_char(line, *at++);
}

void line_put_u64(struct line *line, uint64_t value)
{
	put_digits(line, value, 10, 1);
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? UINT64_C(0) - (uint64_t)value : (uint64_t)value;
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

struct conversion {
	bool left;      /* "-": blanks follow it; else they precede it */
	bool zeros;     /* "0": zeros precede it */
	bool is_long;   /* "l": 64 bits */
	unsigned width; /* at least so many columns */
	size_t most;    /* ".*": at most so many characters of a string */
};

/* Of a va_list, which is an array here, no pointer can be passed on. */
struct arguments {
	va_list list;
};

static void put_padded(struct line *line, const struct conversion *how,
                       const char *text, size_t length)
{
	const size_t padding = length < how->width ? how->width - length : 0;

	if (how->zeros && length != 0 && *text == '-') {
		line_put_char(line, '-');
		text++;
		length--;
	}
	if (!how->left)
		put_times(line, how->zeros ? '0' : ' ', padding);
	while (length-- != 0)
		line_put_char(line, *text++);
	if (how->left)
		put_times(line, ' ', padding);
}

static void put_number(struct line *line, const struct conversion *how, uint64_t value,
                       unsigned base, bool is_negative)
{
	char digits[1 + DIGITS];
	char *const end = digits + sizeof digits;
	char *at = digits_before(end, value, base);

	if (is_negative)
		*--at = '-';
	put_padded(line, how, at, (size_t)(end - at));
}

static void put_string(struct line *line, const struct conversion *how,
                       const char *text)
{
	size_t length = 0;

	while (text != NULL && length < how->most && text[length] != '\0')
		length++;
	put_padded(line, how, text, length);
}

/* Returns what follows the flags, the width, the precision and the length. */
static const char *read_conversion(const char *at, struct conversion *how,
                                   struct arguments *arguments)
{
	*how = (struct conversion){ .most = SIZE_MAX };
	for (; *at == '-' || *at == '0'; at++) {
		how->left = how->left || *at == '-';
		how->zeros = how->zeros || *at == '0';
	}
	for (; *at >= '0' && *at <= '9'; at++)
		how->width = how->width * 10 + (unsigned)(*at - '0');
	if (at[0] == '.' && at[1] == '*') {
		how->most = (size_t)va_arg(arguments->list, int);
		at += 2;
	}
	for (; *at == 'l'; at++)
		how->is_long = true;
	return at;
}

static void convert(struct line *line, char conversion, const struct conversion *how,
                    struct arguments *arguments)
{
	if (conversion == 's') {
		put_string(line, how, va_arg(arguments->list, const char *));
	} else if (conversion == 'c') {
		const char c = (char)va_arg(arguments->list, int);

		put_padded(line, how, &c, 1);
	} else if (conversion == 'd') {
		const int64_t value = how->is_long ? va_arg(arguments->list, int64_t)
		                                   : va_arg(arguments->list, int);

		put_number(line, how, magnitude(value), 10, value < 0);
	} else if (conversion == 'u' || conversion == 'x') {
		const uint64_t value = how->is_long ? va_arg(arguments->list, uint64_t)
		                                    : va_arg(arguments->list, unsigned);

		put_number(line, how, value, conversion == 'u' ? 10 : 16, false);
	} else {
		put_padded(line, how, &conversion, 1);
	}
}

void line_format_list(struct line *line, const char *format, va_list list)
{
	struct arguments arguments;

	va_copy(arguments.list, list);
	while (*format != '\0') {
		struct conversion how;

		if (*format != '%') {
			line_put_char(line, *format++);
			continue;
		}
		format = read_conversion(format + 1, &how, &arguments);
		if (*format != '\0')
			convert(line, *format++, &how, &arguments);
	}
	va_end(arguments.list);
}

void line_format(struct line *line, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	line_format_list(line, format, list);
	va_end(list);
}

const char *format_text(char *to, size_t capacity, const char *format, ...)
{
	struct line line;
	va_list list;

	line_clear(&line);
	va_start(list, format);
	line_format_list(&line, format, list);
	va_end(list);
	line_to_string(&line, to, capacity);
	return to;
}

void line_pad_to(struct line *line, size_t column)
{
	while (line->length < column && !line->cut)
		line_put_char(line, ' ');
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
	size_t length = 0;

	for (; length < line->length && length + 1 < capacity; length++)
		buffer[length] = line->text[length];
	buffer[length] = '\0';
}
