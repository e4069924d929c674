#include "bench/harness/selftest/own_pages.h"

#include "bench/harness/smp/smp_start.h"
#include "lib/x86/insn.h"

struct mapping {
	const struct frame_pool *pool;
	uint64_t root;
};

static unsigned is_local(const struct mapping *mapping, uint64_t va)
{
	const struct walk walk = walk_find(mapping->pool, mapping->root, va, LEVEL_PT);
	const uint64_t entry = *walk.entry;

	return !pte_is_leaf(entry, walk.level) || (entry & PTE_GLOBAL) == 0;
}

/* Code, data and stack; then of each processor, its lines and its stack. */
static unsigned count_local(struct smp *smp, const struct mapping *mapping)
{
	const struct apic *const apic = smp_apic(smp);
	const uint64_t on_stack = 0;
	unsigned count = is_local(mapping, (uintptr_t)own_pages_test) +
	                 is_local(mapping, (uintptr_t)&on_stack) +
	                 is_local(mapping, (uintptr_t)smp);

	if (apic->mode == APIC_XAPIC)
		count += is_local(mapping, apic->base);
	for (unsigned i = 1; i <= smp_count(smp); i++)
		count += is_local(mapping, (uintptr_t)smp_cpu(smp, i)) +
		         is_local(mapping,
		                  (uintptr_t)cpu_area_of(smp_cpu(smp, i))->stack);
	return count;
}

void own_pages_test(struct smp *smp, const struct frame_pool *pool, uint64_t root,
                    struct selftest *selftest)
{
	const struct mapping mapping = { pool, root };
	const unsigned local = count_local(smp, &mapping);
	const bool keeps = (read_cr4() & CR4_PGE) != 0;

	selftest_add(selftest, &(struct selftest_row){
				       .test = "own_pages_local",
				       .value = (int64_t)local * 1000,
				       .has_limit = true,
				       .unit = "pages",
				       .verdict = local == 0 && keeps ? SELFTEST_PASS
	                                                              : SELFTEST_FAIL,
			       });
}
