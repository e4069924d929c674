/*
 * Two models written from the same manual, that of tests/model and that of
 * tests/silicon, do the same at random on the same tables: where one of them uses an
 * old translation, so does the other.
 */
#include "tests/model/cpu.h"
#include "tests/model/memory.h"
#include "tests/model/registers.h"
#include "tests/silicon/core/silicon.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define REGIONS 4u
#define PAGES 6u /* of a region; the last is 2 MiB */
#define STEPS 200000u

struct pair {
	struct frame_pool pool;
	struct cpu cpu;
	struct silicon *silicon;
	uint64_t root;
	uint64_t tables[REGIONS][2]; /* page tables that its PDE can name */
	uint64_t last[2];            /* physical, of the first frames */
};

static struct pair pair;

static uint64_t read_word(void *of, uint64_t physical)
{
	(void)of;
	return memory_at(physical & PTE_FRAME)[physical % PAGE_BYTES / 8];
}

static void write_word(void *of, uint64_t physical, uint64_t value)
{
	(void)of;
	memory_at(physical & PTE_FRAME)[physical % PAGE_BYTES / 8] = value;
}

/* Nothing falls out: a hundred times as many entries as pages. */
static const char machine[] = "features = pcid invpcid pge smep nx\nsmep_drops = yes\n"
			      "tsc_khz = 1000\ncore_khz = 1000\ncore = c\n"
			      "tlb = l1 data 4k+2m 1x256\ntlb = l1 code 4k+2m 1x256\n"
			      "psc = pde 64 pdpte 64 pml4e 64\ncores = c\n";

/* Two regions of 2 MiB side by side, and two in other PDPT and PML4 entries. */
static uint64_t region_at(unsigned region)
{
	static const uint64_t at[REGIONS] = { UINT64_C(0x40000000),
		                              UINT64_C(0x40400000),
		                              UINT64_C(0x80000000),
		                              UINT64_C(0x8000000000) };

	return at[region];
}

static uint64_t page_at(unsigned region, unsigned page)
{
	return region_at(region) +
	       (page == PAGES - 1 ? UINT64_C(0x200000) : page * PAGE_BYTES);
}

/* Page 2 of each region is global. */
static uint64_t flags_of(unsigned page)
{
	return PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED | PTE_DIRTY |
	       (page == 2 ? PTE_GLOBAL : 0);
}

static uint64_t *entry_of(uint64_t va, enum level level)
{
	uint64_t table = pair.root;

	for (enum level at = LEVEL_PML4; at != level; at--) {
		uint64_t *const entry = &memory_at(table)[level_index(va, at)];

		if (*entry == 0)
			*entry = frame_alloc(&pair.pool) | flags_of(0);
		table = *entry & PTE_FRAME;
	}
	return &memory_at(table)[level_index(va, level)];
}

static void map_region(unsigned region)
{
	for (unsigned table = 0; table < 2; table++) {
		pair.tables[region][table] = frame_alloc(&pair.pool);
		for (unsigned page = 0; page < PAGES - 1; page++)
			memory_at(pair.tables[region][table])[page] =
				pair.last[table] | flags_of(page);
	}
	*entry_of(region_at(region), LEVEL_PD) = pair.tables[region][0] | flags_of(0);
	*entry_of(page_at(region, PAGES - 1), LEVEL_PD) =
		UINT64_C(0x100000000) | PTE_PS | flags_of(0);
}

static void open_pair(void)
{
	static const struct silicon_memory port = { read_word, write_word, NULL };
	static struct machine_params params;
	struct silicon_error error;
	struct silicon_registers registers;

	pair.pool = memory_reset();
	pair.root = frame_alloc(&pair.pool);
	for (unsigned i = 0; i < 2; i++)
		pair.last[i] = frame_alloc(&pair.pool);
	for (unsigned region = 0; region < REGIONS; region++)
		map_region(region);
	cpu_reset(&pair.cpu, &pair.pool, pair.root);
	if (!machine_params_read(machine, "pair", &params, &error))
		fail_msg("%s", error.text);
	pair.silicon = silicon_open(&params, &port, 1);
	registers = silicon_registers(pair.silicon, 0);
	registers.cr3 = pair.root;
	registers.cr4 |= BIT_CR4_PGE;
	silicon_set_registers(pair.silicon, 0, &registers);
}

