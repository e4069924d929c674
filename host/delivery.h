#pragma once
#include "lib/stream/capture.h"

#include <stdbool.h>
#include <stdint.h>

#define DELIVERY_FILES 32

struct delivered_file {
	char name[CAPTURE_NAME_MAX + 1];
	int fd;
	int64_t kept_bytes; /* of whole parts; the open part lies behind them */
	uint32_t kept_lines;
	uint32_t kept_crc;
	uint32_t lines; /* with the open part */
	uint32_t crc;
	bool headless; /* the open part began without its column names */
};

struct delivery {
	const char *dir;
	bool partial; /* a file that machine.csv announces may be missing */
	unsigned count;
	bool failed;     /* an I/O error: no more can be kept */
	char fault[512]; /* which, in words */
	struct delivered_file files[DELIVERY_FILES];
};

/* True, with a message, if dir holds a run already. */
bool delivery_is_taken(const char *dir);

void delivery_row(struct delivery *delivery, const struct capture_event *row);

/* Keeps the open part of a file; false if it has to be dropped after all. */
bool delivery_keep(struct delivery *delivery, const char *name);
void delivery_drop(struct delivery *delivery, const char *name);

/* Names what machine.csv announces and the delivery contradicts; true if nothing. */
bool delivery_verify(const struct delivery *delivery);

/* Gives every file that has whole parts its name, and removes the rest. */
void delivery_publish(struct delivery *delivery);
