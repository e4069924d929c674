#include "paging/lazy.h"

static uint64_t bit_of(unsigned number)
{
	return UINT64_C(1) << (number % 64);
}

bool lazy_enter_mask(struct lazy_space *space, unsigned number)
{
	return (atomic_fetch_or(&space->mask[number / 64], bit_of(number)) &
	        bit_of(number)) != 0;
}

void lazy_leave_mask(struct lazy_space *space, unsigned number)
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
	cpu->context = 0;
	cpu->next_context = 1;
	for (unsigned i = 0; i < LAZY_CONTEXTS; i++)
		cpu->contexts[i].space = NULL;
	cpu->contexts[0].space = space;
	cpu->contexts[0].tlb_gen = atomic_load(&space->tlb_gen);
	atomic_store(&cpu->state, LAZY_AWAKE);
	atomic_store(&cpu->active, space);
	(void)lazy_enter_mask(space, number);
}

void lazy_enter(struct lazy_cpu *cpu)
{
	atomic_store(&cpu->state, LAZY_ASLEEP);
}

/* The space before the state: whoever reads AWAKE must not find the one before. */
void lazy_set_active(struct lazy_cpu *cpu, struct lazy_space *space)
{
	atomic_store(&cpu->active, space);
	atomic_store(&cpu->state, LAZY_AWAKE);
}

/* A locked instruction: a fence too. */
void lazy_changed(struct lazy_space *space)
{
	atomic_fetch_add(&space->tlb_gen, 1);
}
