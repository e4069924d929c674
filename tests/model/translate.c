/* Access to memory: the TLB, on a miss the paging-structure caches, then the tables. */
#include "tests/model/cpu.h"
#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

static const struct invalidation everything = {
	.any_pcid = true,
	.any_page = true,
	.globals = GLOBALS_ALL,
	.upper = UPPER_ALL,
};

static uint64_t look_at_entry(const struct cpu *cpu, uint64_t table, uint64_t va,
                              enum level level)
{
	uint64_t *const entry = &cpu->memory->table_at(table)[level_index(va, level)];

	/* Else the address would be dropped, and nothing shown (SDM 3A 5.10.4.1). */
	if ((*entry & PTE_PRESENT) == 0)
		fail_msg("page fault at %#llx, level %u", (unsigned long long)va,
		         level);
	*entry |= PTE_ACCESSED;
	return *entry;
}

/* What is held of the page that the leaf entry maps. */
static struct translation translation_of(const struct cpu *cpu, uint64_t va,
                                         uint64_t entry, enum level leaf)
{
	const bool forgets = cpu_has(cpu, PIECES_ARE_FORGOTTEN);
	const bool breaks = forgets || cpu_has(cpu, LARGE_IS_FRACTURED);
	const enum level level = forgets ? LEVEL_PT : leaf;
	const enum level held = breaks ? LEVEL_PT : leaf;
	/* The low bits of a large page's frame hold its PAT bit. */
	const uint64_t frame = page_of(entry & PTE_FRAME, leaf);

	return (struct translation){
		.global = (entry & PTE_GLOBAL) != 0 && (cpu->cr4 & BIT_CR4_PGE) != 0,
		.level = level,
		.held = held,
		.pcid = cpu_pcid(cpu),
		.page = page_of(va, level),
		.piece = page_of(va, held),
		.frame = frame + (page_of(va, held) - page_of(va, leaf)),
	};
}

static struct translation walk_tables(struct cpu *cpu, uint64_t va)
{
	const uint16_t pcid = cpu_pcid(cpu);
	const struct upper_entry *const upper = psc_find(&cpu->psc, pcid, va);
	uint64_t table = upper == NULL ? cpu->cr3 & PTE_FRAME : upper->table;
	enum level level =
		upper == NULL ? pool_root_level(cpu->memory) : upper->level - 1;
	uint64_t entry = look_at_entry(cpu, table, va, level);

	while (!pte_is_leaf(entry, level)) {
		table = entry & PTE_FRAME;
		psc_fill(&cpu->psc, level, pcid, va, table);
		level--;
		entry = look_at_entry(cpu, table, va, level);
	}
	return translation_of(cpu, va, entry, level);
}

/* What a walk that nobody asked for leaves in the tables. */
static void set_accessed(const struct cpu *cpu, uint64_t va)
{
	enum level level = pool_root_level(cpu->memory);
	uint64_t entry = look_at_entry(cpu, cpu->cr3 & PTE_FRAME, va, level);

	while (!pte_is_leaf(entry, level)) {
		level--;
		entry = look_at_entry(cpu, entry & PTE_FRAME, va, level);
	}
}

uint64_t cpu_translate(struct cpu *cpu, enum side side, uint64_t va)
{
	const bool is_hundredth = ++cpu->accesses % 101 == 0;

	if (cpu_has(cpu, DROPS_ALWAYS) ||
	    (cpu_has(cpu, DROPS_NOW_AND_THEN) && is_hundredth)) {
		tlb_drop(&cpu->tlb, &everything);
		psc_drop(&cpu->psc, &everything);
	}

	if (cpu_has(cpu, SETS_ACCESSED_EARLY))
		set_accessed(cpu, va);

	const struct translation *hit = tlb_find(&cpu->tlb, side, cpu_pcid(cpu), va);

	if (hit == NULL) {
		struct translation found = walk_tables(cpu, va);

		found.side = side;
		tlb_fill(&cpu->tlb, &found);
		hit = tlb_find(&cpu->tlb, side, cpu_pcid(cpu), va);
	}
	return hit->frame + (va - hit->piece);
}

uint8_t *cpu_scratch(struct cpu *cpu, uint64_t va)
{
	if (va % 4 != 0 || va < SCRATCH_BASE || va >= SCRATCH_STACK)
		fail_msg("the word at %#llx is not the body's", (unsigned long long)va);
	return (uint8_t *)cpu->scratch + (va - SCRATCH_BASE);
}

void cpu_store(struct cpu *cpu, uint64_t va, uint64_t value)
{
	memcpy(cpu_scratch(cpu, va), &value, sizeof value);
}
