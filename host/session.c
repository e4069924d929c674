/*
 * One run as it comes over the line: what is shown, what is kept, and how it ended.
 */
#include "host/session.h"

#include "host/run_folder.h"
#include "host/say.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { IO_ERROR = 3, UNFINISHED = 4, NO_RUN = 5 };

double session_time(const struct session *session)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - session->began;
}

/* A line of the console without escape sequences, which would move the cursor. */
static void clean_line(char clean[CONSOLE_COLUMNS], const char *text, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used < CONSOLE_COLUMNS - 1; i++) {
		if (text[i] == '\033' && i + 1 < length && text[i + 1] == '[') {
			for (i += 2; i < length && (text[i] < '@' || text[i] > '~');)
				i++;
		} else if ((unsigned char)text[i] >= ' ' || text[i] == '\t') {
			clean[used++] = text[i];
		}
	}
	clean[used] = '\0';
}

static void show(struct session *s, const struct capture_event *event)
{
	char *const line = s->console[s->console_lines % CONSOLE_LINES];

	clean_line(line, event->text, event->length);
	if (s->verbose) {
		progress_clear(&s->progress);
		puts(line);
		fflush(stdout);
	}
	if (event->kind == CAPTURE_TEXT && line[0] != '\0')
		s->console_lines++;
}

/* What the machine said last is often why it says no more. */
static void show_last_lines(const struct session *s)
{
	const unsigned kept =
		s->console_lines < CONSOLE_LINES ? s->console_lines : CONSOLE_LINES - 1;

	if (kept != 0)
		say("the console ended with:\n");
	for (unsigned i = s->console_lines - kept; i < s->console_lines; i++)
		fprintf(stderr, "    %s\n", s->console[i % CONSOLE_LINES]);
}

/* A run of several gets a folder of its own. */
static void enter_folder(struct session *s, const char *id)
{
	if (run_folder(s->folder, s->parent, s->line, id)) {
		s->delivery.dir = s->folder;
		return;
	}
	say_error(s->folder);
	s->io_error = true;
}

static void run_began(struct session *s, const struct capture_event *event)
{
	const double elapsed = session_time(s);

	if (s->running) {
		s->restarted = true;
		s->ending = "the machine started over";
		return;
	}
	s->running = true;
	if (s->parent != NULL) {
		enter_folder(s, event->text);
		return;
	}
	printf("started in %.1f s\n", elapsed);
	fflush(stdout);
	if (s->started_file == NULL)
		return;
	FILE *const file = fopen(s->started_file, "we");
	if (file == NULL || fprintf(file, "%s %.1f\n", event->text, elapsed) < 0 ||
	    fclose(file) != 0) {
		say_error(s->started_file);
		s->io_error = true;
	}
}

static void part_dropped(struct session *s, const struct capture_event *event)
{
	static const char *const reasons[] = {
		[CAPTURE_CUT] = "it was cut",
		[CAPTURE_BAD_LINE] = "a line is too long or holds a NUL byte",
		[CAPTURE_BAD_END] = "its @end cannot be read",
		[CAPTURE_BAD_ROWS] = "rows are missing or too many",
		[CAPTURE_BAD_CRC] = "its CRC-32 is wrong",
		[CAPTURE_NO_BEGINNING] = "its beginning is missing",
		[CAPTURE_BAD_NAME] = "this name is refused",
	};

	s->damaged = true;
	if (s->delivery.failed) /* it is the end, which says so */
		return;
	progress_clear(&s->progress);
	say("dropped a part of '%s': %s (%" PRIu32 " rows", event->name,
	    reasons[event->fault], event->number);
	if (event->fault == CAPTURE_BAD_ROWS)
		fprintf(stderr, " of %" PRIu32, event->of);
	fputs(")\n", stderr);
	if (event->fault != CAPTURE_BAD_NAME)
		delivery_drop(&s->delivery, event->name);
}

static void part_came(struct session *s, const char *name)
{
	if (delivery_keep(&s->delivery, name) || s->delivery.failed)
		return;
	s->damaged = true;
	progress_clear(&s->progress);
	say("dropped a part of '%s': the part with the column names "
	    "is missing\n",
	    name);
}

bool session_is_over(const struct session *session)
{
	return session->finished || session->ending != NULL || session->io_error ||
	       session->delivery.failed;
}

static void receive(void *context, const struct capture_event *event)
{
	struct session *const s = context;

	if (s->finished || s->restarted)
		return;
	switch (event->kind) {
	case CAPTURE_RUN:
		run_began(s, event);
		break;
	case CAPTURE_PROGRESS:
		progress_step(&s->progress, event->number, event->of, event->text,
		              session_time(s));
		break;
	case CAPTURE_ROW:
		show(s, event);
		delivery_row(&s->delivery, event);
		break;
	case CAPTURE_PART:
		part_came(s, event->name);
		break;
	case CAPTURE_DROP:
		part_dropped(s, event);
		break;
	case CAPTURE_DONE:
		s->finished = true;
		s->done = event->number;
		break;
	case CAPTURE_TEXT:
		show(s, event);
		break;
	}
}

static void say_where_it_ended(const struct session *s)
{
	say("%s", s->ending != NULL ? s->ending : "an error");
	if (s->progress.step != 0)
		fprintf(stderr, " at %" PRIu32 "/%" PRIu32, s->progress.step,
		        s->progress.steps);
	fputs(", without @done; kept:", stderr);
}

static void list_delivered(const struct session *s)
{
	unsigned kept = 0;

	if (s->delivery.failed)
		say("%s; it is missing, and what came later; kept:", s->delivery.fault);
	else if (s->finished)
		say("the run is not whole; kept:");
	else
		say_where_it_ended(s);
	for (unsigned i = 0; i < s->delivery.count; i++) {
		const struct delivered_file *const file = &s->delivery.files[i];

		if (file->kept_lines == 0)
			continue;
		fprintf(stderr, "%s %s (%" PRIu32 " lines)", kept++ ? "," : "",
		        file->name, file->kept_lines);
	}
	fputs(kept ? "\n" : " nothing\n", stderr);
}

void session_begin(struct session *session)
{
	session->began = 0;
	session->began = session_time(session);
	capture_start(&session->capture, receive, session);
}

void session_push(struct session *session, const char *bytes, size_t count)
{
	capture_push(&session->capture, bytes, count);
	progress_redraw(&session->progress, session_time(session));
}

static bool done_is_known(const struct session *s)
{
	if (s->done <= UNFINISHED && s->done != IO_ERROR)
		return true;
	say("@done %" PRIu32 " is no known status\n", s->done);
	return false;
}

int session_end(struct session *s)
{
	progress_clear(&s->progress);
	capture_finish(&s->capture);

	const bool verified = s->delivery.failed || delivery_verify(&s->delivery);
	delivery_publish(&s->delivery);
	if (s->delivery.failed) {
		list_delivered(s);
		return IO_ERROR;
	}

	const bool whole = s->finished && done_is_known(s) && verified && !s->damaged;
	if (s->signal == 0 && (!whole || s->done == UNFINISHED))
		show_last_lines(s);
	if (s->running && !whole)
		list_delivered(s);
	if (s->io_error)
		return IO_ERROR;
	if (s->signal != 0)
		return 128 + s->signal;
	if (!s->running) {
		say("%s before any @run\n", s->ending);
		return NO_RUN;
	}
	return whole ? (int)s->done : UNFINISHED;
}
