#pragma once
/* A plan of rows that follow a trail, in a workspace that no CPU runs in. */
#include "bench/harness/plan.h"

#include "tests/unit/ring0_log.h"

#include "lib/text.h"

#define AREA_SIZE ((size_t)2 << 20)
#define PAGES 100u

static struct plan plan;
static struct config config;
static struct machine machine;
static struct workspace workspace;
static struct frame_pool pool;
static uint32_t samples[2 * 4 * 31];
static uint8_t area[AREA_SIZE] __attribute__((aligned(4096)));

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
			.trail = {
				.layout = { LEVEL_PT, LEVEL_PT },
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
	pool = arena_pool(ARENA_FRAMES);
	assert_int_equal(
		workspace_open(&workspace, &pool, frame_alloc(&pool), &machine),
		ERR_NONE);
	memset(area, 0xcc, sizeof area);
	workspace.writable = (uintptr_t)area;
	plan.config = &config;
	plan.machine = &machine;
	plan.samples = samples;
	plan.sample_rows = 4;
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
