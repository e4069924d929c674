#pragma once
/*
 * A machine of tests/silicon/core for a test: a few lines say how it is, and pages are
 * mapped by hand in a memory of some MiB.
 */
#include "tests/silicon/core/silicon.h"
#include "tests/unit/support/unit.h"

#define WORLD_WORDS (UINT64_C(1) << 20) /* 8 MiB from 0 on */
#define WORLD_CR3 UINT64_C(0x1000)
#define WORLD_PGE (UINT64_C(1) << 7)
#define WORLD_LA57 (UINT64_C(1) << 12)
#define WORLD_PCIDE (UINT64_C(1) << 17)
#define WORLD_SMEP (UINT64_C(1) << 20)
#define WORLD_KEEP (UINT64_C(1) << 63)
#define WORLD_TCE (UINT64_C(1) << 15)

/* Bits of entries. */
#define W_PRESENT UINT64_C(0x1)
#define W_WRITE UINT64_C(0x2)
#define W_USER UINT64_C(0x4)
#define W_A UINT64_C(0x20)
#define W_D UINT64_C(0x40)
#define W_LARGE UINT64_C(0x80)
#define W_GLOBAL UINT64_C(0x100)
#define W_NX (UINT64_C(1) << 63)
#define W_PAGE (W_PRESENT | W_WRITE | W_A | W_D)

struct world {
	struct silicon *s;
	struct machine_params params;
	uint64_t words[WORLD_WORDS];
	uint64_t next_table;
	bool la57;
};

static struct world world;

static inline uint64_t world_read(void *of, uint64_t physical)
{
	const struct world *const w = of;

	/* Nothing but tables lies there. */
	assert_true(physical / 8 < WORLD_WORDS);
	return w->words[physical / 8];
}

static inline void world_write(void *of, uint64_t physical, uint64_t value)
{
	struct world *const w = of;

	assert_true(physical / 8 < WORLD_WORDS);
	w->words[physical / 8] = value;
}

/* What a machine needs; caches of memory, PCIDs and costs as the test says. */
#define WORLD_MACHINE                                                                  \
	"features = pcid invpcid pge smep nx 1g\n"                                     \
	"smep_drops = yes\n"                                                           \
	"tsc_khz = 1000000\n"                                                          \
	"core_khz = 1000000\n"

#define WORLD_CORE "core = c\n"

/* Four-way, sixteen entries each; sixteen sets of four behind it. */
#define WORLD_TLBS                                                                     \
	"tlb = l1 data 4k 4x4\n"                                                       \
	"tlb = l1 code 4k 4x4\n"                                                       \
	"tlb = l1 data+code 2m+1g 1x4\n"                                               \
	"tlb = l2 data+code 4k+2m 16x4\n"
#define WORLD_PSC "psc = pde 4 pdpte 2 pml4e 2 pml5e 2\n"

static inline void world_open(const char *text)
{
	static const struct silicon_memory memory = { world_read, world_write, &world };
	struct silicon_error error = { .text = "" };

	memset(&world, 0, sizeof world);
	world.next_table = 0x2000;
	if (!machine_params_read(text, "test.machine", &world.params, &error))
		fail_msg("%s", error.text);
	world.s = silicon_open(&world.params, &memory, 1);
	assert_non_null(world.s);

	struct silicon_registers registers = silicon_registers(world.s, 0);

	registers.cr3 = WORLD_CR3;
	registers.cr4 |= WORLD_PGE;
	for (uint32_t cpu = 0; cpu < silicon_cpus(world.s); cpu++)
		silicon_set_registers(world.s, cpu, &registers);
}

/* The usual machine, and more lines for its one core type. */
static inline void world_open_with(const char *lines)
{
	static char text[4096];

	snprintf(text, sizeof text, "%s%s%s%s%scores = c\n", WORLD_MACHINE, WORLD_CORE,
	         WORLD_TLBS, WORLD_PSC, lines);
	world_open(text);
}

static inline void world_close(void)
{
	silicon_close(world.s);
	world.s = NULL;
}

/* Of the usual machine, and an erratum. */
static inline void world_open_wrong(const char *erratum)
{
	static char text[256];

	snprintf(text, sizeof text, "erratum = %s\n", erratum);
	world_open_with(text);
}

