#pragma once
/*
 * One line of text, put together piece by piece.  Never writes past its end:
 * what does not fit is left out and cut says so.  Integers only, since nothing
 * below efi/ may touch a floating-point register.
 */
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
void line_put_i64(struct line *line, int64_t value);

/* Lower-case digits without a prefix, at least digits of them. */
void line_put_hex(struct line *line, uint64_t value, unsigned digits);

/* A value in thousandths as a decimal fraction: -1250 is "-1.250". */
void line_put_milli(struct line *line, int64_t thousandths);

/* Text padded with spaces to width columns: on the right, or on the left. */
void line_put_left(struct line *line, const char *text, unsigned width);
void line_pad_to(struct line *line, size_t column);
void line_align_right(struct line *line, size_t from, unsigned width);

/* Copies into buffer as a C string, cut at capacity - 1. */
void line_to_string(const struct line *line, char *buffer, size_t capacity);
