#pragma once
/* The files of a run, onto every volume of the stick. */
#include "efi/takeover/program.h"

/* Where a run has not come home; it goes when the results are there after all. */
#define DELIVER_UNFINISHED "unfinished.txt"

struct delivery {
	bool is_on_volume; /* what is needed is on one at least */
	bool is_uploaded;  /* or a server has it */
	uint32_t status;   /* of the run */

	/* The last line, for when nothing more is written: where they are. */
	struct line places;
};

/*
 * Unpacks a stream with its header closed into results\FOLDER of each volume, and
 * prints how the run ended; the caller prints the places, when it has written what it
 * has to.  A folder that is there already stays as it is, and the new one gets a
 * number, unless it is of an earlier try to deliver this run: then what is not there
 * yet is added.  A file that does not fit is named, and the others written. way is how
 * the stream came home.  They go to a server, too, if the run has planned that.  One
 * volume is enough; if the server lacks what is needed, that is said.
 */
struct delivery deliver(struct program *program, const struct log_header *header,
                        enum transport way);

/*
 * True if they are on a volume already: the machine was switched off after they were
 * written, and before that was noted.
 */
bool deliver_is_done(const struct program *program);

/* One file where the results would be, in a folder of this run as well. */
void deliver_note(struct program *program, const char *name, const char *text,
                  size_t length);