/* Physical address of the entry for va, of that level (0: PTE); tables are made. */
static inline uint64_t world_entry(uint64_t va, unsigned level)
{
	uint64_t table = WORLD_CR3;

	for (unsigned at = world.la57 ? 4 : 3; at != level; at--) {
		uint64_t *const entry =
			&world.words[(table + (va >> (12 + 9 * at) & 0x1ff) * 8) / 8];

		if (*entry == 0) {
			*entry = world.next_table | W_PAGE;
			world.next_table += 0x1000;
		}
		table = *entry & UINT64_C(0x000ffffffffff000);
	}
	return table + (va >> (12 + 9 * level) & 0x1ff) * 8;
}

/* The entry is written, and nothing is dropped. */
static inline void world_map_as(uint64_t va, uint64_t frame, unsigned level,
                                uint64_t bits)
{
	const uint64_t large = level == 0 ? 0 : W_LARGE;

	world.words[world_entry(va, level) / 8] = frame | bits | large;
}

static inline void world_map(uint64_t va, uint64_t frame)
{
	world_map_as(va, frame, 0, W_PAGE);
}

static inline uint64_t world_access(uint32_t cpu, uint64_t va, enum silicon_kind kind)
{
	struct silicon_fault fault;
	uint64_t physical = 0;

	if (!silicon_access(world.s, cpu, va, kind, &physical, &fault))
		fail_msg("fault %u, error %#x, at %#llx", fault.vector,
		         fault.error_code, (unsigned long long)va);
	return physical;
}

static inline uint64_t world_load(uint64_t va)
{
	return world_access(0, va, ACCESS_READ);
}

static inline uint64_t world_fetch(uint64_t va)
{
	return world_access(0, va, ACCESS_EXECUTE);
}

/* The vector, 0 for none. */
static inline unsigned world_fault(uint64_t va, enum silicon_kind kind,
                                   struct silicon_fault *fault)
{
	uint64_t physical;

	*fault = (struct silicon_fault){ 0, 0, 0 };
	silicon_access(world.s, 0, va, kind, &physical, fault);
	return fault->vector;
}

static inline void world_cr3(uint64_t value)
{
	assert_int_equal(silicon_mov_cr3(world.s, 0, value), 0);
}

static inline void world_cr4(uint64_t value)
{
	assert_int_equal(silicon_mov_cr4(world.s, 0, value), 0);
}

/* CR4 with and without. */
static inline void world_set_cr4(uint64_t bits)
{
	world_cr4(silicon_registers(world.s, 0).cr4 | bits);
}

static inline void world_clear_cr4(uint64_t bits)
{
	world_cr4(silicon_registers(world.s, 0).cr4 & ~bits);
}

static inline void world_invpcid(uint64_t type, uint64_t pcid, uint64_t va)
{
	assert_int_equal(silicon_invpcid(world.s, 0, type, pcid, va), 0);
}

/* To another PCID of the same tables, keeping what it has. */
static inline void world_pcid(uint64_t pcid)
{
	world_cr3(WORLD_CR3 | pcid | WORLD_KEEP);
}

static inline uint64_t world_walks(uint32_t cpu)
{
	const struct silicon_counts counts = silicon_counts(world.s, cpu);

	return counts.walks[SILICON_DATA] + counts.walks[SILICON_CODE];
}

/* Of an access by processor 0: did it take a walk? */
static inline bool world_walks_for(uint64_t va, enum silicon_kind kind)
{
	const uint64_t before = world_walks(0);

	world_access(0, va, kind);
	return world_walks(0) != before;
}

static inline bool world_holds(uint64_t va)
{
	uint64_t physical;

	return silicon_peek(world.s, 0, va, ACCESS_READ, &physical);
}

static inline bool world_holds_code(uint64_t va)
{
	uint64_t physical;

	return silicon_peek(world.s, 0, va, ACCESS_EXECUTE, &physical);
}

/* Entries that the walk of an access reads. */
static inline uint64_t world_reads_for(uint64_t va)
{
	const uint64_t before = silicon_counts(world.s, 0).entries_read;

	world_load(va);
	return silicon_counts(world.s, 0).entries_read - before;
}

/* Milli-ticks since. */
static inline uint64_t world_since(uint64_t time)
{
	return silicon_time(world.s, 0) - time;
}
