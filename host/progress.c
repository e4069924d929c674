/*
 * Shows how far a run is: on a terminal one line that is drawn again and again,
 * elsewhere one line for every benchmark.
 */
#include "host/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void format_time(char text[16], double seconds)
{
	const unsigned s = seconds > 0 ? (unsigned)seconds : 0;

	if (s >= 3600)
		snprintf(text, 16, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	else
		snprintf(text, 16, "%u:%02u", s / 60, s % 60);
}

/* Two finished steps are the least that says anything about the others. */
static bool estimate_left(const struct progress *p, double now, double *left)
{
	const uint32_t finished = p->step - p->first_step;

	if (p->step < p->first_step || finished < 2 || p->step > p->steps)
		return false;
	const double per_step = (p->step_at - p->first_at) / finished;
	*left = per_step * (p->steps - p->step + 1) - (now - p->step_at);
	return true;
}

/* The name comes last: where a line is too narrow, that is what is cut. */
static void format_line(const struct progress *p, const char *name, double now,
                        char *line, size_t capacity)
{
	char elapsed[16];
	char remaining[16];
	char digits[16];
	double left = 0;

	const int width = snprintf(digits, sizeof digits, "%" PRIu32, p->steps);
	format_time(elapsed, now);
	if (estimate_left(p, now, &left))
		format_time(remaining, left);
	else
		snprintf(remaining, sizeof remaining, "-:--");
	snprintf(line, capacity, "%5s, %5s left [%*" PRIu32 "/%" PRIu32 "] %s", elapsed,
	         remaining, width, p->step, p->steps, name);
}

static int terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return 80;
	return size.ws_col;
}

static void draw(struct progress *p, double now)
{
	char line[256];

	format_line(p, p->name, now, line, sizeof line);
	/* A line that wraps could not be drawn over. */
	printf("\r%.*s\033[K", terminal_columns() - 1, line);
	fflush(stdout);
	p->drawn = true;
	p->drawn_at = now;
}

void progress_redraw(struct progress *p, double now)
{
	if (p->mode != PROGRESS_TTY || p->step == 0 ||
	    (p->drawn && now - p->drawn_at < 1))
		return;
	draw(p, now);
}

void progress_clear(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stdout);
	p->drawn = false;
}

static void announce_group(struct progress *p, double now)
{
	char line[256];
	char group[sizeof p->group];

	snprintf(group, sizeof group, "%s", p->name);
	group[strcspn(group, "/ ")] = '\0';
	if (strcmp(group, p->group) == 0)
		return;
	memcpy(p->group, group, sizeof group);
	format_line(p, group, now, line, sizeof line);
	puts(line);
	fflush(stdout);
}

void progress_step(struct progress *p, uint32_t step, uint32_t steps, const char *name,
                   double now)
{
	snprintf(p->name, sizeof p->name, "%s", name);
	for (char *c = p->name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	if (p->step == 0) {
		p->first_step = step;
		p->first_at = now;
	}
	p->step = step;
	p->steps = steps;
	p->step_at = now;
	if (p->mode == PROGRESS_TTY)
		draw(p, now);
	else if (p->mode == PROGRESS_LINES)
		announce_group(p, now);
}
