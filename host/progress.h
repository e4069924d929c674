#pragma once
#include <stdbool.h>
#include <stdint.h>

enum progress_mode { PROGRESS_TTY, PROGRESS_LINES, PROGRESS_QUIET };

struct progress {
	enum progress_mode mode;
	uint32_t step; /* 0: none yet */
	uint32_t steps;
	uint32_t first_step;
	double first_at; /* seconds since the start, like every time here */
	double step_at;
	bool drawn;
	double drawn_at;
	char name[128];
	char group[128]; /* the benchmark announced last */
};

void progress_step(struct progress *progress, uint32_t step, uint32_t steps,
                   const char *name, double now);

/* Draws the line of a terminal anew if a second has passed: the time goes on. */
void progress_redraw(struct progress *progress, double now);

/* Takes the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);
