#pragma once
/*
 * A pair of multiplication chains before every chunk: its length in cycles is known, so
 * when its length in ticks moves, the core's clock moved.
 */
#include "bench/harness/sample/sampler.h"
#include "lib/base/err.h"
#include "lib/stream/record.h"

/* Multiplications by which the longer chain exceeds the shorter one. */
#define PROBE_COPIES 256u

/* Chunks between two deliveries of which it is kept. */
#define CANARY_KEPT 2048u

struct frequency_probe {
	struct pair pair;
	uint32_t chunks[CANARY_KEPT];
	uint32_t ticks[CANARY_KEPT];
	uint32_t count; /* may exceed what is kept */
	uint32_t sent;
};

enum err frequency_probe_open(struct frequency_probe *probe,
                              struct window_source *source) MUST_CHECK;

/*
 * Ticks of PROBE_COPIES multiplications: the median of three pairs; kept under chunk.
 */
uint32_t frequency_probe_take(struct frequency_probe *probe,
                              const struct sampler *sampler, uint32_t chunk);

/* The rows of canary.csv that were not sent yet, all of one core; NULL: all are alike.
 */
void frequency_probe_record(struct frequency_probe *probe, const char *core_type,
                            struct record *record);
