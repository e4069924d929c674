#include "bench/harness/work/target_work.h"

#include "lib/x86/insn.h"

/* So long that a step is more than looking whether there is something else to do. */
#define SPIN_TURNS 256u
#define PAUSES 4u
#define MISSES 8u
#define STORES 64u
/* Entering and leaving ring 3 is a small part of it. */
#define RING3_TURNS 256u

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
	for (unsigned i = 0; i < MISSES; i++)
		word = load_word(lines + i * LINE_BYTES + word);
	yield(works);
}

static void step_stores(struct smp_cpu *me, void *works)
{
	const uint64_t lines = lines_of(me, works);

	for (unsigned i = 0; i < STORES; i++)
		clflush((const void *)(uintptr_t)(lines + i * LINE_BYTES));
	for (unsigned i = 0; i < STORES; i++)
		*(volatile uint64_t *)(uintptr_t)(lines + i * LINE_BYTES) = 0;
	yield(works);
}

static void step_ring3(struct smp_cpu *me, void *argument)
{
	struct target_works *const works = argument;

	if (!ring3_spin(me->cpu, RING3_TURNS))
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
};

const char *target_work_name(enum target_work work)
{
	return works_known[work].name;
}

smp_work *target_work_step(enum target_work work)
{
	return works_known[work].step;
}

enum err target_work_open(struct target_works *works, enum target_work work,
                          const struct smp_cpu *member, struct frame_pool *pool,
                          uint64_t root)
{
	uint64_t *const lines = &works->lines[member->number];

	if (work == TARGET_RING3)
		return ring3_open(&works->ring3, pool, root);
	if (!works_known[work].has_lines || *lines != 0)
		return ERR_NONE;
	*lines = frame_alloc(pool);
	return *lines == 0 ? ERR_NO_MEMORY : ERR_NONE;
}

void target_work_begin(const struct target_works *works, enum target_work work,
                       struct cpu *cpu)
{
	if (work == TARGET_RING3)
		ring3_begin(&works->ring3, cpu);
}

void target_work_end(enum target_work work, struct cpu *cpu)
{
	if (work == TARGET_RING3)
		ring3_end(cpu);
}
