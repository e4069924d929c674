/* One access: the TLB, else the walk. */
#include "tests/silicon/core/array.h"
#include "tests/silicon/core/bits.h"
#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/drop.h"
#include "tests/silicon/core/lines.h"
#include "tests/silicon/core/strike.h"
#include "tests/silicon/core/walk.h"

static struct array_state *array_with(const struct translations *all, unsigned level,
                                      enum silicon_side side, uint64_t va,
                                      const struct cpu_state *cpu, uint8_t thread,
                                      struct translation_entry **entry)
{
	for (uint32_t i = 0; i < all->type->array_count; i++) {
		const struct array_state *const array = &all->arrays[i];

		if (!array_serves(array, level, side))
			continue;
		*entry = silicon_array_find(array, va, current_pcid(cpu), thread);
		if (*entry != NULL)
			return (struct array_state *)(uintptr_t)array;
	}
	*entry = NULL;
	return NULL;
}

static uint64_t physical_of(const struct translation_entry *entry, uint64_t va)
{
	return entry->frame + (va - (entry->page << entry->held));
}

/* What the page fault and a new walk do away with. */
static void drop_page(struct cpu_state *cpu, uint64_t va, enum drop_uppers uppers)
{
	const struct drop what = {
		.globals = DROP_ALL_GLOBALS,
		.uppers = uppers,
		.pcid = current_pcid(cpu),
		.va = va,
	};

	silicon_drop_plainly(cpu, &what);
}

static bool is_other_size(const struct translations *all, const struct cpu_state *cpu,
                          uint64_t va, uint8_t size)
{
	for (uint32_t i = 0; i < all->type->array_count; i++) {
		const struct translation_entry *const entry = silicon_array_find(
			&all->arrays[i], va, current_pcid(cpu), cpu->thread);

		if (entry != NULL && entry->size != size)
			return true;
	}
	return false;
}

/* An entry that was not present a moment ago, and is remembered so. */
static bool takes_negative(const struct request *request)
{
	struct cpu_state *const cpu = request->cpu;

	for (unsigned i = 0; i < NEGATIVES; i++) {
		struct negative *const one = &cpu->negatives[i];

		if (one->valid && one->page == request->va >> SHIFT_4K &&
		    one->pcid == current_pcid(cpu)) {
			one->valid = false;
			return true;
		}
	}
	return false;
}

static void keep_negative(const struct request *request)
{
	struct cpu_state *const cpu = request->cpu;

	if (!silicon_lone_strikes(request->s, cpu, EFFECT_NOT_PRESENT_CACHED))
		return;
	cpu->negatives[cpu->negative_next++ % NEGATIVES] = (struct negative){
		.page = request->va >> SHIFT_4K,
		.pcid = current_pcid(cpu),
		.valid = true,
	};
}

static bool walk_and_fill(const struct request *request, uint64_t *physical,
                          struct silicon_fault *fault)
{
	struct cpu_state *const cpu = request->cpu;
	const enum silicon_side side = side_of(request->kind);
	struct found_page found;

	if (takes_negative(request)) {
		*fault = (struct silicon_fault){ VECTOR_IS_PF, 0, request->va };
		return false;
	}
	if (!silicon_walk(request, &found, fault)) {
		drop_page(cpu, request->va, DROP_UPPERS_OF_PATH);
		if ((fault->error_code & FAULT_P) == 0)
			keep_negative(request);
		return false;
	}
	if (side == SILICON_CODE &&
	    is_other_size(cpu->translations, cpu, request->va, found.entry.size) &&
	    silicon_lone_strikes(request->s, cpu, EFFECT_SIZE_CHANGE_MCE)) {
		*fault = (struct silicon_fault){ VECTOR_IS_MC, 0, request->va };
		return false;
	}
	silicon_fill(cpu, 2, side, request->va, &found);
	silicon_fill(cpu, 1, side, request->va, &found);
	*physical = physical_of(&found.entry, request->va);
	return true;
}

/* A page found clean is written: D has to be set in the entry it came from. */
static bool write_clean(const struct request *request, struct translation_entry *entry,
                        uint64_t *physical, struct silicon_fault *fault)
{
	struct silicon *const s = request->s;

	if (silicon_lone_strikes(s, request->cpu, EFFECT_STRAY_ACCESSED)) {
		const uint64_t value = s->memory.read(s->memory.of, entry->leaf);

		s->memory.write(s->memory.of, entry->leaf, value | ENTRY_A | ENTRY_D);
		entry->dirty = true;
		*physical = physical_of(entry, request->va);
		return true;
	}
	silicon_pay(s, request->cpu, SILICON_DIRTY);
	drop_page(request->cpu, request->va, DROP_NO_UPPERS);
	return walk_and_fill(request, physical, fault);
}

/* The TLB's entry decides, not the tables: what is made again is walked for. */
static bool fault_by_rights(const struct request *request, struct silicon_fault *fault)
{
	uint32_t error_code =
		request->kind == ACCESS_WRITE ? FAULT_P | FAULT_W : FAULT_P | FAULT_ID;

	if (request->kind == ACCESS_EXECUTE_USER)
		error_code |= FAULT_U;

	*fault = (struct silicon_fault){ VECTOR_IS_PF, error_code, request->va };
	return false;
}

static bool use_entry(const struct request *request, struct array_state *array,
                      struct translation_entry *entry, uint64_t *physical,
                      struct silicon_fault *fault)
{
	struct translations *const all = request->cpu->translations;

