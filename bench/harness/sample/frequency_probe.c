#include "bench/harness/sample/frequency_probe.h"

#include "bench/harness/sample/calibration_loops.h"
#include "lib/base/csv.h"

#define PAIRS 3u

enum err frequency_probe_open(struct frequency_probe *probe,
                              struct window_source *source)
{
	probe->pair = calibration_pair(source, CALIBRATION_IMUL, PROBE_COPIES);
	return probe->pair.a != NULL && probe->pair.b != NULL ? ERR_NONE
	                                                      : ERR_NO_MEMORY;
}

uint32_t frequency_probe_take(struct frequency_probe *probe,
                              const struct sampler *sampler, uint32_t chunk)
{
	uint32_t a[PAIRS], b[PAIRS];
	struct samples samples = { .a = a, .b = b, .capacity = PAIRS };
	const struct summary summary =
		sampler_measure(sampler, &probe->pair, &samples, PAIRS);
	const int64_t total = summary.p50 * (int64_t)PROBE_COPIES / 1000;
	const uint32_t ticks = total < 0 ? 0 : (uint32_t)total;

	if (probe->count < CANARY_KEPT) {
		probe->chunks[probe->count] = chunk;
		probe->ticks[probe->count] = ticks;
	}
	probe->count++;
	return ticks;
}

void frequency_probe_record(struct frequency_probe *probe, const char *core_type,
                            struct record *record)
{
	const uint32_t kept = probe->count < CANARY_KEPT ? probe->count : CANARY_KEPT;

	record_begin(record, FILE_CANARY);
	for (; probe->sent < kept; probe->sent++) {
		struct line line;
		struct csv csv = csv_begin(&line);

		csv_u64(&csv, probe->chunks[probe->sent]);
		csv_u64(&csv, probe->ticks[probe->sent]);
		csv_text(&csv, core_type);
		record_line(record, &line);
	}
	record_end(record);
	/* The next benchmark has as much room. */
	probe->count = 0;
	probe->sent = 0;
}
