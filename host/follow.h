#pragma once
#include <stdbool.h>

struct follow {
	const char *dir; /* in which each log gets a folder, and in that each run */
	bool waits;      /* for more, at the end of a log */
	double timeout;  /* seconds, 0: until a signal */
};

/*
 * Reads the logs of serial lines, as conserver and ser2net write them, side by side up
 * to NULL, and leaves each run in DIR/LOG/ID, where LOG is the name of the log without
 * its suffix: what is in one folder is of one machine.  Says of each where it is and
 * how it ended.  A run that another one follows, or whose log ends, without @done is
 * named as cut, and what came whole of it is kept.  A log that was replaced by another
 * of its name is followed there.
 *
 * Returns the worst of the runs' statuses: 0, 1, or whatever they ended with, 4 if one
 * was cut, 2 for two logs of one name, 3 for a log that cannot be read or a file that
 * cannot be written, 5 without any run.  SIGINT, SIGTERM, SIGHUP end it.
 */
int follow_logs(char **logs, const struct follow *options);
