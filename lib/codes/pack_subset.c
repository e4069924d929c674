#include "lib/codes/pack_subset.h"

#include "lib/base/text.h"

/* Without machine.csv nobody could tell what the others are worth. */
static const enum file by_worth[FILE_COUNT] = {
	FILE_MACHINE, FILE_RESULTS, FILE_VERIFY,    FILE_SELFTEST, FILE_SUMMARY,
	FILE_LITMUS,  FILE_CANARY,  FILE_HISTOGRAM, FILE_SAMPLES,
};

static void pack_text(struct pack_subset *subset, const char *prefix, const char *text,
                      size_t length)
{
	const uint32_t lost = subset->pack.lost;
	struct line line;

	line_clear(&line);
	line_format(&line, "%s%.*s", prefix, (int)length, text);
	if (line.cut)
		subset->pack.lost++;
	else
		pack_add(&subset->pack, subset->file, &line);
	subset->overflows = subset->overflows || subset->pack.lost != lost;
}

static void take_record(struct pack_subset *subset, const struct capture_event *event)
{
	const char digit = (char)('0' + event->number % 10);

	if (event->kind == CAPTURE_RUN)
		pack_text(subset, "@run ", event->text, event->length);
	else if (event->kind == CAPTURE_DONE)
		pack_text(subset, "@done ", &digit, 1);
}

static void take(void *context, const struct capture_event *event)
{
	struct pack_subset *const subset = context;

	if (subset->file == PACK_RECORD) {
		take_record(subset, event);
		return;
	}
	if (event->name == NULL ||
	    !text_equal(event->name, file_name((enum file)subset->file)))
		return;
	if (event->kind == CAPTURE_ROW && !subset->overflows)
		pack_text(subset, "", event->text, event->length);
	else if (event->kind == CAPTURE_PART)
		pack_mark(&subset->pack);
	else if (event->kind == CAPTURE_DROP)
		pack_rewind(&subset->pack);
}

static void pack_file(struct pack_subset *subset, unsigned file, const char *stream,
                      size_t length)
{
	subset->file = file;
	subset->overflows = false;
	subset->before_file = subset->pack.now;
	pack_mark(&subset->pack);
	capture_start(&subset->capture, take, subset);
	capture_push(&subset->capture, stream, length);
	capture_finish(&subset->capture);
}

static void pack_left_out(struct pack_subset *subset)
{
	struct line line;

	if (subset->left_out == 0)
		return;
	line_clear(&line);
	line_put(&line, "tlbmark: there was no room for all of");
	for (unsigned i = 0; i < FILE_COUNT; i++) {
		if ((subset->left_out & 1u << i) == 0)
			continue;
		line_format(&line, " %s", file_name((enum file)i));
	}
	subset->file = PACK_RECORD;
	pack_text(subset, "", line.text, line.length);
}

/* Returns the files that do not fit, besides those that are left out already. */
static uint32_t pack_all(struct pack_subset *subset, const char *stream, size_t length)
{
	uint32_t more = 0;

	pack_file(subset, PACK_RECORD, stream, length);
	pack_left_out(subset);
	for (unsigned i = 0; i < FILE_COUNT; i++) {
		const enum file file = by_worth[i];
		const uint32_t bit = UINT32_C(1) << file;

		if ((subset->left_out & bit) != 0 && file != FILE_RESULTS)
			continue;
		pack_file(subset, file, stream, length);
		if (!subset->overflows)
			continue;
		more |= bit & ~subset->left_out;
		if (file != FILE_RESULTS)
			subset->pack.now = subset->before_file;
	}
	return more;
}

/* Again with the line that names what was left out, until that has said all. */
unsigned pack_subset_run(struct pack_subset *subset, const char *stream, size_t length,
                         size_t room, unsigned most, const char *run_id)
{
	uint32_t more = 0;

	subset->left_out = 0;
	do {
		pack_begin(&subset->pack, room, most);
		more = pack_all(subset, stream, length);
		subset->left_out |= more;
	} while (more != 0);
	return pack_end(&subset->pack, run_id);
}
