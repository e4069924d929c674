#include "bench/harness/work/target_work.h"

#include "lib/x86/insn.h"
#include "paging/address_space.h"

/* So long that a step is more than looking whether there is something else to do. */
#define SPIN_TURNS 256u
#define PAUSES 4u
#define MISSES 8u
#define STORES 64u
#define WALKS 64u
/* The turns that are timed to know how many a step in ring 3 needs. */
#define RING3_TURNS 64u

#define LINE_BYTES UINT64_C(64)

static void yield(const struct target_works *works)
{
	if (works->yields)
		cpu_relax();
}

static void step_spin(struct smp_cpu *me, void *works)
{
	(void)me;
	spin(SPIN_TURNS);
	yield(works);
}

static void step_pause(struct smp_cpu *me, void *works)
{
	(void)me;
	(void)works;
	for (unsigned i = 0; i < PAUSES; i++)
		cpu_relax();
}

static uint64_t lines_of(const struct smp_cpu *me, const void *works)
{
	return ((const struct target_works *)works)->lines[me->number];
}

/* They hold 0: each address comes from the load before it. */
static void step_misses(struct smp_cpu *me, void *works)
{
	const uint64_t lines = lines_of(me, works);
	uint64_t word = 0;

	for (unsigned i = 0; i < MISSES; i++)
		clflush((const void *)(uintptr_t)(lines + i * LINE_BYTES));
	/* Loads need not wait for CLFLUSH (SDM 2A "CLFLUSH"). */
	mfence_lfence();
	for (unsigned i = 0; i < MISSES; i++)
		word = load_word(lines + i * LINE_BYTES + word);
	yield(works);
}

static void step_stores(struct smp_cpu *me, void *works)
{
	const uint64_t lines = lines_of(me, works);

	for (unsigned i = 0; i < STORES; i++)
		clflush((const void *)(uintptr_t)(lines + i * LINE_BYTES));
	mfence();
	for (unsigned i = 0; i < STORES; i++)
		*(volatile uint64_t *)(uintptr_t)(lines + i * LINE_BYTES) = 0;
	yield(works);
}

static void step_ring3(struct smp_cpu *me, void *argument)
{
	struct target_works *const works = argument;

	if (!ring3_spin(me->cpu, works->ring3_turns[me->number]))
		atomic_store(&works->faulted, true);
}

static void step_cli(struct smp_cpu *me, void *works)
{
	const uint64_t ticks = ((const struct target_works *)works)->cli_ticks;
	const uint64_t from = rdtsc_ordered();

	(void)me;
	cli();
	while (rdtsc_ordered() - from < ticks)
		cpu_relax();
	sti();
}

/* Not global: a load of CR3 drops them, and what is cached of upper levels. */
static void step_walks(struct smp_cpu *me, void *works)
{
	(void)me;
	write_cr3(read_cr3());
	for (unsigned i = 0; i < WALKS; i++)
		touch(VA_WALKING + i * PAGE_BYTES);
	yield(works);
}

static const struct {
	const char *name;
	smp_work *step;
	bool has_lines;
} works_known[TARGET_WORKS] = {
	[TARGET_SPIN] = { "spin", step_spin, false },
	[TARGET_PAUSE] = { "pause", step_pause, false },
	[TARGET_MISSES] = { "misses", step_misses, true },
	[TARGET_STORES] = { "stores", step_stores, true },
	[TARGET_RING3] = { "ring3", step_ring3, false },
	[TARGET_CLI] = { "cli", step_cli, false },
	[TARGET_WALKS] = { "walks", step_walks, false },
};

const char *target_work_name(enum target_work work)
{
	return works_known[work].name;
}

smp_work *target_work_step(enum target_work work)
{
	return works_known[work].step;
}

/* One frame is behind all: what is walked for is not in anybody's way in the caches. */
static enum err open_walks(struct target_works *works, struct frame_pool *pool,
                           uint64_t root)
{
	const uint64_t frame = works->has_walks ? 0 : frame_alloc(pool);

	if (works->has_walks)
		return ERR_NONE;
	if (frame == 0)
		return ERR_NO_MEMORY;
	for (unsigned i = 0; i < WALKS; i++) {
		const enum err err = walk_map(pool, root, VA_WALKING + i * PAGE_BYTES,
		                              frame, PTE_ACCESSED, LEVEL_PT);

		if (err != ERR_NONE)
			return err;
	}
	works->has_walks = true;
	return ERR_NONE;
}

enum err target_work_open(struct target_works *works, enum target_work work,
                          const struct smp_cpu *member, struct frame_pool *pool,
                          uint64_t root)
{
	uint64_t *const lines = &works->lines[member->number];

	if (work == TARGET_RING3)
		return ring3_open(&works->ring3, pool, root);
	if (work == TARGET_WALKS)
		return open_walks(works, pool, root);
	if (!works_known[work].has_lines || *lines != 0)
		return ERR_NONE;
	*lines = frame_alloc(pool);
	return *lines == 0 ? ERR_NO_MEMORY : ERR_NONE;
}

/*
 * PAUSE takes from some cycles to some 140: so many turns are TARGET_RING3_US, so that
 * a call seldom comes while the step enters or leaves ring 3.
 */
static uint64_t turns_of_step(uint64_t ticks)
{
	const uint64_t from = rdtsc_ordered();

	for (unsigned i = 0; i < RING3_TURNS; i++)
		cpu_relax();

	const uint64_t took = rdtsc_ordered() - from;

	return took == 0 ? RING3_TURNS : RING3_TURNS * ticks / took + 1;
}

void target_work_begin(struct target_works *works, enum target_work work,
                       struct smp_cpu *me)
{
	if (work != TARGET_RING3)
		return;
	works->ring3_turns[me->number] = turns_of_step(works->ring3_ticks);
	ring3_begin(&works->ring3, me->cpu);
}

void target_work_end(enum target_work work, struct cpu *cpu)
{
	if (work == TARGET_RING3)
		ring3_end(cpu);
}
