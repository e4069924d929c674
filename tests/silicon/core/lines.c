#include "tests/silicon/core/lines.h"

#include <stdlib.h>

bool silicon_lines_open(struct line_cache *cache,
                        const struct silicon_cache_params *shape)
{
	const size_t lines = (size_t)shape->sets * shape->ways;

	cache->shape = *shape;
	cache->lines = lines == 0 ? NULL : calloc(lines, sizeof cache->lines[0]);
	return lines == 0 || cache->lines != NULL;
}

void silicon_lines_close(struct line_cache *cache)
{
	free(cache->lines);
}

/* Most are powers of two, and division is what would take longest here. */
static struct line_state *set_of(const struct line_cache *cache, uint64_t line)
{
	const uint32_t sets = cache->shape.sets;
	const uint64_t set = (sets & (sets - 1)) == 0 ? line & (sets - 1) : line % sets;

	return &cache->lines[(size_t)set * cache->shape.ways];
}

/* True if it was there; it is now, in place of the one used longest ago. */
static bool use_line(struct line_cache *cache, uint64_t line)
{
	if (cache->lines == NULL)
		return false;

	struct line_state *const first = set_of(cache, line);
	struct line_state *victim = first;

	cache->stamp++;
	for (unsigned way = 0; way < cache->shape.ways; way++)
		if (first[way].line == line) {
			first[way].stamp = cache->stamp;
			return true;
		}
	for (unsigned way = 1; way < cache->shape.ways; way++)
		if (first[way].stamp < victim->stamp)
			victim = &first[way];
	*victim = (struct line_state){ .line = line, .stamp = cache->stamp };
	return false;
}

static void drop_line(struct line_cache *cache, uint64_t line)
{
	if (cache->lines == NULL)
		return;
	for (unsigned way = 0; way < cache->shape.ways; way++)
		if (set_of(cache, line)[way].line == line)
			set_of(cache, line)[way] = (struct line_state){ 0 };
}

static bool has_line(const struct line_cache *cache, uint64_t line)
{
	if (cache->lines == NULL)
		return false;
	for (unsigned way = 0; way < cache->shape.ways; way++)
		if (set_of(cache, line)[way].line == line)
			return true;
	return false;
}

static struct directory_line *directory_at(struct silicon *s, uint64_t line)
{
	return &s->directory[line * UINT64_C(0x9e3779b97f4a7c15) >> 48];
}

static void write_line(struct silicon *s, const struct core_state *core, uint64_t line)
{
	struct directory_line *const known = directory_at(s, line);

	if (known->line == line && known->owner == core->number && !known->shared)
		return;
	*known = (struct directory_line){ .line = line, .owner = core->number };
	for (uint32_t i = 0; i < s->params.core_count; i++)
		if (i != core->number) {
			drop_line(&s->cores[i].l1, line);
			drop_line(&s->cores[i].l2, line);
		}
	for (uint32_t i = 0; i < s->package_count; i++)
		if (i != core->package)
			drop_line(&s->l3[i], line);
}

/* The core's own caches do not have it. */
static struct found find_outside(struct silicon *s, const struct core_state *core,
                                 uint64_t line)
{
	struct directory_line *const known = directory_at(s, line);
	const bool in_l3 = use_line(&s->l3[core->package], line);
	const struct core_state *const owner = &s->cores[known->owner];

	/* What has left the owner's caches is where all else is. */
	if (known->line == line && owner != core && !known->shared &&
	    (has_line(&owner->l1, line) || has_line(&owner->l2, line))) {
		known->shared = true;
		return (struct found){ FOUND_ELSEWHERE, known->owner };
	}
	return (struct found){ in_l3 ? FOUND_L3 : FOUND_MEMORY, 0 };
}

struct found silicon_lines_touch(struct silicon *s, struct core_state *core,
                                 uint64_t physical, bool is_write)
{
	const uint64_t line = (physical >> LINE_SHIFT) + 1;
	struct found found = { FOUND_L1, 0 };

	if (core->l1.lines == NULL)
		return found;

	const bool in_l1 = use_line(&core->l1, line);
	const bool in_l2 = !in_l1 && use_line(&core->l2, line);

	if (in_l2)
		found.in = FOUND_L2;
	else if (!in_l1)
		found = find_outside(s, core, line);
	if (is_write && s->params.core_count > 1)
		write_line(s, core, line);
	return found;
}

void silicon_flush_line(struct silicon *s, uint64_t physical)
{
	const uint64_t line = (physical >> LINE_SHIFT) + 1;

	for (uint32_t i = 0; i < s->params.core_count; i++) {
		drop_line(&s->cores[i].l1, line);
		drop_line(&s->cores[i].l2, line);
	}
	for (uint32_t i = 0; i < s->package_count; i++)
		drop_line(&s->l3[i], line);
}
