#include "bench/harness/target/refill_shape.h"

#include "bench/harness/remote/shapes.h"
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/space/chase_arena.h"
#include "lib/x86/insn.h"

const uint32_t refill_pages[REFILL_SETS] = { 8, 64, 512, 1536 };

static struct chase_arena_layout layout(void)
{
	return chase_arena_in_a_row(LEVEL_PT);
}

/* First page of the set of so many: each has pages and lines of its own. */
static uint32_t first_page(uint32_t pages)
{
	uint32_t at = 0;

	for (unsigned i = 0; refill_pages[i] != pages; i++)
		at += refill_pages[i];
	return at;
}

static inline __attribute__((always_inline)) void follow(uint64_t base, uint64_t line,
                                                         uint32_t pages)
{
	for (uint32_t i = 0; i < pages; i++)
		line = load_word(base + line);
}

/* Read on the target: where the chain begins, and how long it is. */
struct chain {
	uint64_t base, line;
	uint32_t pages;
};

static struct chain chain_of(const struct remote_context *remote)
{
	return (struct chain){
		.base = chase_arena_base(layout()),
		.line = remote->refill.line,
		.pages = remote->experiment->spec.value,
	};
}

static void read_twice(struct smp_cpu *me, void *argument)
{
	const struct chain chain = chain_of(argument);

	(void)me;
	follow(chain.base, chain.line, chain.pages);
	follow(chain.base, chain.line, chain.pages);
}

/* Interrupts are off: the only one that may come is somebody else's. */
static void read_timed(struct smp_cpu *me, void *argument)
{
	const struct chain chain = chain_of(argument);
	const uint64_t flags = interrupts_off();
	const uint64_t entered = rdtsc_ordered();

	follow(chain.base, chain.line, chain.pages);

	const uint64_t left = rdtsc_ordered();

	interrupts_as(flags);
	me->stamps.word[STAMP_ENTERED] = entered;
	me->stamps.word[STAMP_LEFT] = left;
}

static void prime(const struct priming *priming)
{
	struct remote_context *const remote = priming->context;

	remote->refill.prime(priming);
	if (remote->gave_up)
		return;
	(void)group_run_some(remote, 1, read_twice, remote);
	group_settle(remote->group);
}

static void read_behind(struct remote_context *remote, struct window_args *args)
{
	const struct smp_stamps *const stamps = &group_target(remote, 0)->stamps;

	if (remote->gave_up || !group_run_some(remote, 1, read_timed, remote))
		return;
	args->t0 = stamps->word[STAMP_ENTERED];
	args->t1 = args->t2 = stamps->word[STAMP_LEFT];
}

static void window_untold(struct window_args *args)
{
	struct remote_context *const remote = args->context;

	remote->refill.untold(args);
	remote->group->looking.pending = false;
	read_behind(remote, args);
}

static void window_told(struct window_args *args)
{
	struct remote_context *const remote = args->context;

	remote->refill.told(args);
	read_behind(remote, args);
}

/* What shape_shootdown has made, and the reading around it. */
static const char *equip(const struct plan *plan, struct experiment *experiment)
{
	struct workspace *const workspace = plan->workspace;
	const uint32_t pages = experiment->spec.value;
	const struct pointer_chains chains = {
		.layout = layout(),
		.first = first_page(pages),
		.pages = pages,
		.order = ORDER_RANDOM,
		.seed = pages,
	};
	const char *const missing = shape_shootdown.equip(plan, experiment);
	struct remote_context *const remote = experiment->remote;

	if (missing != NULL)
		return missing;
	if (workspace_map_lines(workspace, chains.layout, REFILL_PAGES_ALL) != ERR_NONE)
		return NO_MEMORY;
	chase_arena_link(&workspace->arena, &chains);
	remote->refill = (struct group_refill){
		.prime = experiment->priming.prime,
		.untold = experiment->pair.a,
		.told = experiment->pair.b,
		.line = chase_arena_spread(&workspace->arena, chains.layout,
		                           chains.first),
	};
	experiment->priming.prime = prime;
	experiment->pair.a = window_untold;
	experiment->pair.b = window_told;
	experiment->pair.divisor = experiment->spec.divisor;
	return NULL;
}

static void begin(struct experiment *experiment)
{
	shape_shootdown.begin(experiment);
}

static void end(struct experiment *experiment)
{
	shape_shootdown.end(experiment);
}

const struct shape shape_refill = {
	.equip = equip,
	.begin = begin,
	.end = end,
	.mishap = group_mishap,
	.kinds = group_kinds,
	.tell = group_tell,
};
