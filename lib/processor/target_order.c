#include "lib/processor/target_order.h"

#include <stdbool.h>

static uint16_t thread_of(const struct topology *const *all, unsigned place)
{
	unsigned before = 0;

	for (unsigned i = 0; i < place; i++)
		before += all[i]->core == all[place]->core;
	return (uint16_t)before;
}

static bool same_kind(const struct target_rank *a, const struct target_rank *b)
{
	return a->thread == b->thread && a->distance == b->distance;
}

static uint16_t turn_of(const struct topology *const *all,
                        const struct target_rank *ranks, unsigned rank)
{
	const uint32_t package = all[ranks[rank].place]->package;
	unsigned before = 0;

	for (unsigned i = 0; i < rank; i++)
		before += same_kind(&ranks[i], &ranks[rank]) &&
		          all[ranks[i].place]->package == package;
	return (uint16_t)before;
}

static bool comes_before(const struct target_rank *a, const struct target_rank *b)
{
	if (a->thread != b->thread)
		return a->thread < b->thread;
	if (a->distance != b->distance)
		return a->distance < b->distance;
	return a->turn < b->turn;
}

/* Insertion: as short as it is stable. */
static void sort(struct target_rank *ranks, unsigned count)
{
	for (unsigned i = 1; i < count; i++) {
		const struct target_rank rank = ranks[i];
		unsigned at = i;

		for (; at > 0 && comes_before(&rank, &ranks[at - 1]); at--)
			ranks[at] = ranks[at - 1];
		ranks[at] = rank;
	}
}

void target_order(const struct topology *const *all, unsigned count,
                  struct target_rank *ranks)
{
	if (count < 2)
		return;
	for (unsigned i = 1; i < count; i++)
		ranks[i - 1] = (struct target_rank){
			.place = (uint16_t)i,
			.thread = thread_of(all, i),
			.distance = topology_distance(all[0], all[i]),
		};
	for (unsigned i = 0; i < count - 1; i++)
		ranks[i].turn = turn_of(all, ranks, i);
	sort(ranks, count - 1);
}

bool target_is_kept_awake_by(const struct topology *const *all, unsigned first,
                             unsigned targets, unsigned place)
{
	if (place >= first && place - first < targets)
		return false;
	for (unsigned i = 0; i < targets; i++)
		if (distance_keeps_awake(topology_distance(all[place], all[first + i])))
			return true;
	return false;
}

struct pair_list {
	struct target_pair *pairs;
	unsigned count;
};

static void add(struct pair_list *list, unsigned from, unsigned to)
{
	if (from == to || list->count == TARGET_PAIRS)
		return;
	for (unsigned i = 0; i < list->count; i++)
		if (list->pairs[i].from == from && list->pairs[i].to == to)
			return;
	list->pairs[list->count++] =
		(struct target_pair){ (uint16_t)from, (uint16_t)to };
}

static bool begins_package(const struct topology *const *all, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (all[k]->package == all[i]->package)
			return false;
	return true;
}

/* Caches may be numbered anew in each package. */
static bool begins_cache(const struct topology *const *all, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (all[k]->package == all[i]->package &&
		    all[k]->cache == all[i]->cache)
			return false;
	return true;
}

/* The nearest other core of the package; itself if there is none. */
static unsigned next_core(const struct topology *const *all, unsigned count, unsigned i)
{
	unsigned nearest = i;

	for (unsigned k = 0; k < count; k++)
		if (all[k]->package == all[i]->package &&
		    all[k]->core != all[i]->core &&
		    (nearest == i || topology_distance(all[i], all[k]) <
		                             topology_distance(all[i], all[nearest])))
			nearest = k;
	return nearest;
}

static void add_packages(struct pair_list *list, const struct topology *const *all,
                         unsigned count)
{
	for (unsigned from = 0; from < count; from++) {
		if (!begins_package(all, from))
			continue;
		add(list, from, next_core(all, count, from));
		for (unsigned to = 0; to < count; to++)
			if (begins_package(all, to))
				add(list, from, to);
	}
}

unsigned target_pairs(const struct topology *const *all, unsigned count,
                      struct target_pair pairs[TARGET_PAIRS])
{
	struct pair_list list = { .pairs = pairs };

	if (count <= TARGET_PAIRS_OF) {
		for (unsigned from = 0; from < count; from++)
			for (unsigned to = 0; to < count; to++)
				add(&list, from, to);
		return list.count;
	}
	add_packages(&list, all, count);
	for (unsigned to = 1; to < count; to++)
		if (begins_cache(all, to))
			add(&list, 0, to);
	return list.count;
}