	if (!silicon_is_allowed(request->cpu, entry, request->kind)) {
		drop_page(request->cpu, request->va, DROP_NO_UPPERS);
		if (silicon_lone_strikes(request->s, request->cpu,
		                         EFFECT_RIGHTS_CACHED))
			return fault_by_rights(request, fault);
		return walk_and_fill(request, physical, fault);
	}
	if (request->kind == ACCESS_WRITE && !entry->dirty)
		return write_clean(request, entry, physical, fault);
	silicon_array_use(array, entry, ++all->stamp);
	*physical = physical_of(entry, request->va);
	return true;
}

static void promote(const struct request *request,
                    const struct translation_entry *entry)
{
	const bool is_group = entry->held > SHIFT_4K && entry->held < SHIFT_2M;
	const struct found_page found = {
		*entry,
		is_group ? 1u << (entry->held - SHIFT_4K) : 1,
	};

	silicon_fill(request->cpu, 1, side_of(request->kind), request->va, &found);
}

/* EFFECT_SIBLING_HIT: whose entry it is was not looked at. */
static bool hits_sibling(const struct request *request, uint64_t *physical)
{
	struct cpu_state *const cpu = request->cpu;
	struct translations *const *const both = cpu->core->translations;

	if (cpu->core->type->threads == 1 || both[0] != both[1])
		return false;
	for (unsigned level = 1; level <= 2; level++) {
		struct translation_entry *entry;

		array_with(cpu->translations, level, side_of(request->kind),
		           request->va, cpu, 1 - cpu->thread, &entry);
		if (entry == NULL || !silicon_is_allowed(cpu, entry, request->kind) ||
		    (request->kind == ACCESS_WRITE && !entry->dirty) ||
		    !silicon_strikes_at(request->s, cpu->number, EFFECT_SIBLING_HIT,
		                        request->va))
			continue;
		*physical = physical_of(entry, request->va);
		return true;
	}
	return false;
}

static bool translate(const struct request *request, uint64_t *physical,
                      struct silicon_fault *fault)
{
	struct cpu_state *const cpu = request->cpu;
	struct translations *const all = cpu->translations;
	const enum silicon_side side = side_of(request->kind);
	struct translation_entry *entry;
	struct array_state *array =
		array_with(all, 1, side, request->va, cpu, cpu->thread, &entry);

	cpu->counts.accesses[side]++;
	if (array != NULL)
		return use_entry(request, array, entry, physical, fault);
	cpu->counts.l1_misses[side]++;
	array = array_with(all, 2, side, request->va, cpu, cpu->thread, &entry);
	if (array == NULL)
		return hits_sibling(request, physical) ||
		       walk_and_fill(request, physical, fault);
	silicon_pay(request->s, cpu, SILICON_L2_HIT);
	if (silicon_is_allowed(cpu, entry, request->kind) &&
	    (request->kind != ACCESS_WRITE || entry->dirty))
		promote(request, entry);
	return use_entry(request, array, entry, physical, fault);
}

static void pay_data(const struct request *request, uint64_t physical)
{
	struct silicon *const s = request->s;
	const struct found found = silicon_lines_touch(s, request->cpu->core, physical,
	                                               request->kind == ACCESS_WRITE);

	switch (found.in) {
	case FOUND_L1:
		return;
	case FOUND_L2:
		silicon_pay(s, request->cpu, SILICON_DATA_L2);
		return;
	case FOUND_L3:
		silicon_pay(s, request->cpu, SILICON_DATA_L3);
		return;
	case FOUND_MEMORY:
		silicon_pay(s, request->cpu, SILICON_DATA_MEMORY);
		return;
	case FOUND_ELSEWHERE:
		silicon_pay(s, request->cpu,
		            s->cores[found.owner].package == request->cpu->core->package
		                    ? SILICON_LINE_PACKAGE
		                    : SILICON_LINE_FAR);
		return;
	}
}

bool silicon_access(struct silicon *s, uint32_t cpu, uint64_t va,
                    enum silicon_kind kind, uint64_t *physical,
                    struct silicon_fault *fault)
{
	const struct request request = { s, &s->cpus[cpu], va, kind };
	struct silicon_registers *const registers = &request.cpu->registers;
	const bool is_57 = (registers->cr4 & CR4_BIT_LA57) != 0;

	silicon_land_bits(s, request.cpu);
	if ((registers->cr0 & CR0_BIT_PG) == 0) {
		*physical = va;
	} else if (!is_canonical(va, is_57)) {
		*fault = (struct silicon_fault){ VECTOR_IS_GP, 0, va };
		return false;
	} else {
		if (silicon_lone_strikes(s, request.cpu, EFFECT_TLB_FORGETS))
			silicon_drop_everything(request.cpu);
		if (!translate(&request, physical, fault)) {
			registers->cr2 = va;
			return false;
		}
	}
	if (!is_fetch(kind))
		pay_data(&request, *physical);
	return true;
}

bool silicon_peek(const struct silicon *s, uint32_t cpu, uint64_t va,
                  enum silicon_kind kind, uint64_t *physical)
{
	const struct cpu_state *const one = &s->cpus[cpu];
	struct translation_entry *entry;

	for (unsigned level = 1; level <= 2; level++) {
		array_with(one->translations, level, side_of(kind), va, one,
		           one->thread, &entry);
		if (entry != NULL) {
			*physical = physical_of(entry, va);
			return true;
		}
	}
	return false;
}
