#pragma once
/* The record stream in RAM, for the next start of the program. */
#include "efi/firmware/memory.h"
#include "lib/boot/run_marker.h"
#include "lib/stream/log_header.h"
#include "lib/stream/memory_sink.h"

#define RAM_LOG_COPIES RUN_MARKER_COPIES

struct ram_log {
	uint64_t copies[RAM_LOG_COPIES];  /* physical addresses; 0: none */
	uint64_t room;                    /* bytes of each */
	struct memory_sink sink;          /* into the first copy */
	const struct log_header *foreign; /* results that wait in the way; NULL: none */
};

/*
 * Memory for so many bytes, three times: in the middle of the largest regions, because
 * firmware uses the ends, from 16 MiB to 4 GiB, above that, and below it, where there
 * is one.  Less where there is less; false if there is none worth it.  Results of
 * another nonce than the last run's that wait there, for another stick, are noted in
 * foreign, which ends the search: what is allocated then is not to be written to.
 */
bool ram_log_alloc(const struct firmware *firmware, struct memory_map *map,
                   uint64_t bytes, uint64_t last_nonce, struct ram_log *log);

/*
 * Opens the sink, and sees to it that no copy of an earlier run is left where this one
 * will be looked for; the memory must be writable.
 */
void ram_log_open(struct ram_log *log, const struct run_marker *marker);

/*
 * Closes the first copy as far as it has come: should the machine be reset before the
 * run is done, the next start finds that much.  Not while anything is measured: the
 * caches are empty afterwards.
 */
void ram_log_so_far(struct ram_log *log);

/* Closes all copies, and sees to it that they are in memory, not in caches. */
void ram_log_seal(struct ram_log *log);