/* The entry changes, and nobody is told. */
static void change_entry(unsigned region, unsigned page, uint32_t chance)
{
	if (page == PAGES - 1)
		*entry_of(page_at(region, page), LEVEL_PD) ^= UINT64_C(0x200000);
	else if (page == 0)
		*entry_of(region_at(region), LEVEL_PD) =
			pair.tables[region][chance & 1] | flags_of(0);
	else
		memory_at(pair.tables[region][chance & 1])[page] =
			pair.last[chance >> 1 & 1] | flags_of(page);
}

static void use_page(unsigned region, unsigned page, bool code, unsigned step)
{
	const uint64_t va = page_at(region, page);
	const uint64_t expected =
		cpu_translate(&pair.cpu, code ? SIDE_CODE : SIDE_DATA, va);
	struct silicon_fault fault;
	uint64_t physical = 0;

	assert_true(silicon_access(pair.silicon, 0, va,
	                           code ? ACCESS_EXECUTE : ACCESS_READ, &physical,
	                           &fault));
	if (physical != expected)
		fail_msg("step %u: %#llx is at %#llx here, %#llx there", step,
		         (unsigned long long)va, (unsigned long long)expected,
		         (unsigned long long)physical);
}

static void load_cr3(uint64_t value)
{
	cpu_write_cr3(&pair.cpu, value);
	assert_int_equal(silicon_mov_cr3(pair.silicon, 0, value), pair.cpu.vector);
	pair.cpu.vector = 0;
}

static void load_cr4(uint64_t value)
{
	cpu_write_cr4(&pair.cpu, value);
	assert_int_equal(silicon_mov_cr4(pair.silicon, 0, value), pair.cpu.vector);
	pair.cpu.vector = 0;
}

/* Types, PCIDs and addresses that are none, too. */
static void invpcid(uint64_t type, uint64_t low, uint64_t va)
{
	cpu_invpcid(&pair.cpu, type, low, va);
	assert_int_equal(silicon_invpcid(pair.silicon, 0, type, low, va),
	                 pair.cpu.vector);
	pair.cpu.vector = 0;
}

static void invalidate(uint64_t va, uint32_t chance)
{
	const uint64_t keep = (chance >> 4 & 1) != 0 ? BIT_CR3_NO_DROP : 0;
	const uint64_t pcid = chance >> 5 & 3;

	switch (chance & 0xf) {
	case 0:
	case 1:
		cpu_invlpg(&pair.cpu, va);
		silicon_invlpg(pair.silicon, 0, va);
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		invpcid((chance & 0xf) - 2, pcid, va);
		break;
	case 6:
		load_cr4(pair.cpu.cr4 ^ BIT_CR4_PGE);
		break;
	case 7:
		load_cr4(pair.cpu.cr4 ^ BIT_CR4_SMEP);
		break;
	case 8:
		load_cr4(pair.cpu.cr4 ^ BIT_CR4_PCIDE);
		break;
	case 9:
		invpcid(chance >> 7 & 7, (chance >> 10 & 1) << 12, va);
		break;
	case 10:
		invpcid(0, pcid, UINT64_C(0x800000000000));
		break;
	default:
		load_cr3(pair.root | pcid | keep);
	}
}

TEST(two_models_of_the_manual_hold_the_same)
{
	struct random random = { .state = 7 };

	open_pair();
	for (unsigned step = 0; step < STEPS; step++) {
		const uint32_t chance = (uint32_t)random_next(&random);
		const unsigned region = chance >> 16 & 3, page = (chance >> 18) % PAGES;

		/* The other model has no room for more; this way it stays small. */
		if (pair.cpu.tlb.count > 200 || pair.cpu.psc.count > 100)
			invpcid(2, 0, 0);
		switch (chance & 3) {
		case 0:
			change_entry(region, page, chance >> 2);
			break;
		case 1:
			invalidate(page_at(region, page), chance >> 2);
			break;
		default:
			use_page(region, page, (chance >> 2 & 1) != 0, step);
		}
	}
	silicon_close(pair.silicon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_models_of_the_manual_hold_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
