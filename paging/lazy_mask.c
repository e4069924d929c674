/*
 * Lazy TLB mode by the mask alone: `mask`, and `mask_init_mm`, which leaves the tables
 * together with the mask.
 */
#include "paging/lazy.h"

/* Whoever is in the mask: nobody else's memory is looked at. */
static bool asks(const struct lazy_space *space, const struct lazy_cpu *cpu,
                 enum lazy_change change)
{
	(void)change;
	return lazy_takes_requests(space, cpu->number);
}

static enum lazy_action request(struct lazy_cpu *cpu, struct lazy_space *space,
                                enum lazy_action lazy)
{
	if (atomic_load(&cpu->active) != space)
		return LAZY_NOTHING;
	if (atomic_load(&cpu->state) == LAZY_AWAKE)
		return LAZY_DROP;
	lazy_leave_mask(space, cpu->number);
	return lazy;
}

static enum lazy_action request_stays(struct lazy_cpu *cpu, struct lazy_space *space)
{
	return request(cpu, space, LAZY_NOTHING);
}

/* The order of these stores is the protocol; each is sequentially consistent. */
static enum lazy_action come_back_drops(struct lazy_cpu *cpu, struct lazy_space *space)
{
	struct lazy_space *const before = atomic_load(&cpu->active);

	if (before != space)
		lazy_leave_mask(before, cpu->number);
	lazy_set_active(cpu, space);

	const bool was_in = lazy_enter_mask(space, cpu->number);

	if (before != space)
		return LAZY_LOAD;
	return was_in ? LAZY_NOTHING : LAZY_DROP;
}

const struct lazy_protocol lazy_mask = {
	.name = "mask",
	.frees_tables = false,
	.asks = asks,
	.request = request_stays,
	.come_back = come_back_drops,
	.loaded = lazy_set_active,
};

static enum lazy_action request_leaves(struct lazy_cpu *cpu, struct lazy_space *space)
{
	return request(cpu, space, LAZY_LEAVE);
}

static enum lazy_action come_back_loads(struct lazy_cpu *cpu, struct lazy_space *space)
{
	const bool was_in = lazy_enter_mask(space, cpu->number);

	return was_in && atomic_load(&cpu->active) == space ? LAZY_NOTHING : LAZY_LOAD;
}

/*
 * It is in both masks while CR3 is loaded: until then it may walk the tables of the
 * space before, whose frames would be given away without it (Linux since 2.6.38).
 */
static void loaded_leaves(struct lazy_cpu *cpu, struct lazy_space *space)
{
	struct lazy_space *const before = atomic_load(&cpu->active);

	lazy_set_active(cpu, space);
	if (before != space)
		lazy_leave_mask(before, cpu->number);
}

const struct lazy_protocol lazy_mask_init_mm = {
	.name = "mask_init_mm",
	.frees_tables = true,
	.asks = asks,
	.request = request_leaves,
	.come_back = come_back_loads,
	.loaded = loaded_leaves,
};
