#include "lib/screen/screen_draw.h"

#include "lib/base/text.h"
#include "lib/codes/base45.h"

enum {
	ROW_TITLE = 0,
	ROW_ACTIVITY = 2,
	ROW_BAR = 3,
	ROW_TIME = 4,
	ROW_MESSAGES = 6,
	ROW_WHERE = CANVAS_ROWS - 2,
};

void screen_draw_line(struct screen *screen, unsigned row, const struct line *line)
{
	char *const shown = screen->shown[row];

	for (unsigned column = 0; column < CANVAS_COLUMNS; column++) {
		const char c = column < line->length ? line->text[column] : ' ';

		if (shown[column] == c)
			continue;
		canvas_text(&screen->canvas, column, row, &c, 1, COLOUR_GREY);
		shown[column] = c;
	}
}

static void draw_text(struct screen *screen, unsigned row, const char *text)
{
	struct line line;

	line_clear(&line);
	line_put(&line, text);
	screen_draw_line(screen, row, &line);
}

static void draw_title(struct screen *screen)
{
	struct line line;

	line_clear(&line);
	line_put(&line, "tlbmark   run ");
	line_put(&line, screen->run_id);
	screen_draw_line(screen, ROW_TITLE, &line);
}

/* 1:02:03, or 2:03 */
static void put_time(struct line *line, uint64_t seconds)
{
	if (seconds >= 3600) {
		line_put_u64(line, seconds / 3600);
		line_put_char(line, ':');
		line_put_char(line, (char)('0' + seconds / 600 % 6));
		line_put_char(line, (char)('0' + seconds / 60 % 10));
	} else {
		line_put_u64(line, seconds / 60);
	}
	line_put_char(line, ':');
	line_put_char(line, (char)('0' + seconds / 10 % 6));
	line_put_char(line, (char)('0' + seconds % 10));
}

/* Two finished steps are the least that says anything about the others. */
static void draw_time(struct screen *screen, uint64_t now)
{
	const uint64_t hz = screen->clock.hz;
	const uint32_t finished = screen->step - screen->first_step;
	struct line line;

	line_clear(&line);
	put_time(&line, (now - screen->began_at) / hz);
	line_put(&line, " elapsed");
	if (screen->step > screen->first_step && finished >= 2 &&
	    screen->step <= screen->steps) {
		const uint64_t per_step =
			(screen->step_at - screen->first_at) / finished;

		line_put(&line, ", ");
		put_time(&line, per_step * (screen->steps - screen->step + 1) / hz);
		line_put(&line, " left");
	}
	screen_draw_line(screen, ROW_TIME, &line);
}

static void draw_bar(struct screen *screen)
{
	const uint32_t done = screen->step == 0 ? 0 : screen->step - 1;
	const uint32_t filled =
		screen->steps == 0 ? 0
				   : (uint32_t)(UINT64_C(1000) * done / screen->steps);

	if (filled == screen->bar && screen->drawn_at != 0)
		return;
	screen->bar = filled;
	canvas_bar(&screen->canvas, ROW_BAR, filled, 1000);
}

static void draw_messages(struct screen *screen)
{
	const unsigned count = screen->message_count;
	const unsigned first = count < SCREEN_MESSAGES ? 0 : count - SCREEN_MESSAGES;

	for (unsigned i = first; i < count; i++)
		draw_text(screen, ROW_MESSAGES + i - first,
		          screen->messages[i % SCREEN_MESSAGES]);
}

void screen_draw_running(struct screen *screen)
{
	const uint64_t now = screen->clock.now(screen->clock.context);
	struct line line;

	line_clear(&line);
	if (screen->steps != 0) {
		line_put_char(&line, '[');
		line_put_u64(&line, screen->step);
		line_put_char(&line, '/');
		line_put_u64(&line, screen->steps);
		line_put(&line, "] ");
		line_put(&line, screen->activity);
	}
	draw_title(screen);
	screen_draw_line(screen, ROW_ACTIVITY, &line);
	draw_bar(screen);
	draw_time(screen, now);
	draw_messages(screen);
	screen->drawn_at = now;
}

static const char *verdict_of(const struct screen *screen)
{
	if (screen->status == 0)
		return "PASS";
	if (screen->status == 1)
		return "FAILED";
	return "INCOMPLETE";
}

static void put_count(struct line *line, uint32_t count, const char *what)
{
	line_put_u64(line, count);
	line_put(line, what);
}

