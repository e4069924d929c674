#include "lib/base/text.h"

size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	return length;
}

bool text_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

bool text_is(struct text_slice slice, const char *text)
{
	for (size_t i = 0; i < slice.length; i++)
		if (text[i] == '\0' || slice.text[i] != text[i])
			return false;
	return text[slice.length] == '\0';
}

void text_copy(char *to, size_t capacity, const char *from)
{
	text_copy_slice(to, capacity, (struct text_slice){ from, capacity });
}

void text_copy_slice(char *to, size_t capacity, struct text_slice from)
{
	size_t length = 0;

	while (length + 1 < capacity && length < from.length &&
	       from.text[length] != '\0') {
		to[length] = from.text[length];
		length++;
	}
	to[length] = '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct text_slice text_trim(struct text_slice slice)
{
	while (slice.length != 0 && is_blank(slice.text[slice.length - 1]))
		slice.length--;
	while (slice.length != 0 && is_blank(slice.text[0])) {
		slice.text++;
		slice.length--;
	}
	return slice;
}

struct text_slice text_split(struct text_slice slice, char separator,
                             struct text_slice *rest)
{
	size_t length = 0;

	while (length < slice.length && slice.text[length] != separator)
		length++;

	const size_t skipped = length < slice.length ? length + 1 : length;

	*rest = (struct text_slice){ slice.text + skipped, slice.length - skipped };
	return (struct text_slice){ slice.text, length };
}

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10u;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10u;
	return 16u;
}

bool text_to_u64(struct text_slice slice, uint64_t limit, uint64_t *value)
{
	unsigned base = 10;
	size_t i = 0;
	uint64_t sum = 0;

	if (slice.length > 2 && slice.text[0] == '0' && slice.text[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (i == slice.length)
		return false;
	for (; i < slice.length; i++) {
		const unsigned digit = digit_of(slice.text[i]);

		if (digit >= base || digit > limit || sum > (limit - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

/* Backtracks to the last * only, so the time is bounded by pattern x name. */
bool text_matches(struct text_slice pattern, const char *name)
{
	size_t p = 0;
	size_t star = SIZE_MAX;
	const char *resume = name;

	while (*name != '\0') {
		if (p < pattern.length && pattern.text[p] == '*') {
			star = p++;
			resume = name;
		} else if (p < pattern.length &&
		           (pattern.text[p] == '?' || pattern.text[p] == *name)) {
			p++;
			name++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.length && pattern.text[p] == '*')
		p++;
	return p == pattern.length;
}
