#include "paging/lazy.h"

static uint64_t bit_of(unsigned number)
{
	return UINT64_C(1) << (number % 64);
}

/* True if it was there before. */
static bool enter_mask(struct lazy_space *space, unsigned number)
{
	return (atomic_fetch_or(&space->mask[number / 64], bit_of(number)) &
	        bit_of(number)) != 0;
}

static void leave_mask(struct lazy_space *space, unsigned number)
{
	atomic_fetch_and(&space->mask[number / 64], ~bit_of(number));
}

bool lazy_takes_requests(const struct lazy_space *space, unsigned number)
{
	return (atomic_load(&space->mask[number / 64]) & bit_of(number)) != 0;
}

void lazy_begin(struct lazy_cpu *cpu, unsigned number, struct lazy_space *space)
{
	cpu->number = number;
	atomic_store(&cpu->state, LAZY_AWAKE);
	atomic_store(&cpu->active, space);
	(void)enter_mask(space, number);
}

void lazy_enter(struct lazy_cpu *cpu)
{
	atomic_store(&cpu->state, LAZY_ASLEEP);
}

/* A request may come late: for a space that was left behind meanwhile. */
enum lazy_action lazy_request(struct lazy_cpu *cpu, struct lazy_space *space)
{
	if (atomic_load(&cpu->active) != space)
		return LAZY_NOTHING;
	if (atomic_load(&cpu->state) == LAZY_AWAKE)
		return LAZY_DROP;
	leave_mask(space, cpu->number);
	return LAZY_NOTHING;
}

/* The order of these stores is the protocol; each is sequentially consistent. */
enum lazy_action lazy_return(struct lazy_cpu *cpu, struct lazy_space *space)
{
	struct lazy_space *const before = atomic_load(&cpu->active);

	if (before != space)
		leave_mask(before, cpu->number);
	atomic_store(&cpu->active, space);
	atomic_store(&cpu->state, LAZY_AWAKE);

	const bool was_in = enter_mask(space, cpu->number);

	if (before != space)
		return LAZY_LOAD;
	return was_in ? LAZY_NOTHING : LAZY_DROP;
}
