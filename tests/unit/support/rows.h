#pragma once
/* A plan of rows whose windows are synthetic. */
#include "bench/harness/experiment/rounds.h"

#include "tests/unit/support/synthetic.h"

#define ROWS_MAX 12u
#define ROWS_PAIRS 8191u

static struct {
	struct plan plan;
	struct row rows[PLAN_EXPERIMENTS];
	struct config config;
	struct profile profile;
	struct machine machine;
	struct bench bench;
	struct frequency_probe probe;
	struct sampler sampler;
	uint32_t a[ROWS_MAX][ROWS_PAIRS], b[ROWS_MAX][ROWS_PAIRS];
} rows_of;

/* Row i costs i + 1 NOPs' worth of 100 ticks each; noise in ticks. */
static inline struct experiment *rows_add(uint64_t noise)
{
	const unsigned i = rows_of.plan.count++;
	struct experiment *const experiment = &rows_of.plan.experiments[i];

	assert_in_range(i, 0, ROWS_MAX - 1);
	*experiment = (struct experiment){
		.spec = { .op = tlb_op_none, .variant = "first", .divisor = 1 },
		.pair = calibration_pair(&synthetic.source, CALIBRATION_NOP, 100 * (i + 1)),
		.samples = {
			.a = rows_of.a[i],
			.b = rows_of.b[i],
			.capacity = ROWS_PAIRS,
		},
	};
	experiment->pair.divisor = 1;
	synthetic.windows[synthetic.made - 1].noise = noise;
	return experiment;
}

/* An empty plan for a profile of so many rounds. */
static inline void rows_begin(uint32_t rounds_at_least)
{
	(void)synthetic_reset(NULL);
	synthetic.slopes[CALIBRATION_NOP] = 1000;
	memset(&rows_of.plan, 0, sizeof rows_of.plan);
	rows_of.profile = (struct profile){ .name = "test", .rounds = rounds_at_least };
	rows_of.config = (struct config){ .profile = &rows_of.profile };
	rows_of.machine = (struct machine){ .quantum = 1 };
	rows_of.bench = (struct bench){ .name = "single_op" };
	rows_of.plan.bench = &rows_of.bench;
	rows_of.plan.config = &rows_of.config;
	rows_of.plan.machine = &rows_of.machine;
	rows_of.probe = (struct frequency_probe){ 0 };
	rows_of.sampler = synthetic_sampler();
	assert_int_equal(frequency_probe_open(&rows_of.probe, &synthetic.source),
	                 ERR_NONE);
}

/* Where the next rows are measured; NULL: here. */
static const struct place *rows_place;
static struct chunk_work rows_work;

static inline void rows_ignore_chunk(void *context, struct experiment *experiment,
                                     unsigned finished)
{
	(void)context;
	(void)experiment;
	(void)finished;
}

/* Measures them; on_chunk NULL: nobody listens.  Returns how many chunks it took. */
static inline uint32_t rows_run(uint64_t seed,
                                void (*on_chunk)(void *, struct experiment *, unsigned),
                                void *context)
{
	uint32_t chunks = 0;

	rounds_run(&(struct rounds){
		.plan = &rows_of.plan,
		.sampler = &rows_of.sampler,
		.frequency_probe = &rows_of.probe,
		.seed = seed,
		.chunk = &chunks,
		.on_chunk = on_chunk == NULL ? rows_ignore_chunk : on_chunk,
		.context = context,
		.place = rows_place,
		.work = rows_place == NULL ? NULL : &rows_work,
	});
	return chunks;
}
