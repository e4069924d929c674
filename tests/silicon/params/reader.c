#include "tests/silicon/params/reader.h"

#include <stdio.h>
#include <string.h>

bool reader_refuse(const struct reader *reader, const char *reason)
{
	const int length = (int)(reader->value.length < 60 ? reader->value.length : 60);

	if (reader->line == 0)
		snprintf(reader->error->text, sizeof reader->error->text,
		         "%s: %.*s: %s", reader->name, length, reader->value.text,
		         reason);
	else
		snprintf(reader->error->text, sizeof reader->error->text,
		         "%s:%u: %.*s: %s", reader->name, reader->line, length,
		         reader->value.text, reason);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool words_split(struct word value, struct words *words)
{
	size_t at = 0;

	words->count = words->next = 0;
	while (at < value.length) {
		const size_t begin = at;

		while (at < value.length && !is_blank(value.text[at]))
			at++;
		if (at != begin && words->count == WORDS_MOST)
			return false;
		if (at != begin)
			words->at[words->count++] =
				(struct word){ value.text + begin, at - begin };
		while (at < value.length && is_blank(value.text[at]))
			at++;
	}
	return true;
}

bool word_is(struct word word, const char *text)
{
	return strlen(text) == word.length && memcmp(word.text, text, word.length) == 0;
}

bool words_take(struct words *words, const char *text)
{
	if (words->next == words->count || !word_is(words->at[words->next], text))
		return false;
	words->next++;
	return true;
}

static unsigned digit_of(char c, unsigned base)
{
	unsigned digit = 99;

	if (c >= '0' && c <= '9')
		digit = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		digit = (unsigned)(c - 'a') + 10;
	return digit < base ? digit : 99;
}

/* Decimal, or hexadecimal behind 0x. */
static bool number_of(struct word word, uint64_t most, uint64_t *number)
{
	const bool is_hex =
		word.length > 2 && word.text[0] == '0' && word.text[1] == 'x';
	const unsigned base = is_hex ? 16 : 10;
	uint64_t sum = 0;

	if (word.length == 0)
		return false;
	for (size_t i = is_hex ? 2 : 0; i < word.length; i++) {
		const unsigned digit = digit_of(word.text[i], base);

		if (digit == 99 || sum > (most - digit) / base || digit > most)
			return false;
		sum = sum * base + digit;
	}
	*number = sum;
	return true;
}

bool words_number(struct words *words, uint64_t most, uint64_t *number)
{
	if (words->next == words->count ||
	    !number_of(words->at[words->next], most, number))
		return false;
	words->next++;
	return true;
}

bool words_thousandths(struct words *words, uint64_t most, uint64_t *number)
{
	static const uint64_t scale[] = { 1000, 100, 10, 1 };
	struct word whole, part = { "0", 1 };
	uint64_t integer, fraction;

	if (words->next == words->count)
		return false;
	whole = words->at[words->next];

	const char *const point = memchr(whole.text, '.', whole.length);

	if (point != NULL) {
		part.text = point + 1;
		part.length = whole.length - (size_t)(point - whole.text) - 1;
		whole.length = (size_t)(point - whole.text);
	}
	if (part.length == 0 || part.length > 3 ||
	    !number_of(whole, most / 1000, &integer) ||
	    !number_of(part, 999, &fraction))
		return false;
	*number = integer * 1000 + fraction * scale[part.length];
	words->next++;
	return *number <= most;
}

static bool choose(struct word word, const char *const *names, uint32_t *chosen)
{
	for (uint32_t i = 0; names[i] != NULL; i++)
		if (word_is(word, names[i])) {
			*chosen = i;
			return true;
		}
	return false;
}

bool words_choose(struct words *words, const char *const *names, uint32_t *chosen)
{
	if (words->next == words->count ||
	    !choose(words->at[words->next], names, chosen))
		return false;
	words->next++;
	return true;
}

bool word_bits(struct word word, const char *const *names, uint32_t *bits)
{
	uint32_t one;

	*bits = 0;
	for (;;) {
		const char *const plus = memchr(word.text, '+', word.length);
		const size_t length =
			plus == NULL ? word.length : (size_t)(plus - word.text);

		if (!choose((struct word){ word.text, length }, names, &one))
			return false;
		*bits |= UINT32_C(1) << one;
		if (plus == NULL)
			return true;
		word.text += length + 1;
		word.length -= length + 1;
	}
}

bool words_product(struct words *words, uint32_t *first, uint32_t *second)
{
	const uint64_t most = UINT32_C(1) << 20;
	uint64_t a, b;

	if (words->next == words->count)
		return false;

	const struct word word = words->at[words->next];
	const char *const cross = memchr(word.text, 'x', word.length);

	if (cross == NULL)
		return false;

	const size_t before = (size_t)(cross - word.text);
	const struct word left = { word.text, before };
	const struct word right = { cross + 1, word.length - before - 1 };

	if (!number_of(left, most, &a) || !number_of(right, most, &b))
		return false;
	*first = (uint32_t)a;
	*second = (uint32_t)b;
	words->next++;
	return true;
}

bool core_type_named(const struct machine_params *params, struct word name,
                     uint32_t *number)
{
	for (uint32_t i = 0; i < params->core_type_count; i++)
		if (word_is(name, params->core_types[i].name)) {
			*number = i;
			return true;
		}
	return false;
}

bool reader_number(const struct reader *reader, struct words *words, uint64_t most,
                   uint64_t *number)
{
	return words_number(words, most, number) ||
	       reader_refuse(reader, "not a number, or too large");
}

bool reader_u32(const struct reader *reader, struct words *words, uint32_t most,
                uint32_t *number)
{
	uint64_t wide;

	if (!reader_number(reader, words, most, &wide))
		return false;
	*number = (uint32_t)wide;
	return true;
}

bool reader_yes(const struct reader *reader, struct words *words, bool *yes)
{
	*yes = words_take(words, "yes");
	return *yes || words_take(words, "no") || reader_refuse(reader, "yes or no");
}

bool reader_cache(const struct reader *reader, struct words *words,
                  struct silicon_cache_params *cache)
{
	return words_product(words, &cache->sets, &cache->ways) ||
	       reader_refuse(reader, "SETSxWAYS");
}
