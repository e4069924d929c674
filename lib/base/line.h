#pragma once
/*
 * One line of text, put together piece by piece.  Never writes past its end:
 * what does not fit is left out and cut says so.  Integers only, since nothing
 * below efi/ may touch a floating-point register.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_CAPACITY 1024u

struct line {
	char text[LINE_CAPACITY]; /* no terminating NUL: length counts */
	size_t length;
	bool cut;
};

static inline void line_clear(struct line *line)
{
	line->length = 0;
	line->cut = false;
}

void line_put_char(struct line *line, char c);
void line_put(struct line *line, const char *text);
void line_put_u64(struct line *line, uint64_t value);

/*
 * What printf() would write, of %s %c %d %u %x %%: with l for 64 bits, a width, the
 * flags
 * - and 0, and .* in front of s.  Nothing for a string that is NULL.  Other conversions
 * and their arguments the build refuses (-Wformat, tests/checks/conversions.sh).
 */
void line_format(struct line *line, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void line_format_list(struct line *line, const char *format, va_list list)
	__attribute__((format(printf, 2, 0)));

/* The same as a C string of its own, cut at capacity - 1; returns to. */
const char *format_text(char *to, size_t capacity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Lower-case digits without a prefix, at least digits of them. */
void line_put_hex(struct line *line, uint64_t value, unsigned digits);

/* A value in thousandths as a decimal fraction: -1250 is "-1.250". */
void line_put_milli(struct line *line, int64_t thousandths);

/* Spaces up to a column; and in front of what was put since from, to fill width. */
void line_pad_to(struct line *line, size_t column);
void line_align_right(struct line *line, size_t from, unsigned width);

/* Copies into buffer as a C string, cut at capacity - 1. */
void line_to_string(const struct line *line, char *buffer, size_t capacity);