static void put_rows(const struct screen *screen, struct line *line)
{
	const struct screen_tally *const tally = &screen->tally;

	put_count(line, tally->ok, " rows measured, ");
	put_count(line, tally->skipped, " skipped, ");
	put_count(line, tally->failed, " failed; ");
	put_count(line, tally->refused, " verifications failed");
}

/* Everything else of the screen is blank. */
static void forget_screen(struct screen *screen)
{
	canvas_clear(&screen->canvas, COLOUR_BLACK);
	for (unsigned row = 0; row < CANVAS_ROWS; row++)
		for (unsigned column = 0; column < CANVAS_COLUMNS; column++)
			screen->shown[row][column] = ' ';
}

static void draw_where(struct screen *screen)
{
	struct line line;

	line_clear(&line);
	line_put(&line, "As QR codes: ");
	put_count(&line, screen->codes, " codes follow here, each for ");
	put_count(&line, SCREEN_PAGE_SECONDS, " seconds, and then again");
	if (screen->pack.lost != 0) {
		line_put(&line, "; without ");
		put_count(&line, screen->pack.lost, " rows");
	}
	screen_draw_line(screen, ROW_WHERE, &line);
	draw_text(screen, ROW_WHERE + 1,
	          screen->where != NULL ? screen->where
	                                : "Where are my results: in these codes");
}

void screen_draw_summary(struct screen *screen)
{
	const struct screen_tally *const tally = &screen->tally;
	struct line line;

	forget_screen(screen);
	draw_title(screen);
	line_clear(&line);
	line_put(&line, verdict_of(screen));
	line_put(&line, ": ");
	put_rows(screen, &line);
	screen_draw_line(screen, 1, &line);
	line_clear(&line);
	line_put(&line, text_equal(tally->valid, "1") ? "Timing valid: "
	                                              : "Timing NOT valid: ");
	line_put(&line, tally->reason);
	screen_draw_line(screen, 2, &line);
	for (unsigned i = 0; i < tally->costs.count; i++)
		draw_text(screen, 4 + i, tally->costs.lines[i]);
	draw_where(screen);
}

/* Capitals, and what the alphanumeric mode lacks as a dash. */
static void put_alphanumeric(struct line *line, const char *text)
{
	for (; *text != '\0'; text++) {
		const char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A')
		                                            : *text;

		line_put_char(line, base45_value(c) < 0 ? '-' : c);
	}
}

/* For whoever points a telephone at the screen without knowing what it shows. */
static void put_words(const struct screen *screen, struct line *line)
{
	const struct screen_tally *const tally = &screen->tally;

	put_alphanumeric(line, "tlbmark run ");
	put_alphanumeric(line, screen->run_id);
	put_alphanumeric(line, ": ");
	put_alphanumeric(line, verdict_of(screen));
	put_alphanumeric(line, ": ");
	put_count(line, tally->ok, " ROWS MEASURED. ");
	put_count(line, tally->skipped, " SKIPPED. ");
	put_count(line, tally->failed, " FAILED. ");
	put_count(line, tally->refused, " VERIFICATIONS FAILED. ");
	put_alphanumeric(line, "timing valid ");
	put_alphanumeric(line, tally->valid);
	put_alphanumeric(line, ". ");
	put_count(line, screen->codes, " CODES FOLLOW FOR QRREAD.");
}

/* The text of a code; its length, 0 if it has none. */
static size_t code_text(struct screen *screen, unsigned code)
{
	if (code != 0) {
		const struct pack_code *const packed = &screen->pack.codes[code - 1];

		base45_encode(packed->bytes, packed->length, screen->text);
		return base45_length(packed->length);
	}

	struct line line;

	line_clear(&line);
	put_words(screen, &line);
	for (size_t i = 0; i < line.length; i++)
		screen->text[i] = line.text[i];
	return line.length;
}

void screen_draw_code(struct screen *screen, unsigned code)
{
	const size_t length = code_text(screen, code);
	struct line line;

	line_clear(&line);
	if (code == 0) {
		line_put(&line, "summary in words");
	} else {
		line_put(&line, "code ");
		line_put_u64(&line, code);
		line_put(&line, " of ");
		line_put_u64(&line, screen->codes);
	}
	line_put(&line, ", run ");
	line_put(&line, screen->run_id);
	/* It fits: the room of a code is that of a version which is on this screen. */
	if (qr_encode(&screen->qr, screen->text, length, qr_version_for(length)) !=
	            ERR_NONE ||
	    !canvas_qr(&screen->canvas, &screen->qr, line.text, line.length)) {
		forget_screen(screen);
		draw_text(screen, 0, "this screen is too small for QR codes");
	}
}
