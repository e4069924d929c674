#include "bench/harness/target/sibling_shape.h"

#include "bench/harness/remote/group.h"
#include "bench/harness/walk/walk_shape.h"
#include "lib/x86/insn.h"

#define PER 1000u

static const char *lacks_sibling(const struct remote_context *remote)
{
	const struct remote_group *const group = remote->group;
	const unsigned first = remote->spec->first;

	if (first <= group->count && group->members[first]->distance != DISTANCE_CORE)
		return "no other thread of its core";
	return group_lacks(group, remote);
}

static const char *equip_beside(const struct plan *plan, struct experiment *experiment)
{
	struct remote_context *const remote = group_context(plan, experiment);
	const char *lacks = lacks_sibling(remote);

	if (lacks == NULL)
		lacks = group_equip_work(plan, remote);
	if (lacks == NULL)
		lacks = shape_walk.equip(plan, experiment);
	if (lacks == NULL)
		experiment->pair.gave_up = &remote->gave_up;
	return lacks;
}

static void begin_beside(struct experiment *experiment)
{
	group_begin(experiment->remote);
	shape_walk.begin(experiment);
}

static void end_beside(struct experiment *experiment)
{
	shape_walk.end(experiment);
	group_end(experiment->remote);
}

static struct mishap mishap_beside(const struct experiment *experiment)
{
	const struct mishap mishap = group_mishap(experiment);

	return mishap.status != ROW_OK ? mishap : shape_walk.mishap(experiment);
}

static bool is_shown_beside(const struct experiment *experiment)
{
	return shape_walk.is_shown(experiment);
}

const struct shape shape_walk_beside = {
	.equip = equip_beside,
	.begin = begin_beside,
	.end = end_beside,
	.mishap = mishap_beside,
	.is_shown = is_shown_beside,
	.kinds = group_kinds,
	.tell = group_tell,
};

/* Words that are of the frame behind the pages now; of the others it has the old entry.
 */
static void read_pages(struct smp_cpu *me, void *argument)
{
	const struct remote_context *const remote = argument;
	struct remote_group *const group = remote->group;

	(void)me;
	atomic_store(
		&group->looking.stale,
		flush_pages_look(&group->probe_pages, remote->spec->pages, load_word));
}

/*
 * The target fills its translations last: what the boot processor drops to prepare its
 * own may be the target's, too.
 */
static uint32_t count_lost(const struct window_args *args, bool b)
{
	struct remote_context *const remote = args->context;
	struct remote_group *const group = remote->group;
	const uint32_t pages = remote->spec->pages;
	struct window_args own = *args;

	remote->refill.prime(&remote->experiment->priming);
	if (remote->gave_up || !group_run(remote, read_pages, remote))
		return 0;
	if (b)
		remote->refill.told(&own);
	else
		remote->refill.untold(&own);
	group->looking.pending = false;
	if (remote->gave_up || !group_run(remote, read_pages, remote))
		return 0;
	return (pages - atomic_load(&group->looking.stale)) * PER / pages;
}

/* What shape_shootdown has made, counted. */
static const char *equip_lost(const struct plan *plan, struct experiment *experiment)
{
	struct remote_context *remote;
	const char *lacks = shape_shootdown.equip(plan, experiment);

	remote = experiment->remote;
	if (lacks_sibling(remote) != NULL)
		return lacks_sibling(remote);
	if (lacks != NULL)
		return lacks;
	remote->refill = (struct group_refill){
		.prime = experiment->priming.prime,
		.untold = experiment->pair.a,
		.told = experiment->pair.b,
	};
	experiment->pair = (struct pair){
		.count = count_lost,
		.args = { .context = remote },
		.divisor = experiment->spec.divisor,
		.block = group_block(remote),
		.gave_up = &remote->gave_up,
	};
	return NULL;
}

static void begin_lost(struct experiment *experiment)
{
	shape_shootdown.begin(experiment);
}

/* What is stale is what is counted, and no fault. */
static void end_lost(struct experiment *experiment)
{
	group_end(experiment->remote);
}

const struct shape shape_sibling_lost = {
	.equip = equip_lost,
	.begin = begin_lost,
	.end = end_lost,
	.mishap = group_mishap,
	.kinds = group_kinds,
	.tell = group_tell,
};
