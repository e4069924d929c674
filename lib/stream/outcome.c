#include "lib/stream/outcome.h"

#include "lib/stream/log_header.h"

/* Columns of results.csv and of verify.csv; none up to there is ever quoted. */
#define RESULT_STATUS 6u
#define VERIFY_RULE 5u
#define VERIFY_VERDICT 10u

static struct text_slice field_of(struct text_slice row, unsigned number)
{
	struct text_slice field = text_split(row, ',', &row);

	while (number-- != 0)
		field = text_split(row, ',', &row);
	return field;
}

static void count_row(struct outcome *outcome, struct text_slice row)
{
	const struct text_slice field = field_of(row, RESULT_STATUS);

	if (text_is(field, "ok"))
		outcome->measured++;
	else if (text_is(field, "skipped"))
		outcome->skipped++;
	else
		outcome->failed++;
}

void outcome_rows(struct outcome *outcome, struct text_slice results)
{
	(void)text_split(results, '\n', &results);
	while (results.length != 0)
		count_row(outcome, text_split(results, '\n', &results));
}

void outcome_verify(struct outcome *outcome, struct text_slice verify)
{
	while (verify.length != 0) {
		const struct text_slice row = text_split(verify, '\n', &verify);

		if (text_is(field_of(row, VERIFY_RULE), "must") &&
		    text_is(field_of(row, VERIFY_VERDICT), "fail"))
			outcome->refused++;
	}
}

void outcome_costs(struct outcome *outcome, struct text_slice summary)
{
	while (summary.length != 0) {
		const struct text_slice line = text_split(summary, '\n', &summary);

		costs_add(&outcome->costs, line.text, line.length);
	}
}

static void copy(char *to, size_t capacity, struct text_slice from)
{
	size_t length = 0;

	for (; length < from.length && length + 1 < capacity; length++)
		to[length] = from.text[length];
	to[length] = '\0';
}

void outcome_timing(struct outcome *outcome, struct text_slice machine)
{
	while (machine.length != 0) {
		struct text_slice value;
		const struct text_slice line = text_split(machine, '\n', &machine);
		const struct text_slice key = text_split(line, ',', &value);

		if (text_is(key, "timing_valid"))
			outcome->timing_valid = text_is(value, "1");
		if (text_is(key, "timing_reason"))
			copy(outcome->timing_reason, sizeof outcome->timing_reason,
			     value);
	}
}

static const char *verdict_of(uint32_t status)
{
	switch (status) {
	case 0:
		return "PASS";
	case 1:
		return "FAILED: a row or a verification failed";
	case 2:
		return "INCOMPLETE: no benchmark matches what only says";
	default:
		return "INCOMPLETE: an exception ended the run, see console.txt";
	}
}

static void put_last_step(const struct unpack_run *run, struct line *text)
{
	if (run->steps == 0)
		return;
	line_put(text, "; the last step that is known is ");
	line_put_u64(text, run->step);
	line_put(text, " of ");
	line_put_u64(text, run->steps);
	line_put(text, ", ");
	line_put(text, run->name);
}

void outcome_verdict(const struct unpack_run *run, uint32_t flags, struct line *text)
{
	line_clear(text);
	if ((flags & LOG_HEADER_CUT) != 0) {
		line_put(text, "INCOMPLETE: there was no room for all results");
	} else if (!run->done || (flags & LOG_HEADER_OPEN) != 0) {
		line_put(text, "INCOMPLETE: the run did not end by itself");
		put_last_step(run, text);
	} else {
		line_put(text, verdict_of(run->status));
	}
	if ((flags & LOG_HEADER_LACKS_SAMPLES) != 0)
		line_put(text, "; samples.csv lacks some, for which there was no room");
}

void outcome_write(const struct outcome *outcome, struct line *text)
{
	line_clear(text);
	line_put_u64(text, outcome->measured);
	line_put(text, " rows measured, ");
	line_put_u64(text, outcome->skipped);
	line_put(text, " skipped, ");
	line_put_u64(text, outcome->failed);
	line_put(text, " failed; ");
	line_put_u64(text, outcome->refused);
	line_put(text, " verifications failed\ntiming: ");
	line_put(text, outcome->timing_valid ? "valid" : "NOT valid");
	if (outcome->timing_reason[0] != '\0')
		line_put(text, ", ");
	line_put(text, outcome->timing_reason);
	line_put_char(text, '\n');
}
