/*
 * Lazy TLB mode by generations, as Linux has it since 4.20 (should_flush_tlb,
 * flush_tlb_func and switch_mm_irqs_off of arch/x86/mm/tlb.c): a lazy processor is left
 * alone, and finds out by itself what it missed.
 */
#include "paging/lazy.h"
#include "paging/tlb_gen.h"

/*
 * The state before the space: one that was seen awake elsewhere, or lazy, has yet to
 * read the generation when it comes here.  The other way round it could have read it
 * before, and be taken for one that is still elsewhere.
 */
static bool asks(const struct lazy_space *space, const struct lazy_cpu *cpu,
                 enum lazy_change change)
{
	if (!lazy_takes_requests(space, cpu->number))
		return false;
	if (change == LAZY_TABLES)
		return true;
	switch (atomic_load(&cpu->state)) {
	case LAZY_ASLEEP:
		return false;
	case LAZY_SWITCHING:
		return true;
	default:
		return atomic_load(&cpu->active) == space;
	}
}

/* The PCID keeps its generation: who comes back to it finds that it missed something.
 */
static enum lazy_action request(struct lazy_cpu *cpu, struct lazy_space *space)
{
	struct lazy_context *const context = &cpu->contexts[cpu->context];

	if (atomic_load(&cpu->active) != space) {
		lazy_leave_mask(space, cpu->number);
		return LAZY_NOTHING;
	}
	if (atomic_load(&cpu->state) == LAZY_ASLEEP) {
		atomic_store(&cpu->active, NULL);
		return LAZY_LEAVE;
	}

	const uint64_t newest = atomic_load(&space->tlb_gen);

	return tlb_gen_catch_up(&context->tlb_gen, newest, newest, false) ==
	                       TLB_GEN_SKIP
	               ? LAZY_NOTHING
	               : LAZY_DROP;
}

/* The PCID of space, or the next by turns, which somebody else's translations have. */
static struct lazy_context *context_of(struct lazy_cpu *cpu,
                                       const struct lazy_space *space)
{
	for (unsigned i = 0; i < LAZY_CONTEXTS; i++)
		if (cpu->contexts[i].space == space) {
			cpu->context = i;
			return &cpu->contexts[i];
		}
	cpu->context = cpu->next_context;
	cpu->next_context = (cpu->next_context + 1) % LAZY_CONTEXTS;
	return &cpu->contexts[cpu->context];
}

static enum lazy_action switch_to(struct lazy_cpu *cpu, struct lazy_space *space)
{
	atomic_store(&cpu->state, LAZY_SWITCHING);
	if (!lazy_takes_requests(space, cpu->number))
		(void)lazy_enter_mask(space, cpu->number);
	atomic_thread_fence(memory_order_seq_cst);

	const uint64_t newest = atomic_load(&space->tlb_gen);
	struct lazy_context *const context = context_of(cpu, space);
	const bool is_right = context->space == space && context->tlb_gen == newest;

	context->space = space;
	context->tlb_gen = newest;
	return is_right ? LAZY_LOAD_KEEP : LAZY_LOAD;
}

static enum lazy_action come_back(struct lazy_cpu *cpu, struct lazy_space *space)
{
	struct lazy_context *const context = &cpu->contexts[cpu->context];

	if (atomic_load(&cpu->active) != space)
		return switch_to(cpu, space);
	if (atomic_load(&cpu->state) != LAZY_ASLEEP)
		return LAZY_NOTHING;
	atomic_store(&cpu->state, LAZY_AWAKE);
	atomic_thread_fence(memory_order_seq_cst);

	const uint64_t newest = atomic_load(&space->tlb_gen);

	return tlb_gen_catch_up(&context->tlb_gen, newest, newest, false) ==
	                       TLB_GEN_SKIP
	               ? LAZY_NOTHING
	               : LAZY_LOAD;
}

const struct lazy_protocol lazy_generation = {
	.name = "generation",
	.frees_tables = true,
	.asks = asks,
	.request = request,
	.come_back = come_back,
	.loaded = lazy_set_active,
};
