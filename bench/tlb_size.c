/*
 * How many translations the TLB holds: the cost of an access to W pages one after the
 * other, data or code, less the same lines through one large page.  It rises where W
 * exceeds a level.
 */
#include "bench/harness/experiment/chase.h"
#include "bench/variant.h"

struct side {
	const char *side, *size;
	enum tlb_side of;
	enum tlb_page page;
	enum level level; /* of that page */
	uint32_t most;    /* pages; of code, what a jump reaches */
	bool contiguous;  /* so are their frames; in the longest profile alone */
};

static const struct side sides[] = {
	{ "data", "4k", TLB_DATA, TLB_4K, LEVEL_PT, LINES, false },
	{ "data", "4k", TLB_DATA, TLB_4K, LEVEL_PT, LINES, true },
	{ "code", "4k", TLB_CODE, TLB_4K, LEVEL_PT, LINES, false },
	{ "data", "2m", TLB_DATA, TLB_2M, LEVEL_PD, LINES, false },
	{ "code", "2m", TLB_CODE, TLB_2M, LEVEL_PD, 1024, false },
	{ "data", "1g", TLB_DATA, TLB_1G, LEVEL_PDPT, 4096, false },
};
#define SIDES (sizeof sides / sizeof sides[0])

#define LEAST 4u
#define SHORT 256u /* where the shortest profile ends */
#define POINTS_MAX 64u

static struct chase_arena_layout layout_of(const struct side *side)
{
	struct chase_arena_layout layout = chase_arena_in_a_row(side->level);

	layout.contiguous = side->contiguous;
	return layout;
}

struct points {
	uint32_t at[POINTS_MAX];
	unsigned count;
};

/* Keeps them in ascending order, each once. */
static void insert(struct points *points, uint32_t value)
{
	unsigned i = points->count;

	while (i > 0 && points->at[i - 1] > value)
		i--;
	if (value < LEAST || points->count == POINTS_MAX ||
	    (i > 0 && points->at[i - 1] == value))
		return;
	for (unsigned k = points->count++; k > i; k--)
		points->at[k] = points->at[k - 1];
	points->at[i] = value;
}

/* Steps by the square root of two. */
static void insert_grid(struct points *points, uint32_t most)
{
	for (uint32_t value = LEAST; value <= most; value *= 2) {
		insert(points, value);
		if (value * 1448 / 1024 <= most)
			insert(points, value * 1448 / 1024);
	}
	insert(points, most);
}

/* Sixteenths of a level's size on either side of it. */
static void insert_knee(struct points *points, uint32_t size, uint32_t most)
{
	static const uint32_t sixteenths[] = { 12, 14, 15, 16, 17, 18, 20 };

	for (unsigned i = 0; i < sizeof sixteenths / sizeof sixteenths[0]; i++)
		if (size * sixteenths[i] / 16 <= most)
			insert(points, size * sixteenths[i] / 16);
}

/* Of every level that CPUID names; where it names none, of the guess. */
static void insert_knees(struct points *points, const struct plan *plan,
                         const struct side *side, uint32_t most)
{
	const struct tlb_sizes *const tlb = &plan_machine(plan)->tlb;

	insert_knee(points, plan_tlb_reach(plan, side->of, side->page), most);
	for (unsigned level = 0; level < TLB_LEVELS; level++)
		insert_knee(points,
		            (uint32_t)tlb->entries[level][side->of][side->page] +
		                    tlb->entries[level][TLB_UNIFIED][side->page],
		            most);
}

/*
 * Four times what is said, but never less than four times the largest TLB there is: a
 * sweep that ended where CPUID says would not find it wrong.
 */
static uint32_t end_of(const struct plan *plan, const struct side *side)
{
	const uint32_t said = plan_tlb_reach(plan, side->of, side->page);
	const uint32_t largest = tlb_largest(side->page);
	const uint32_t reach = said > largest ? said : largest;

	return reach > side->most / 4 ? side->most : 4 * reach;
}

static struct points points_of(const struct plan *plan, const struct side *side)
{
	const enum sweep sweep = plan_config(plan)->profile->sweep;
	const uint32_t end = end_of(plan, side);
	const uint32_t most = sweep == SWEEP_ENDS && end > SHORT ? SHORT : end;
	struct points points = { .count = 0 };

	insert_grid(&points, most);
	if (sweep == SWEEP_ALL)
		insert_knees(&points, plan, side, most);
	return points;
}

static void plan_side(struct plan *plan, const struct side *side)
{
	const struct points points = points_of(plan, side);
	const bool code = side->of == TLB_CODE;

	for (unsigned i = 0; i < points.count; i++) {
		struct experiment_spec spec = {
			.op = tlb_op_none,
			.shape = &shape_chase,
			.param = "pages",
			.value = points.at[i],
			.divisor = points.at[i],
			.chase = {
				.chains = {
					.layout = layout_of(side),
					.pages = points.at[i],
					.seed = plan_config(plan)->seed,
					.code = code,
				},
				.way_a = code ? CHASE_CODE_DENSE : CHASE_DENSE,
				.way_b = code ? CHASE_CODE_SPREAD : CHASE_SPREAD,
				.span = SPAN_REFILL,
			},
		};

		variant_add(&spec, side->side);
		variant_add(&spec, side->size);
		variant_add(&spec, side->contiguous ? "contiguous" : NULL);
		if (plan_has_point(plan, points.at, points.count, i))
			plan_add(plan, &spec);
	}
}

static void plan_tlb_size(struct plan *plan)
{
	for (unsigned i = 0; i < SIDES; i++)
		if (!sides[i].contiguous || plan_is_longest(plan))
			plan_side(plan, &sides[i]);
}

static uint64_t frames(const struct config *config)
{
	uint64_t sum = 0;

	(void)config;
	for (unsigned i = 0; i < SIDES; i++)
		sum += chase_arena_frames(layout_of(&sides[i]), sides[i].most);
	return sum;
}

const struct bench bench_tlb_size = {
	.name = "tlb_size",
	.plan = plan_tlb_size,
	.frames = frames,
};
