#pragma once
/*
 * Windows that run nothing and stamp a clock of their own, as long as their copies
 * would take on a processor that can be given any fault.
 */
#include "bench/harness/sample/calibration_loops.h"
#include "lib/base/random.h"
#include "tests/unit/support/unit.h"

#define SYNTHETIC_WINDOWS 64u
#define SYNTHETIC_SAMPLES 8192u
#define SYNTHETIC_FOREVER (UINT64_MAX / 2)

struct synthetic_window {
	struct window_spec spec;
	uint64_t noise; /* ticks, at most, on top of the clock's */
	uint32_t runs;
};

static struct {
	struct window_source source;
	struct random random;
	struct dither dither;
	struct synthetic_window windows[SYNTHETIC_WINDOWS];
	unsigned made, room;
	uint32_t runs;                     /* of all windows */
	int64_t slopes[CALIBRATION_COUNT]; /* thousandths of a tick for each copy */
	uint64_t floor;                    /* ticks of an empty window */
	uint64_t load;                     /* ticks of a planted load */
	uint64_t noise;                    /* ticks, at most */
	uint64_t step;     /* the clock goes on by so many ticks at a time */
	uint64_t fraction; /* and so many thousandths of a tick */
	uint32_t hidden;   /* first copies that overlap with the stamps */
	/* Per mille by which all gets slower: at once, or a little with every window.
	 */
	uint32_t slower_at, slower_by;
	uint32_t slower_over;
	/* In one of so many windows the clock jumps by so many ticks; 0: in none. */
	uint32_t jumps_in;
	int64_t jump;
	uint64_t now;
	int64_t differences[SYNTHETIC_SAMPLES], scratch[SYNTHETIC_SAMPLES];
} synthetic;

static inline uint64_t synthetic_copies(const struct window_spec *spec)
{
	const uint32_t seen =
		spec->copies < synthetic.hidden ? 0 : spec->copies - synthetic.hidden;

	for (unsigned i = 0; i < CALIBRATION_COUNT; i++)
		if (spec->body == calibration_body((enum calibration)i))
			return seen * (uint64_t)synthetic.slopes[i];
	return 0;
}

static inline uint64_t synthetic_speed(void)
{
	const uint32_t by = synthetic.slower_by;

	if (synthetic.slower_over != 0)
		return 1000 + (uint64_t)by * synthetic.runs / synthetic.slower_over;
	return 1000 + (synthetic.runs >= synthetic.slower_at ? by : 0);
}

static inline uint64_t synthetic_noise(uint64_t most)
{
	return most == 0 ? 0 : random_next(&synthetic.random) % (most + 1);
}

/* A whole number of steps, rounded down to ticks. */
static inline uint64_t synthetic_reading(uint64_t now)
{
	const uint64_t step = synthetic.step * 1000 + synthetic.fraction;

	return now * 1000 / step * step / 1000;
}

static inline void synthetic_run(unsigned i, struct window_args *args)
{
	struct synthetic_window *const window = &synthetic.windows[i];
	const uint64_t load = window->spec.injected_load ? synthetic.load : 0;
	const uint64_t thousandths =
		synthetic_copies(&window->spec) + (synthetic.floor + load) * 1000;
	const uint64_t ticks = thousandths * synthetic_speed() / 1000000 +
	                       synthetic_noise(synthetic.noise) +
	                       synthetic_noise(window->noise);
	const uint64_t from = synthetic.now;

	synthetic.runs++;
	window->runs++;
	synthetic.now += ticks;
	if (synthetic.jumps_in != 0 &&
	    random_below(&synthetic.random, synthetic.jumps_in) == 0)
		synthetic.now += (uint64_t)synthetic.jump;
	args->t0 = synthetic_reading(from);
	args->t1 = args->t2 = synthetic_reading(synthetic.now);
	synthetic.now += 13;
}

/* A function for each window, numbered in octal. */
#define SYNTHETIC_EIGHT(of, n)                                                         \
	of(n##0) of(n##1) of(n##2) of(n##3) of(n##4) of(n##5) of(n##6) of(n##7)
#define SYNTHETIC_ALL(of)                                                              \
	SYNTHETIC_EIGHT(of, 00)                                                        \
	SYNTHETIC_EIGHT(of, 01)                                                        \
	SYNTHETIC_EIGHT(of, 02)                                                        \
	SYNTHETIC_EIGHT(of, 03)                                                        \
	SYNTHETIC_EIGHT(of, 04)                                                        \
	SYNTHETIC_EIGHT(of, 05)                                                        \
	SYNTHETIC_EIGHT(of, 06)                                                        \
	SYNTHETIC_EIGHT(of, 07)

#define SYNTHETIC_DEFINE(n)                                                            \
	static inline void synthetic_window_##n(struct window_args *args)              \
	{                                                                              \
		synthetic_run(n, args);                                                \
	}
#define SYNTHETIC_NAME(n) synthetic_window_##n,

SYNTHETIC_ALL(SYNTHETIC_DEFINE)

static window_code *const synthetic_codes[SYNTHETIC_WINDOWS] = { SYNTHETIC_ALL(
	SYNTHETIC_NAME) };

static inline window_code *synthetic_make(struct window_source *source,
                                          const struct window_spec *spec)
{
	assert_ptr_equal(source, &synthetic.source);
	if (synthetic.made == synthetic.room)
		return NULL;
	synthetic.windows[synthetic.made] = (struct synthetic_window){ .spec = *spec };
	return synthetic_codes[synthetic.made++];
}

/* A processor of our time, without fault. */
static inline int synthetic_reset(void **state)
{
	(void)state;
	memset(&synthetic, 0, sizeof synthetic);
	synthetic.source.make = synthetic_make;
	synthetic.random.state = 17;
	synthetic.room = SYNTHETIC_WINDOWS;
	synthetic.slopes[CALIBRATION_ADD] = 700;
	synthetic.slopes[CALIBRATION_IMUL] = 2100;
	synthetic.slopes[CALIBRATION_NOP] = 120;
	synthetic.slopes[CALIBRATION_LFENCE] = 9000;
	synthetic.floor = 40;
	synthetic.noise = 1;
	synthetic.load = 4;
	synthetic.step = 1;
	synthetic.now = 1000003;
	return 0;
}

static inline struct disturbances synthetic_peace(void *context)
{
	(void)context;
	return (struct disturbances){ 0 };
}

/* A turn is a tick. */
static inline void synthetic_spin(uint32_t turns)
{
	synthetic.now += turns;
}

static inline struct sampler synthetic_sampler(void)
{
	synthetic.dither = (struct dither){ { 23 }, synthetic_spin };

	return (struct sampler){
		.disturbances = synthetic_peace,
		.ticks_per_row = SYNTHETIC_FOREVER,
		.quantum = 1,
		.dither = &synthetic.dither,
		.differences = synthetic.differences,
		.scratch = synthetic.scratch,
	};
}

#define SYNTHETIC_CASE(name) cmocka_unit_test_setup(name, synthetic_reset)
