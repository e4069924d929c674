#include "lib/stream/lava_signal.h"

#define SIGNAL "<LAVA_SIGNAL_"
#define SUITE "tlbmark"
#define PER_SECOND UINT64_C(1000000000)
/* So that what is left of a second, in nanoseconds, has 64 bits. */
#define HZ_MOST UINT64_C(16000000000)

bool lava_is_signal(struct text_slice line)
{
	const size_t length = sizeof SIGNAL - 1;

	return line.length > length && line.text[line.length - 1] == '>' &&
	       text_is((struct text_slice){ line.text, length }, SIGNAL);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

void lava_put_part(struct line *name, struct text_slice part)
{
	if (part.length != 0 && name->length != 0)
		line_put_char(name, '.');
	for (size_t i = 0; i < part.length; i++)
		line_put_char(name, is_plain(part.text[i]) ? part.text[i] : '_');
}

static void put_slice(struct line *text, struct text_slice slice)
{
	line_format(text, "%.*s", (int)slice.length, slice.text);
}

void lava_test_case(const struct lava_case *one, struct line *text)
{
	line_clear(text);
	line_put(text, SIGNAL "TESTCASE TEST_CASE_ID=");
	put_slice(text, one->name);
	line_format(text, " RESULT=%s", one->result);
	if (one->measurement.length != 0) {
		struct line unit;

		line_clear(&unit);
		lava_put_part(&unit, one->unit);
		if (unit.length == 0)
			line_put(&unit, "none");
		line_format(text, " UNITS=%.*s MEASUREMENT=", (int)unit.length,
		            unit.text);
		put_slice(text, one->measurement);
	}
	line_put_char(text, '>');
}

void lava_run_signal(const char *kind, const char *run_id, struct line *text)
{
	line_clear(text);
	line_format(text, SIGNAL "%s " SUITE " %s>", kind, run_id);
}

/* "-12.5" is 12500, with is_negative; at most three places. */
static bool take_milli(struct text_slice text, bool *is_negative, uint64_t *milli)
{
	struct text_slice places;
	uint64_t part = 0;

	*is_negative = text.length != 0 && text.text[0] == '-';
	if (*is_negative)
		text = (struct text_slice){ text.text + 1, text.length - 1 };

	const struct text_slice whole = text_split(text, '.', &places);

	if (places.length > 3 || !text_to_u64(whole, UINT64_MAX / 2000, milli) ||
	    (places.length != 0 && !text_to_u64(places, 999, &part)))
		return false;
	for (size_t i = places.length; i < 3; i++)
		part *= 10;
	*milli = *milli * 1000 + part;
	return true;
}

bool lava_put_ns(struct line *text, struct text_slice ticks, uint64_t hz)
{
	bool is_negative = false;
	uint64_t milli = 0;

	if (hz == 0 || hz > HZ_MOST || !take_milli(ticks, &is_negative, &milli))
		return false;

	const uint64_t seconds = milli / hz;
	const uint64_t rest = milli % hz * PER_SECOND;
	const uint64_t half = rest % hz * 2 >= hz;

	if (seconds > INT64_MAX / PER_SECOND - 1)
		return false;

	const int64_t ns = (int64_t)(seconds * PER_SECOND + rest / hz + half);

	line_put_milli(text, is_negative ? -ns : ns);
	return true;
}
