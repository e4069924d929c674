#pragma once
/*
 * Windows that are plain functions and tell any time they like, and a sampler for them.
 */
#include "bench/harness/sample/sampler.h"
#include "bench/harness/space/workspace.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define CAPACITY 8191u
#define FOREVER (UINT64_MAX / 2)
#define SLOW UINT64_C(200000000)

static struct {
	struct random random;
	struct disturbances seen;
	uint32_t windows; /* run so far, warm-up included */
	uint32_t primes;
	const struct priming *primed; /* the last */
	uint64_t drift;               /* ticks added with every window */
	uint64_t noise;               /* at most */
	uint32_t interrupt_at;        /* window in which an interrupt comes; 0: none */
	uint32_t interrupts_after; /* it comes in every window from there; 0: never */
	uint32_t smi_at;
	uint32_t tsc_back_at;
	uint64_t aperf, mperf; /* by which these go on in every window */
	uint64_t touch;        /* ticks from T1 to T2 */
	uint32_t slow_at;      /* window that takes SLOW ticks to run */
	char order[64];        /* which windows ran */
} world;

static uint32_t ticks_a[CAPACITY], ticks_b[CAPACITY];
static int64_t differences[CAPACITY], scratch[CAPACITY];
static struct samples samples;

static inline void run(struct window_args *args, char name, uint64_t ticks)
{
	const uint32_t window = ++world.windows;
	const uint64_t noise =
		world.noise == 0 ? 0
				 : random_below_u64(&world.random, world.noise) +
					   random_below_u64(&world.random, world.noise);

	if (window <= sizeof world.order)
		world.order[window - 1] = name;
	if (window == world.interrupt_at)
		world.seen.interrupts++;
	if (window == world.smi_at)
		world.seen.smis++;
	if (world.interrupts_after != 0 && window >= world.interrupts_after)
		world.seen.interrupts++;
	world.seen.aperf += world.aperf;
	world.seen.mperf += world.mperf;
	if (window == world.slow_at) {
		const uint64_t begin = __builtin_ia32_rdtsc();

		while (__builtin_ia32_rdtsc() - begin < SLOW)
			;
	}
	args->t0 = 1000000;
	args->t1 = args->t0 + ticks + world.drift * window + noise;
	if (window == world.tsc_back_at)
		args->t1 = args->t0 - 1;
	args->t2 = args->t1 + world.touch;
}

static inline void takes_1000(struct window_args *args)
{
	run(args, 'a', 1000);
}

static inline void takes_1100(struct window_args *args)
{
	run(args, 'b', 1100);
}

static inline void takes_900(struct window_args *args)
{
	run(args, 'c', 900);
}

static inline void takes_2_pow_33(struct window_args *args)
{
	run(args, 'd', UINT64_C(1) << 33);
}

static inline void goes_back(struct window_args *args)
{
	args->t0 = 5;
	args->t1 = 4;
	args->t2 = 4;
}

static inline void prime(const struct priming *priming)
{
	world.primes++;
	world.primed = priming;
}

static inline struct disturbances disturbances(void *context)
{
	assert_ptr_equal(context, &world);
	return world.seen;
}

static inline struct sampler sampler(uint64_t ticks_per_row)
{
	return (struct sampler){
		.disturbances = disturbances,
		.context = &world,
		.ticks_per_row = ticks_per_row,
		.quantum = 1,
		.differences = differences,
		.scratch = scratch,
	};
}

static const struct priming primed_3_64 = {
	.prime = prime,
	.target_pages = 3,
	.working_pages = 64,
};

static inline void begin_samples(uint32_t capacity)
{
	samples = (struct samples){ .a = ticks_a, .b = ticks_b, .capacity = capacity };
}

/* Takes pairs until none more can be taken; returns the summary of the differences. */
static inline struct summary sample(window_code *a, window_code *b, uint32_t capacity,
                                    uint64_t ticks_per_row)
{
	const struct sampler with = sampler(ticks_per_row);
	const struct pair pair = {
		.a = a,
		.b = b,
		.priming = &primed_3_64,
		.divisor = 1,
	};

	begin_samples(capacity);
	return sampler_measure(&with, &pair, &samples, capacity);
}

static inline int reset(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	world.random.state = 6;
	return 0;
}

#define CASE(name) cmocka_unit_test_setup(name, reset)
