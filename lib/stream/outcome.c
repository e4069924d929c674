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

static void count_result(struct outcome *outcome, struct text_slice row)
{
	const struct text_slice field = field_of(row, RESULT_STATUS);

	if (text_is(field, "ok"))
		outcome->measured++;
	else if (text_is(field, "skipped"))
		outcome->skipped++;
	else if (!text_is(field, "status")) /* the names of the columns */
		outcome->failed++;
}

static void count_verification(struct outcome *outcome, struct text_slice row)
{
	if (text_is(field_of(row, VERIFY_RULE), "must") &&
	    text_is(field_of(row, VERIFY_VERDICT), "fail"))
		outcome->refused++;
}

/* Without the quotes of a value that holds a comma. */
static struct text_slice unquoted(struct text_slice value)
{
	if (value.length < 2 || value.text[0] != '"')
		return value;
	return (struct text_slice){ value.text + 1, value.length - 2 };
}

static void note_machine(struct outcome *outcome, struct text_slice row)
{
	struct text_slice value;
	const struct text_slice key = text_split(row, ',', &value);

	value = unquoted(value);
	if (text_is(key, "timing_valid")) {
		outcome->timing_valid = text_is(value, "1");
		outcome->is_guest = text_is(value, "vm");
	}
	if (text_is(key, "timing_reason"))
		text_copy_slice(outcome->timing_reason, sizeof outcome->timing_reason,
		                value);
	if (text_is(key, "board"))
		text_copy_slice(outcome->board, sizeof outcome->board, value);
	if (text_is(key, "brand"))
		text_copy_slice(outcome->processor, sizeof outcome->processor, value);
}

void outcome_row(struct outcome *outcome, enum file file, struct text_slice row)
{
	if (file == FILE_RESULTS)
		count_result(outcome, row);
	else if (file == FILE_VERIFY)
		count_verification(outcome, row);
	else if (file == FILE_MACHINE)
		note_machine(outcome, row);
	else if (file == FILE_SUMMARY)
		costs_add(&outcome->costs, row.text, row.length);
}

void outcome_file(struct outcome *outcome, enum file file, struct text_slice text)
{
	while (text.length != 0)
		outcome_row(outcome, file, text_split(text, '\n', &text));
}

static const char *verdict_of(uint32_t status)
{
	switch (status) {
	case 0:
		return "PASS";
	case 1:
		return "FAILED: a row, a verification or a litmus test failed";
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
	line_format(text, "; the last step that is known is %u of %u, %s", run->step,
	            run->steps, run->name);
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

void outcome_put_rows(const struct outcome *outcome, struct line *text)
{
	line_format(text,
	            "%u rows measured, %u skipped, %u failed; %u verifications failed",
	            outcome->measured, outcome->skipped, outcome->failed,
	            outcome->refused);
}

const char *outcome_timing(const struct outcome *outcome)
{
	return outcome->timing_valid ? "valid"
	       : outcome->is_guest   ? "valid for this guest"
	                             : "NOT valid";
}

void outcome_write(const struct outcome *outcome, struct line *text)
{
	line_clear(text);
	outcome_put_rows(outcome, text);
	line_format(text, "\ntiming: %s%s%s\n", outcome_timing(outcome),
	            outcome->timing_reason[0] != '\0' ? ", " : "",
	            outcome->timing_reason);
}
