#pragma once
/* The files of a run, to an HTTP server, or a TFTP server. */
#include "efi/network/route.h"
#include "efi/takeover/program.h"

struct upload {
	const struct program *program;
	bool is_open; /* files are sent */
	bool failed; /* what nobody can do without, or what comes after it, is not there
	              */
	struct url url;
	struct route route;
	struct line manifest;
};

/*
 * For a run that is to begin: true if the server has taken a file that says so.  What
 * is wrong otherwise, and what to do, is said.
 */
bool upload_plan(const struct program *program);

/* Of program->marker's run; nothing is open, and is_open false, if it has not planned
 * it. */
void upload_open(const struct program *program, struct upload *upload);

/*
 * Sends one, three times at most.  What the server has already, byte for byte, has
 * arrived. A file that it refuses is named, and others are tried; where nobody answers,
 * none is.
 */
void upload_file(struct upload *upload, const char *name, const char *bytes,
                 size_t length, bool is_needed);

/* Sends the manifest.  True, and said, if all that is needed is there. */
bool upload_close(struct upload *upload);
