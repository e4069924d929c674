/* Memory of the modelled machine: pool, stacks, and the tables that map all of it. */
#include "lib/base/text.h"
#include "paging/identity.h"
#include "tests/silicon/host/host.h"
#include "tests/silicon/host/program.h"

#include <string.h>
#include <sys/mman.h>

/* Tables for the boundaries between pages that differ. */
#define SPARE_TABLES UINT64_C(96)

/* Least that is worth starting with, as on a machine with hardly any memory. */
#define LEAST_FRAMES UINT64_C(16)

static uint64_t *frame_at(uint64_t frame)
{
	return (uint64_t *)frame;
}

static uint64_t own_frames(void)
{
	return (sizeof(struct program) + PAGE_BYTES - 1) / PAGE_BYTES + 2 +
	       STACK_FRAMES + WINDOW_STACK_FRAMES + SPARE_TABLES;
}

/* As much as a run takes, as far as there is RAM. */
static struct frame_pool pool_for(const struct config *config)
{
	const bool planted = (config->injected_faults & INJECT_MEMORY) != 0;
	const uint64_t frames =
		own_frames() + (planted ? LEAST_FRAMES : runner_frames(config));
	const uint64_t bytes = frames * PAGE_BYTES;

	return (struct frame_pool){
		.next = RAM_AT,
		.limit = RAM_AT + (bytes < RAM_BYTES ? bytes : RAM_BYTES),
		.table_at = frame_at,
	};
}

/* Above a page that is not there, for this computer neither. */
static uint64_t alloc_stack(struct frame_pool *pool, uint64_t frames)
{
	const uint64_t guard = frame_alloc_run(pool, frames + 1, PAGE_BYTES);

	if (guard == 0 || mprotect((void *)guard, PAGE_BYTES, PROT_NONE) != 0)
		return 0;
	return guard + (frames + 1) * PAGE_BYTES;
}

#define PAINTS 10u

/* As takeover.c paints: what the program itself runs in is global. */
static void paint(const struct program *program, struct paint paints[PAINTS])
{
	const struct ram *const ram = &host_here()->ram;
	const uint64_t nx = silicon_params(host_here()->silicon)->nx ? PTE_NX : 0;
	const uint64_t code = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL;
	const uint64_t data =
		PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY | nx;
	const uint64_t own = data | PTE_GLOBAL;
	const uint64_t guard = program->stack_top - (STACK_FRAMES + 1) * PAGE_BYTES;
	const uint64_t window_guard =
		program->window_stack_top - (WINDOW_STACK_FRAMES + 1) * PAGE_BYTES;
	const struct paint all[PAINTS] = {
		{ RAM_AT, RAM_AT + RAM_BYTES, data & ~PTE_WRITABLE },
		{ GIANTS_AT, GIANTS_AT + GIANTS_BYTES, data },
		{ GIANT_AT, GIANT_AT + GIANT_BYTES, data & ~PTE_WRITABLE },
		{ ram->image, ram->image_text_end, code },
		{ ram->image_text_end, ram->image_end, own },
		{ RAM_AT, program->pool.limit, own },
		{ guard, guard + PAGE_BYTES, 0 },
		{ window_guard, window_guard + PAGE_BYTES, 0 },
		{ 0, PAGE_BYTES, 0 },
	};

	memcpy(paints, all, sizeof all);
}

static enum err map_all(struct program *program)
{
	struct paint paints[PAINTS];
	const struct identity identity = {
		.paints = paints,
		.count = PAINTS,
		.largest = silicon_params(host_here()->silicon)->giants ? LEVEL_PDPT
		                                                        : LEVEL_PD,
	};

	program->root = frame_alloc(&program->pool);
	if (program->root == 0)
		return ERR_NO_MEMORY;
	paint(program, paints);
	return identity_map(&identity, &program->pool, program->root);
}

struct program *program_build(const struct config *config)
{
	struct frame_pool pool = pool_for(config);
	const uint64_t frames = (sizeof(struct program) + PAGE_BYTES - 1) / PAGE_BYTES;
	struct program *const program =
		(struct program *)frame_alloc_run(&pool, frames, PAGE_BYTES);

	if (program == NULL)
		return NULL;
	program->config = *config;
	program->pool = pool;
	program->machine.pool_wanted_bytes = runner_frames(config) * PAGE_BYTES;
	program->machine.pool_bytes = pool.limit - pool.next;
	program->stack_top = alloc_stack(&program->pool, STACK_FRAMES);
	program->window_stack_top = alloc_stack(&program->pool, WINDOW_STACK_FRAMES);
	if (program->stack_top == 0 || program->window_stack_top == 0 ||
	    map_all(program) != ERR_NONE)
		return NULL;
	return program;
}
