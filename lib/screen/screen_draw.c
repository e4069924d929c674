#include "lib/screen/screen_draw.h"

#include "lib/codes/base45.h"

enum {
	ROW_TITLE = 0,
	ROW_STAY = 1,
	ROW_ACTIVITY = 2,
	ROW_BAR = 3,
	ROW_TIME = 4,
	ROW_MESSAGES = 6,
	/* Of the summary. */
	ROW_TIMING = 1,
	ROW_VERDICT = 2,
	ROW_COSTS = 4,
	ROW_LEFT_OUT = CANVAS_ROWS - 3,
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
	line_format(&line, "tlbmark   run %s", screen->run_id);
	if (screen->outcome.processor[0] != '\0')
		line_format(&line, "   %s", screen->outcome.processor);
	screen_draw_line(screen, ROW_TITLE, &line);
}

/* For whoever comes by and wonders. */
static void draw_stay(struct screen *screen)
{
	const char *const board = screen->outcome.board;
	struct line line;

	line_clear(&line);
	line_format(&line, "Do not switch this machine off%s%s%s.",
	            board[0] != '\0' ? " (" : "", board, board[0] != '\0' ? ")" : "");
	screen_draw_line(screen, ROW_STAY, &line);
}

/* 1:02:03, or 2:03 */
static void put_time(struct line *line, uint64_t seconds)
{
	const uint64_t minutes = seconds / 60;

	if (minutes >= 60)
		line_format(line, "%lu:%02lu:%02lu", minutes / 60, minutes % 60,
		            seconds % 60);
	else
		line_format(line, "%lu:%02lu", minutes, seconds % 60);
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
	if (screen->steps != 0)
		line_format(&line, "[%u/%u] %s", screen->step, screen->steps,
		            screen->activity);
	draw_title(screen);
	draw_stay(screen);
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
	line_format(&line,
	            "As QR codes: %u codes follow here, each for %u seconds, and then "
	            "again",
	            screen->codes, SCREEN_PAGE_SECONDS);
	if (screen->pack.lost != 0)
		line_format(&line, "; without %u rows", screen->pack.lost);
	screen_draw_line(screen, ROW_WHERE, &line);
	draw_text(screen, ROW_WHERE + 1,
	          screen->where != NULL ? screen->where
	                                : "Where are my results: in these codes");
}

/* The table above has a line for an operation, and none for what was skipped. */
static void draw_left_out(struct screen *screen)
{
	const uint32_t skipped = screen->outcome.skipped;
	struct line line;

	line_clear(&line);
	if (screen->outcome.costs.count != 0) {
		line_put(&line, "In ticks.  ");
		if (skipped != 0)
			line_format(&line, "%u skipped %s not shown; ", skipped,
			            skipped == 1 ? "row is" : "rows are");
		line_put(&line, "all rows are in results.csv");
	}
	screen_draw_line(screen, ROW_LEFT_OUT, &line);
}

void screen_draw_summary(struct screen *screen)
{
	const struct outcome *const outcome = &screen->outcome;
	struct line line;

	forget_screen(screen);
	draw_title(screen);
	line_clear(&line);
	line_format(&line, "Timing %s%s%s", outcome_timing(outcome),
	            outcome->timing_reason[0] != '\0' ? ": " : "",
	            outcome->timing_reason);
	screen_draw_line(screen, ROW_TIMING, &line);
	line_clear(&line);
	line_format(&line, "%s: ", verdict_of(screen));
	outcome_put_rows(outcome, &line);
	screen_draw_line(screen, ROW_VERDICT, &line);
	for (unsigned i = 0; i < outcome->costs.count; i++)
		draw_text(screen, ROW_COSTS + i, outcome->costs.lines[i]);
	draw_left_out(screen);
	draw_where(screen);
}

/* For whoever points a telephone at the screen without knowing what it shows. */
static void put_words(const struct screen *screen, struct line *line)
{
	const struct outcome *const outcome = &screen->outcome;

	line_format(
		line,
		"tlbmark run %s: %s: %u rows measured. %u skipped. %u failed. %u "
		"verifications failed. timing valid %s. %u codes follow for qrread.",
		screen->run_id, verdict_of(screen), outcome->measured, outcome->skipped,
		outcome->failed, outcome->refused,
		outcome->is_guest       ? "vm"
		: outcome->timing_valid ? "1"
					: "0",
		screen->codes);
}

/* Capitals, and what the alphanumeric mode lacks as a dash. */
static char alphanumeric(char c)
{
	const char capital = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;

	return base45_value(capital) < 0 ? '-' : capital;
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
		screen->text[i] = alphanumeric(line.text[i]);
	return line.length;
}

void screen_draw_code(struct screen *screen, unsigned code)
{
	const size_t length = code_text(screen, code);
	struct line line;

	line_clear(&line);
	if (code == 0)
		line_format(&line,
		            "Point a telephone here: the summary in words.  %u codes "
		            "follow",
		            screen->codes);
	else
		line_format(&line,
		            "Photograph code %u of %u, run %s.  README.txt: how to "
		            "read them",
		            code, screen->codes, screen->run_id);
	/* It fits: the room of a code is that of a version which is on this screen. */
	if (qr_encode(&screen->qr, screen->text, length, qr_version_for(length)) !=
	            ERR_NONE ||
	    !canvas_qr(&screen->canvas, &screen->qr, line.text, line.length)) {
		forget_screen(screen);
		draw_text(screen, 0, "this screen is too small for QR codes");
	}
}
