#include "lib/boot/breadcrumb.h"

#include "lib/base/crc32.h"
#include "lib/options/transport.h"

static const char title[] = "# What tlbmark needs to know at its next start.\n";
static const char sum_key[] = "crc32 = ";

static const char *const states[] = {
	[BREADCRUMB_NONE] = "none",
	[BREADCRUMB_PENDING] = "pending",
	[BREADCRUMB_DELIVERED] = "delivered",
	[BREADCRUMB_SENT] = "sent",
	[BREADCRUMB_UNFINISHED] = "unfinished",
};

#define STATES (sizeof states / sizeof states[0])

static void put_key(struct line *text, const char *key)
{
	line_put(text, key);
	line_put(text, " = ");
}

static void put_text(struct line *text, const char *key, const char *value)
{
	put_key(text, key);
	line_put(text, value);
	line_put_char(text, '\n');
}

static void put_number(struct line *text, const char *key, uint64_t value)
{
	put_key(text, key);
	line_put_u64(text, value);
	line_put_char(text, '\n');
}

static void put_hex(struct line *text, const char *key, uint64_t value, unsigned digits)
{
	put_key(text, key);
	line_put(text, "0x");
	line_put_hex(text, value, digits);
	line_put_char(text, '\n');
}

void breadcrumb_write(const struct breadcrumb *breadcrumb, struct line *text)
{
	line_clear(text);
	line_put(text, title);
	put_text(text, "state", states[breadcrumb->state]);
	put_hex(text, "machine", breadcrumb->machine, 8);
	put_number(text, "sequence", breadcrumb->sequence);
	put_text(text, "run", breadcrumb->run_id);
	put_text(text, "folder", breadcrumb->folder);
	put_number(text, "nonce", breadcrumb->nonce);
	put_number(text, "attempt", breadcrumb->attempt);
	put_key(text, "transport");
	transport_names(breadcrumb->transports, text);
	line_put_char(text, '\n');
	put_number(text, "resets", breadcrumb->resets);
	for (unsigned i = 0; i < BREADCRUMB_COPIES; i++)
		put_hex(text, "copy", breadcrumb->copies[i], 1);
	put_number(text, "room", breadcrumb->room);
	put_number(text, "looks", breadcrumb->looks);

	const uint32_t sum = crc32_update(0, text->text, text->length);

	line_put(text, sum_key);
	line_put_hex(text, sum, 8);
	line_put_char(text, '\n');
}

/* The next line, which must be the key's. */
static struct text_slice take(struct text_slice *rest, const char *key)
{
	struct text_slice value;
	const struct text_slice line = text_split(*rest, '\n', rest);
	const struct text_slice name = text_trim(text_split(line, '=', &value));

	return text_is(name, key) ? text_trim(value) : (struct text_slice){ "", 0 };
}

static bool take_number(struct text_slice *rest, const char *key, uint64_t limit,
                        uint64_t *value)
{
	return text_to_u64(take(rest, key), limit, value);
}

static bool take_text(struct text_slice *rest, const char *key, char *to)
{
	const struct text_slice value = take(rest, key);

	if (value.length == 0 || value.length >= BREADCRUMB_TEXT)
		return false;
	for (size_t i = 0; i < value.length; i++)
		to[i] = value.text[i];
	to[value.length] = '\0';
	return true;
}

static bool take_state(struct text_slice *rest, enum breadcrumb_state *state)
{
	const struct text_slice value = take(rest, "state");

	for (unsigned i = 0; i < STATES; i++) {
		if (text_is(value, states[i])) {
			*state = (enum breadcrumb_state)i;
			return true;
		}
	}
	return false;
}

static bool take_transports(struct text_slice *rest, uint32_t *transports)
{
	struct text_slice names = take(rest, "transport");

	*transports = 0;
	while (names.length != 0) {
		const struct text_slice name = text_split(names, ' ', &names);
		uint32_t one = 0;

		if (transport_parse(name, &one) != NULL)
			return false;
		*transports |= one;
	}
	return true;
}

/* The checksum, and that nothing follows it; cuts it off. */
static bool sum_is_right(struct text_slice *text)
{
	const size_t sum_bytes = sizeof sum_key - 1 + 8 + 1;
	struct line line;

	if (text->length < sum_bytes)
		return false;

	const size_t covered = text->length - sum_bytes;

	line_clear(&line);
	line_put(&line, sum_key);
	line_put_hex(&line, crc32_update(0, text->text, covered), 8);
	line_put_char(&line, '\n');
	for (size_t i = 0; i < sum_bytes; i++)
		if (text->text[covered + i] != line.text[i])
			return false;
	text->length = covered;
	return true;
}

enum err breadcrumb_read(struct breadcrumb *breadcrumb, const char *text, size_t length)
{
	struct text_slice rest = { text, length };
	struct breadcrumb read = { 0 };
	uint64_t machine = 0;
	uint64_t attempt = 0;
	uint64_t resets = 0;
	uint64_t looks = 0;

	*breadcrumb = read;
	if (!sum_is_right(&rest))
		return ERR_DAMAGED;
	(void)text_split(rest, '\n', &rest);
	if (!take_state(&rest, &read.state) ||
	    !take_number(&rest, "machine", UINT32_MAX, &machine) ||
	    !take_number(&rest, "sequence", UINT64_MAX, &read.sequence) ||
	    !take_text(&rest, "run", read.run_id) ||
	    !take_text(&rest, "folder", read.folder) ||
	    !take_number(&rest, "nonce", UINT64_MAX, &read.nonce) ||
	    !take_number(&rest, "attempt", UINT32_MAX, &attempt) ||
	    !take_transports(&rest, &read.transports) ||
	    !take_number(&rest, "resets", 1, &resets))
		return ERR_DAMAGED;
	for (unsigned i = 0; i < BREADCRUMB_COPIES; i++)
		if (!take_number(&rest, "copy", UINT64_MAX, &read.copies[i]))
			return ERR_DAMAGED;
	if (!take_number(&rest, "room", UINT64_MAX, &read.room))
		return ERR_DAMAGED;
	/* Version 0.1 did not count them. */
	if (rest.length != 0 && !take_number(&rest, "looks", UINT32_MAX, &looks))
		return ERR_DAMAGED;
	read.looks = (uint32_t)looks;
	read.machine = (uint32_t)machine;
	read.attempt = (uint32_t)attempt;
	read.resets = resets != 0;
	*breadcrumb = read;
	return ERR_NONE;
}
