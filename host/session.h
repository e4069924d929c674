#pragma once
#include "host/delivery.h"
#include "host/progress.h"
#include "lib/stream/capture.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_LINES 12
#define CONSOLE_COLUMNS 512

struct session {
	struct capture capture;
	struct delivery delivery;
	struct progress progress;
	/* The folder of the run is made there; NULL: delivery.dir is set already. */
	const char *parent;
	const char *line; /* in the folder of that name in it */
	char folder[PATH_MAX];
	const char *started_file; /* gets the id and the seconds until @run, or NULL */
	bool verbose;
	double began;
	char console[CONSOLE_LINES][CONSOLE_COLUMNS]; /* the last lines, in a ring */
	unsigned console_lines;                       /* so many in all */
	bool running;                                 /* @run was seen */
	bool damaged;   /* something the machine sent could not be kept */
	bool finished;  /* @done was seen: what follows is no part of the run, */
	bool restarted; /* nor is what follows a second @run */
	uint32_t done;
	const char *ending; /* why reading ended without @done */
	int signal;         /* that ended it, or 0 */
	bool io_error;
};

/* Options are set already; the time runs from here. */
void session_begin(struct session *session);

/* Seconds since then. */
double session_time(const struct session *session);

void session_push(struct session *session, const char *bytes, size_t count);

bool session_is_over(const struct session *session);

/* Names the files, says what is missing, and returns the exit status. */
int session_end(struct session *session);
