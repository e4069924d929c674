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
	if (from != to && list->count != TARGET_PAIRS)
		list->pairs[list->count++] =
			(struct target_pair){ (uint16_t)from, (uint16_t)to };
}

typedef bool begins_fn(const struct topology *const *all, unsigned i);

static bool begins_itself(const struct topology *const *all, unsigned i)
{
	(void)all;
	(void)i;
	return true;
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

/* Who begins something; of more than there is room for only how many. */
struct chosen {
	uint16_t places[TARGET_PAIRS_OF];
	unsigned count;
};

static void choose(struct chosen *chosen, const struct topology *const *all,
                   unsigned count, begins_fn *begins)
{
	chosen->count = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!begins(all, i))
			continue;
		if (chosen->count < TARGET_PAIRS_OF)
			chosen->places[chosen->count] = (uint16_t)i;
		chosen->count++;
	}
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

/* Each of the chosen calls each other one. */
static void add_each(struct pair_list *list, const struct chosen *chosen)
{
	const unsigned count =
		chosen->count < TARGET_PAIRS_OF ? chosen->count : TARGET_PAIRS_OF;

	for (unsigned from = 0; from < count; from++)
		for (unsigned to = 0; to < count; to++)
			add(list, chosen->places[from], chosen->places[to]);
}

/* And a neighbour, where that is not among them. */
static void add_neighbours(struct pair_list *list, const struct topology *const *all,
                           unsigned count, begins_fn *begins)
{
	for (unsigned from = 0; from < count; from++) {
		if (!begins(all, from))
			continue;

		const unsigned to = next_core(all, count, from);

		if (!begins(all, to))
			add(list, from, to);
	}
}

/* But for its neighbour, which it calls already. */
static void add_caches(struct pair_list *list, const struct topology *const *all,
                       unsigned count)
{
	for (unsigned to = 1; to < count; to++)
		if (begins_cache(all, to) && !begins_package(all, to) &&
		    to != next_core(all, count, 0))
			add(list, 0, to);
}

unsigned target_pairs(const struct topology *const *all, unsigned count, unsigned most,
                      struct target_pair pairs[TARGET_PAIRS])
{
	struct pair_list list = { .pairs = pairs };
	begins_fn *begins = count <= most ? begins_itself : begins_cache;
	struct chosen chosen;

	choose(&chosen, all, count, begins);
	if (chosen.count > most) {
		begins = begins_package;
		choose(&chosen, all, count, begins);
	}
	add_each(&list, &chosen);
	add_neighbours(&list, all, count, begins);
	if (begins == begins_package)
		add_caches(&list, all, count);
	return list.count;
}
