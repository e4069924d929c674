#include "bench/harness/sample/frequency_probe.h"

#include "bench/harness/sample/calibration_loops.h"
#include "lib/base/csv.h"

#define PAIRS 3u

enum err canary_open(struct canary *canary, struct window_source *source)
{
	canary->pair = chain_pair(source, CHAIN_IMUL, CANARY_COPIES);
	return canary->pair.a != NULL && canary->pair.b != NULL ? ERR_NONE
	                                                        : ERR_NO_MEMORY;
}

uint32_t canary_take(struct canary *canary, const struct sampler *sampler,
                     uint32_t chunk)
{
	uint32_t a[PAIRS], b[PAIRS];
	struct samples samples = { .a = a, .b = b, .capacity = PAIRS };
	const struct summary summary =
		sampler_measure(sampler, &canary->pair, &samples, PAIRS);
	const int64_t total = summary.p50 * (int64_t)CANARY_COPIES / 1000;
	const uint32_t ticks = total < 0 ? 0 : (uint32_t)total;

	if (canary->count < CANARY_KEPT) {
		canary->chunks[canary->count] = chunk;
		canary->ticks[canary->count] = ticks;
	}
	canary->count++;
	return ticks;
}

void canary_record(struct canary *canary, const char *core_type, struct record *record)
{
	const uint32_t kept = canary->count < CANARY_KEPT ? canary->count : CANARY_KEPT;

	record_begin(record, FILE_CANARY);
	for (; canary->sent < kept; canary->sent++) {
		struct line line;
		struct csv csv = csv_begin(&line);

		csv_u64(&csv, canary->chunks[canary->sent]);
		csv_u64(&csv, canary->ticks[canary->sent]);
		csv_text(&csv, core_type);
		record_line(record, &line);
	}
	record_end(record);
}
