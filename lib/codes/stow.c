#include "lib/codes/stow.h"

#include "lib/base/text.h"

/* Without machine.csv nobody could tell what the others are worth. */
static const enum file by_worth[FILE_COUNT] = {
	FILE_MACHINE, FILE_RESULTS, FILE_VERIFY,    FILE_SELFTEST,
	FILE_SUMMARY, FILE_CANARY,  FILE_HISTOGRAM, FILE_SAMPLES,
};

static void pack_text(struct stow *stow, const char *prefix, const char *text,
                      size_t length)
{
	const uint32_t lost = stow->pack.lost;
	struct line line;

	line_clear(&line);
	line_put(&line, prefix);
	for (size_t i = 0; i < length; i++)
		line_put_char(&line, text[i]);
	if (line.cut)
		stow->pack.lost++;
	else
		pack_add(&stow->pack, stow->file, &line);
	stow->overflows = stow->overflows || stow->pack.lost != lost;
}

static void take_record(struct stow *stow, const struct capture_event *event)
{
	const char digit = (char)('0' + event->number % 10);

	if (event->kind == CAPTURE_RUN)
		pack_text(stow, "@run ", event->text, event->length);
	else if (event->kind == CAPTURE_DONE)
		pack_text(stow, "@done ", &digit, 1);
}

static void take(void *context, const struct capture_event *event)
{
	struct stow *const stow = context;

	if (stow->file == PACK_RECORD) {
		take_record(stow, event);
		return;
	}
	if (event->name == NULL ||
	    !text_equal(event->name, file_name((enum file)stow->file)))
		return;
	if (event->kind == CAPTURE_ROW && !stow->overflows)
		pack_text(stow, "", event->text, event->length);
	else if (event->kind == CAPTURE_PART)
		pack_mark(&stow->pack);
	else if (event->kind == CAPTURE_DROP)
		pack_rewind(&stow->pack);
}

static void pack_file(struct stow *stow, unsigned file, const char *stream,
                      size_t length)
{
	stow->file = file;
	stow->overflows = false;
	stow->before_file = stow->pack.now;
	pack_mark(&stow->pack);
	capture_start(&stow->capture, take, stow);
	capture_push(&stow->capture, stream, length);
	capture_finish(&stow->capture);
}

static void pack_left_out(struct stow *stow)
{
	struct line line;

	if (stow->left_out == 0)
		return;
	line_clear(&line);
	line_put(&line, "tlbmark: there was no room for all of");
	for (unsigned i = 0; i < FILE_COUNT; i++) {
		if ((stow->left_out & 1u << i) == 0)
			continue;
		line_put_char(&line, ' ');
		line_put(&line, file_name((enum file)i));
	}
	stow->file = PACK_RECORD;
	pack_text(stow, "", line.text, line.length);
}

/* Returns the files that do not fit, besides those that are left out already. */
static uint32_t pack_all(struct stow *stow, const char *stream, size_t length)
{
	uint32_t more = 0;

	pack_file(stow, PACK_RECORD, stream, length);
	pack_left_out(stow);
	for (unsigned i = 0; i < FILE_COUNT; i++) {
		const enum file file = by_worth[i];
		const uint32_t bit = UINT32_C(1) << file;

		if ((stow->left_out & bit) != 0 && file != FILE_RESULTS)
			continue;
		pack_file(stow, file, stream, length);
		if (!stow->overflows)
			continue;
		more |= bit & ~stow->left_out;
		if (file != FILE_RESULTS)
			stow->pack.now = stow->before_file;
	}
	return more;
}

/* Again with the line that names what was left out, until that has said all. */
unsigned stow_run(struct stow *stow, const char *stream, size_t length, size_t room,
                  unsigned most, const char *run_id)
{
	uint32_t more = 0;

	stow->left_out = 0;
	do {
		pack_begin(&stow->pack, room, most);
		more = pack_all(stow, stream, length);
		stow->left_out |= more;
	} while (more != 0);
	return pack_end(&stow->pack, run_id);
}
