#include "lib/boot/run_marker.h"

#include "lib/base/crc32.h"
#include "lib/options/transport.h"

static const char title[] = "# What tlbmark needs to know at its next start.\n";
static const char sum_key[] = "crc32 = ";

static const char *const states[] = {
	[RUN_MARKER_NONE] = "none",
	[RUN_MARKER_PENDING] = "pending",
	[RUN_MARKER_DELIVERED] = "delivered",
	[RUN_MARKER_SENT] = "sent",
	[RUN_MARKER_UNFINISHED] = "unfinished",
};

#define STATES (sizeof states / sizeof states[0])

/* Covers what stands before it. */
static void put_sum(struct line *text, uint32_t sum)
{
	line_format(text, "%s%08x\n", sum_key, sum);
}

void run_marker_write(const struct run_marker *marker, struct line *text)
{
	line_clear(text);
	line_put(text, title);
	line_format(text,
	            "state = %s\nmachine = 0x%08x\nsequence = %lu\nrun = %s\n"
	            "folder = %s\nnonce = %lu\nattempt = %u\ntransport = ",
	            states[marker->state], marker->machine, marker->sequence,
	            marker->run_id, marker->folder, marker->nonce, marker->attempt);
	transport_names(marker->transports, text);
	line_format(text, "\nresets = %d\n", marker->resets);
	for (unsigned i = 0; i < RUN_MARKER_COPIES; i++)
		line_format(text, "copy = 0x%lx\n", marker->copies[i]);
	line_format(text, "room = %lu\nlooks = %u\n", marker->room, marker->looks);
	put_sum(text, crc32_update(0, text->text, text->length));
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

	if (value.length == 0 || value.length >= RUN_MARKER_TEXT)
		return false;
	for (size_t i = 0; i < value.length; i++)
		to[i] = value.text[i];
	to[value.length] = '\0';
	return true;
}

static bool take_state(struct text_slice *rest, enum run_marker_state *state)
{
	const struct text_slice value = take(rest, "state");

	for (unsigned i = 0; i < STATES; i++) {
		if (text_is(value, states[i])) {
			*state = (enum run_marker_state)i;
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
	put_sum(&line, crc32_update(0, text->text, covered));
	for (size_t i = 0; i < sum_bytes; i++)
		if (text->text[covered + i] != line.text[i])
			return false;
	text->length = covered;
	return true;
}

enum err run_marker_read(struct run_marker *marker, const char *text, size_t length)
{
	struct text_slice rest = { text, length };
	struct run_marker read = { 0 };
	uint64_t machine = 0;
	uint64_t attempt = 0;
	uint64_t resets = 0;
	uint64_t looks = 0;

	*marker = read;
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
	for (unsigned i = 0; i < RUN_MARKER_COPIES; i++)
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
	*marker = read;
	return ERR_NONE;
}
