#pragma once
/* A plan of rows that follow a pointer chain, in a workspace that no CPU runs in. */
#include "bench/harness/experiment/chase.h"
#include "bench/harness/experiment/plan.h"

#include "tests/unit/support/ring0_log.h"

#include "lib/base/text.h"

#define AREA_SIZE ((size_t)2 << 20)
#define PAGES 100u

static struct plan plan;
static struct config config;
static struct machine machine;
static struct workspace workspace;
static struct frame_pool pool;
static uint32_t samples[2 * 4 * 31];
static uint8_t area[AREA_SIZE] __attribute__((aligned(4096)));

/* What CPUID says of a TLB for data and code; 0: nothing. */
static uint16_t tlb_entries_4k;

static struct experiment_spec specs[4];
static unsigned spec_count;

static inline void plan_specs(struct plan *of)
{
	for (unsigned i = 0; i < spec_count; i++)
		plan_add(of, &specs[i]);
}

static const struct bench bench = { .name = "refill", .plan = plan_specs };

static inline struct experiment_spec following(const char *op)
{
	return (struct experiment_spec){
		.op = tlb_op_named(op),
		.shape = &shape_chase,
		.variant = "test",
		.copies_b = 1,
		.divisor = PAGES,
		.chase = {
			.chains = {
				.layout = { .page = LEVEL_PT, .apart = LEVEL_PT },
				.pages = PAGES,
				.seed = 4,
			},
			.way_b = CHASE_SPREAD,
			.span = SPAN_REFILL,
		},
	};
}

static inline void make_plan(const struct experiment_spec *one,
                             const struct experiment_spec *two)
{
	struct sigaction before;

	specs[0] = *one;
	spec_count = 1;
	if (two != NULL)
		specs[spec_count++] = *two;
	config = config_default();
	config.profile = profile_named((struct text_slice){ "smoke", 5 });
	machine = (struct machine){ .features = UINT32_MAX };
	machine.tlb.entries[1][TLB_UNIFIED][TLB_4K] = tlb_entries_4k;
	pool = arena_pool(ARENA_FRAMES);
	assert_int_equal(
		workspace_open(&workspace, &pool, frame_alloc(&pool), &machine),
		ERR_NONE);
	memset(area, 0xcc, sizeof area);
	workspace.writable = (uintptr_t)area;
	plan.config = &config;
	plan.machine = &machine;
	plan.samples = samples;
	plan.sample_sets = 4;
	plan.broken = NULL;
	ring0_begin(&pool, workspace.space.root, &before);
	plan_make(&plan, &bench, &workspace);
	ring0_end(&before);
	assert_int_equal(plan.count, spec_count);
	assert_int_equal(plan.lost, 0);
}

static inline struct experiment *row(unsigned i)
{
	assert_null(plan.experiments[i].skip);
	return &plan.experiments[i];
}

/* What is done before a window of that arm. */
static inline void prime(unsigned i, unsigned arm)
{
	const struct priming *const priming =
		arm == 0 ? row(i)->pair.priming : row(i)->pair.priming_b;
	struct sigaction before;

	ring0_begin(&pool, workspace.space.root, &before);
	priming->prime(priming);
	ring0_end(&before);
}

static unsigned next_event;

static inline void assert_event(enum ring0_kind kind, uint64_t value)
{
	assert_in_range(next_event, 0, (unsigned)ring0.count - 1);
	assert_int_equal(ring0.at[next_event].kind, kind);
	assert_int_equal(ring0.at[next_event++].value, value);
}

static inline void assert_no_more(void)
{
	assert_int_equal(next_event, ring0.count);
}

/* Each of the chain's pages once, the first one first. */
static inline void assert_pass(const struct pointer_chains *chains)
{
	const uint64_t base = chase_arena_base(chains->layout);
	bool met[PAGES] = { false };

	assert_int_equal(
		ring0.at[next_event].value,
		base + chase_arena_spread(&workspace.arena, chains->layout, 0));
	for (uint32_t i = 0; i < chains->pages; i++) {
		const struct ring0_event event = ring0.at[next_event++];
		const uint64_t page =
			(event.value - base) / level_span(chains->layout.apart);

		assert_int_equal(event.kind, RING0_LOAD);
		assert_in_range(page, 0, chains->pages - 1);
		assert_int_equal(event.value,
		                 base + chase_arena_spread(&workspace.arena,
		                                           chains->layout,
		                                           (uint32_t)page));
		assert_false(met[page]);
		met[page] = true;
	}
}

/* The dense page, then the chain. */
static inline void assert_walked(const struct pointer_chains *chains)
{
	next_event = 0;
	assert_event(RING0_LOAD, VA_LINES_DENSE);
	assert_pass(chains);
}

static inline uint64_t target_page(uint32_t page)
{
	const struct target target = workspace_target(TARGET_4K);

	return target.base + page * target.stride;
}
