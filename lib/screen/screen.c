#include "lib/screen/screen.h"

#include "lib/base/text.h"
#include "lib/codes/base45.h"
#include "lib/screen/screen_draw.h"

static uint64_t now(const struct screen *screen)
{
	return screen->clock.now(screen->clock.context);
}

/* Text as far as 80 columns go, ended by a NUL. */
static void keep(char to[CANVAS_COLUMNS], const char *text, size_t length)
{
	size_t i = 0;

	for (; i < length && i + 1 < CANVAS_COLUMNS; i++)
		to[i] = text[i];
	to[i] = '\0';
}

/* Histograms and samples are too long, and the summary can be made again. */
static bool is_packed(enum file file)
{
	return file == FILE_MACHINE || file == FILE_SELFTEST || file == FILE_VERIFY ||
	       file == FILE_RESULTS || file == FILE_CANARY || file == FILE_LITMUS;
}

static void pack(struct screen *screen, unsigned file, const char *prefix,
                 const struct capture_event *event)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "%s%.*s", prefix, (int)event->length, event->text);
	if (line.cut)
		screen->pack.lost++;
	else
		pack_add(&screen->pack, file, &line);
}

static void on_row(struct screen *screen, const struct capture_event *event)
{
	const enum file file = file_named(event->name);

	if (is_packed(file))
		pack(screen, file, "", event);
	if (file != FILE_COUNT)
		outcome_row(&screen->outcome, file,
		            (struct text_slice){ event->text, event->length });
}

static void mark(struct screen *screen)
{
	pack_mark(&screen->pack);
	screen->outcome_before_part = screen->outcome;
}

static void on_progress(struct screen *screen, const struct capture_event *event)
{
	const uint64_t time = now(screen);

	if (screen->step == 0) {
		screen->first_step = event->number;
		screen->first_at = time;
	}
	screen->step = event->number;
	screen->steps = event->of;
	screen->step_at = time;
	keep(screen->activity, event->text, event->length);
	if (screen->drawn_at == 0 || time - screen->drawn_at >= screen->clock.hz)
		screen_draw_running(screen);
}

static void on_text(struct screen *screen, const struct capture_event *event)
{
	if (event->length == 0)
		return;
	keep(screen->messages[screen->message_count++ % SCREEN_MESSAGES], event->text,
	     event->length);
	if (!screen->is_done)
		screen_draw_running(screen);
}

static void on_done(struct screen *screen, const struct capture_event *event)
{
	struct capture_event done = { .text = "", .length = 0 };
	char status[2] = { (char)('0' + event->number % 10), '\0' };

	if (screen->is_done)
		return;
	done.text = status;
	done.length = 1;
	pack(screen, PACK_RECORD, "@done ", &done);
	screen->status = event->number;
	screen->is_done = true;
	screen->done_at = now(screen);
	screen->codes = pack_end(&screen->pack, screen->run_id);
	screen_turn(screen);
}

static void on_event(void *context, const struct capture_event *event)
{
	struct screen *const screen = context;

	if (screen->is_done)
		return;
	switch (event->kind) {
	case CAPTURE_RUN:
		text_copy(screen->run_id, sizeof screen->run_id, event->text);
		pack(screen, PACK_RECORD, "@run ", event);
		mark(screen);
		screen_draw_running(screen);
		break;
	case CAPTURE_PROGRESS:
		on_progress(screen, event);
		break;
	case CAPTURE_ROW:
		on_row(screen, event);
		break;
	case CAPTURE_PART:
		mark(screen);
		break;
	case CAPTURE_DROP:
		pack_rewind(&screen->pack);
		screen->outcome = screen->outcome_before_part;
		break;
	case CAPTURE_DONE:
		on_done(screen, event);
		break;
	case CAPTURE_TEXT:
		on_text(screen, event);
		break;
	}
}

static void write(struct sink *sink, const char *text, size_t length)
{
	/* The sink is its first member. */
	capture_push(&((struct screen *)(void *)sink)->capture, text, length);
}

void screen_open(struct screen *screen, const struct framebuffer *framebuffer,
                 const struct screen_clock *clock)
{
	uint8_t *const bytes = (uint8_t *)screen;

	for (size_t i = 0; i < sizeof *screen; i++)
		bytes[i] = 0;
	screen->sink = (struct sink){ "screen", write };
	screen->canvas = canvas_on(framebuffer);
	screen->clock = *clock;
	if (screen->clock.hz == 0)
		screen->clock.hz = 1000000000;
	screen->began_at = now(screen);
	capture_start(&screen->capture, on_event, screen);
	pack_begin(&screen->pack,
	           base45_room(qr_capacity(canvas_qr_version(&screen->canvas))),
	           PACK_CODES);
	canvas_clear(&screen->canvas, COLOUR_BLACK);
}

unsigned screen_pages(const struct screen *screen)
{
	return screen->is_done ? screen->codes + 2 : 0;
}

void screen_show(struct screen *screen, unsigned page)
{
	screen->page = page;
	if (page == 1)
		screen_draw_summary(screen);
	else
		screen_draw_code(screen, page - 2);
}

static uint64_t turns_of(const struct screen *screen)
{
	return (now(screen) - screen->done_at) / screen->clock.hz / SCREEN_PAGE_SECONDS;
}

/* The summary stays for two turns, since it is there to be read. */
static unsigned turns_in_all(const struct screen *screen)
{
	return screen_pages(screen) + 1;
}

bool screen_has_turned(const struct screen *screen)
{
	return !screen->is_done || turns_of(screen) >= turns_in_all(screen);
}

void screen_turn(struct screen *screen)
{
	if (!screen->is_done)
		return;

	const unsigned turn = (unsigned)(turns_of(screen) % turns_in_all(screen));
	const unsigned page = turn < 2 ? 1 : turn;

	if (page != screen->page)
		screen_show(screen, page);
}
