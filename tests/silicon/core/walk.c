#include "tests/silicon/core/walk.h"

#include "tests/silicon/core/bits.h"
#include "tests/silicon/core/clock.h"
#include "tests/silicon/core/lines.h"
#include "tests/silicon/core/strike.h"
#include "tests/silicon/core/upper.h"

/* Levels of entries: 0 is the page table's. */
#define LEVEL_OF_PML4E 3u
#define LEVEL_OF_PML5E 4u

struct walk {
	const struct request *request;
	uint64_t table; /* physical, of the entry to be read next */
	unsigned level; /* of that entry */
	bool writable, user, no_execute;
	uint64_t at, value; /* the entry that was read last */
};

static uint64_t read_memory(const struct silicon *s, uint64_t physical)
{
	return s->memory.read == NULL ? 0 : s->memory.read(s->memory.of, physical);
}

static void pay_read(const struct request *request, uint64_t physical)
{
	static const enum silicon_cost costs[] = {
		[FOUND_L1] = SILICON_WALK_L1,
		[FOUND_L2] = SILICON_WALK_L2,
		[FOUND_L3] = SILICON_WALK_L3,
		[FOUND_MEMORY] = SILICON_WALK_MEMORY,
		[FOUND_ELSEWHERE] = SILICON_WALK_L3,
	};
	const struct found found =
		silicon_lines_touch(request->s, request->cpu->core, physical, false);

	silicon_pay(request->s, request->cpu, costs[found.in]);
}

/* False: they are set already. */
static bool set_bits(struct walk *walk, uint64_t bits)
{
	struct silicon *const s = walk->request->s;

	if ((walk->value & bits) == bits)
		return false;
	walk->value |= bits;
	s->memory.write(s->memory.of, walk->at, walk->value);
	silicon_lines_touch(s, walk->request->cpu->core, walk->at, true);
	return true;
}

/* What the access waits for, both bits at once. */
static void set_bits_now(struct walk *walk, uint64_t bits)
{
	if (set_bits(walk, bits))
		silicon_pay(walk->request->s, walk->request->cpu, SILICON_WALK_SETS);
}

/* EFFECT_ACCESSED_LATE: milli-ticks. */
#define ACCESSED_LATE_BY UINT64_C(128000)

/* A of a page that is read: by a walker that forgets to look again, late. */
static void set_accessed(struct walk *walk)
{
	struct cpu_state *const cpu = walk->request->cpu;

	if ((walk->value & ENTRY_A) == 0 &&
	    silicon_lone_strikes(walk->request->s, cpu, EFFECT_ACCESSED_LATE)) {
		walk->value |= ENTRY_A;
		cpu->late = (struct late_bits){
			walk->at, ENTRY_A,
			silicon_time(walk->request->s, cpu->number) + ACCESSED_LATE_BY
		};
		return;
	}
	set_bits_now(walk, ENTRY_A);
}

void silicon_land_bits(struct silicon *s, struct cpu_state *cpu)
{
	const struct late_bits late = cpu->late;

	if (late.bits == 0 || silicon_time(s, cpu->number) < late.due)
		return;
	s->memory.write(s->memory.of, late.at, read_memory(s, late.at) | late.bits);
	cpu->late.bits = 0;
}

/* The deepest level that is cached says where to begin. */
static void begin(struct walk *walk)
{
	const struct cpu_state *const cpu = walk->request->cpu;
	const bool is_57 = (cpu->registers.cr4 & CR4_BIT_LA57) != 0;
	const unsigned top = is_57 ? LEVEL_OF_PML5E : LEVEL_OF_PML4E;

	walk->table = cpu->registers.cr3 & ENTRY_ADDRESS;
	walk->level = top;
	walk->writable = walk->user = true;
	for (unsigned level = 1; level <= top; level++) {
		const struct upper_state *const upper = silicon_upper_find(
			cpu->translations, (enum silicon_upper)(level - 1),
			walk->request->va, current_pcid(cpu), cpu->thread);

		if (upper == NULL)
			continue;
		walk->table = upper->table;
		walk->level = level - 1;
		walk->writable = upper->writable;
		walk->user = upper->user;
		walk->no_execute = upper->no_execute;
		return;
	}
}

static void read_entry(struct walk *walk)
{
	const struct request *const request = walk->request;
	const uint64_t index = request->va >> (SHIFT_4K + 9 * walk->level) & 0x1ff;

	walk->at = walk->table + 8 * index;
	pay_read(request, walk->at);
	request->cpu->counts.entries_read++;
	walk->value = read_memory(request->s, walk->at);
}

static bool is_leaf(const struct walk *walk)
{
	return walk->level == 0 || (walk->level <= 2 && (walk->value & ENTRY_PS) != 0);
}

/* SDM 3A 5.7 "Page-Fault Exceptions": bits that must be clear. */
static bool has_reserved_bits(const struct walk *walk)
{
	const struct cpu_state *const cpu = walk->request->cpu;
	const bool nxe = (cpu->registers.efer & EFER_BIT_NXE) != 0;
	const uint64_t value = walk->value;
	/* Below the frame of a large page, but for its PAT bit, 12. */
	const uint64_t low = (UINT64_C(1) << (SHIFT_4K + 9 * walk->level)) - 1;

	if (!nxe && (value & ENTRY_NX) != 0)
		return true;
	if (walk->level >= LEVEL_OF_PML4E)
		return (value & ENTRY_PS) != 0;
	if (walk->level == 2 && (value & ENTRY_PS) != 0 &&
	    !walk->request->s->params.giants)
		return true;
	return walk->level != 0 && is_leaf(walk) &&
	       (value & low & ENTRY_ADDRESS & ~BIT(12)) != 0;
}

bool silicon_is_allowed(const struct cpu_state *cpu,
                        const struct translation_entry *entry, enum silicon_kind kind)
{
	const struct silicon_registers *const registers = &cpu->registers;

	if (kind == ACCESS_WRITE)
		return entry->writable || (registers->cr0 & CR0_BIT_WP) == 0;
	if (kind == ACCESS_EXECUTE)
		return !entry->no_execute &&
		       !(entry->user && (registers->cr4 & CR4_BIT_SMEP) != 0);
	if (kind == ACCESS_EXECUTE_USER)
		return !entry->no_execute && entry->user;
	return true;
}

static bool fail(const struct walk *walk, uint32_t error_code,
                 struct silicon_fault *fault)
{
	const struct silicon_registers *const registers =
		&walk->request->cpu->registers;
	const bool tells_fetches = (registers->efer & EFER_BIT_NXE) != 0 ||
	                           (registers->cr4 & CR4_BIT_SMEP) != 0;

	if (walk->request->kind == ACCESS_WRITE)
		error_code |= FAULT_W;
	if (walk->request->kind == ACCESS_EXECUTE_USER)
		error_code |= FAULT_U;
	if (is_fetch(walk->request->kind) && tells_fetches)
		error_code |= FAULT_ID;
	*fault = (struct silicon_fault){ VECTOR_IS_PF, error_code, walk->request->va };
	return false;
}

static void keep_upper(struct walk *walk)
{
	const struct cpu_state *const cpu = walk->request->cpu;
	const enum silicon_upper level = (enum silicon_upper)(walk->level - 1);
	const struct upper_state upper = {
		.prefix = walk->request->va >> silicon_upper_shift(level),
		.table = walk->value & ENTRY_ADDRESS,
		.pcid = current_pcid(cpu),
		.thread = cpu->thread,
		.writable = walk->writable,
		.user = walk->user,
		.no_execute = walk->no_execute,
	};

	silicon_upper_fill(cpu->translations, level, &upper);
}

static struct translation_entry entry_of(const struct walk *walk)
{
	const struct cpu_state *const cpu = walk->request->cpu;
	const unsigned shift = SHIFT_4K + 9 * walk->level;
	const uint64_t frame = (walk->value & ENTRY_ADDRESS) >> shift << shift;

	return (struct translation_entry){
		.page = walk->request->va >> shift,
		.frame = frame,
		.leaf = walk->at,
		.pcid = current_pcid(cpu),
		.thread = cpu->thread,
		.held = (uint8_t)shift,
		.size = (uint8_t)walk->level,
		.global = (walk->value & ENTRY_G) != 0 &&
		          (cpu->registers.cr4 & CR4_BIT_PGE) != 0,
		.writable = walk->writable,
		.user = walk->user,
		.no_execute = walk->no_execute,
		.dirty = (walk->value & ENTRY_D) != 0,
	};
}

static unsigned most_coalesced(const struct silicon_core_type *type)
{
	unsigned most = 1;

	for (uint32_t i = 0; i < type->array_count; i++)
		if (type->arrays[i].coalesce > most)
			most = type->arrays[i].coalesce;
	return most;
}

/* The entries of a group are in the line that was read: alike, and frames in a row. */
static bool is_group(const struct walk *walk, unsigned pages)
{
	const uint64_t own = (walk->at >> 3) % pages;
	const uint64_t first_value = walk->value - own * (UINT64_C(1) << SHIFT_4K);

	if ((first_value & ENTRY_ADDRESS) % ((uint64_t)pages << SHIFT_4K) != 0)
		return false;
	for (uint64_t i = 0; i < pages; i++) {
		const uint64_t value =
			read_memory(walk->request->s, walk->at - 8 * own + 8 * i);

		if (value != first_value + (i << SHIFT_4K))
			return false;
	}
	return true;
}

static unsigned group_of(const struct walk *walk)
{
	const unsigned most = most_coalesced(walk->request->cpu->core->type);
	unsigned pages = 1;

	/* Eight that are a group are four groups of two: few have even those. */
	if (walk->level == 0)
		while (pages < most && is_group(walk, 2 * pages))
			pages *= 2;
	return pages < 4 ? 1 : pages;
}

/* The page behind it, by the table that is at hand: into the second level. */
static void prefetch_next(struct walk *walk)
{
	struct cpu_state *const cpu = walk->request->cpu;
	struct request next = *walk->request;
	struct walk ahead = *walk;

	if (cpu->core->type->prefetch != PREFETCH_NEXT || walk->level != 0 ||
	    is_fetch(next.kind) || (walk->at & 0xfff) == 0xff8)
		return;
	next.va += UINT64_C(1) << SHIFT_4K;
	ahead.request = &next;
	ahead.at += 8;
	ahead.value = read_memory(next.s, ahead.at);
	if ((ahead.value & ENTRY_P) == 0 || has_reserved_bits(&ahead))
		return;
	(void)set_bits(&ahead, ENTRY_A);
	ahead.writable = ahead.writable && (ahead.value & ENTRY_RW) != 0;
	ahead.user = ahead.user && (ahead.value & ENTRY_US) != 0;
	ahead.no_execute = ahead.no_execute || (ahead.value & ENTRY_NX) != 0;

	const struct found_page found = { entry_of(&ahead), group_of(&ahead) };

	silicon_fill(cpu, 2, SILICON_DATA, next.va, &found);
}

static bool finish(struct walk *walk, const struct walk *above,
                   struct found_page *found, struct silicon_fault *fault)
{
	struct silicon *const s = walk->request->s;
	struct cpu_state *const cpu = walk->request->cpu;
	const enum silicon_kind kind = walk->request->kind;
	const struct translation_entry entry = entry_of(walk);

	if (!silicon_is_allowed(cpu, &entry, kind)) {
		if (kind == ACCESS_WRITE &&
		    silicon_lone_strikes(s, cpu, EFFECT_DIRTY_ON_READONLY))
			(void)set_bits(walk, ENTRY_A | ENTRY_D);
		return fail(walk, FAULT_P, fault);
	}
	if (kind != ACCESS_WRITE)
		set_accessed(walk);
	else if (silicon_lone_strikes(s, cpu, EFFECT_DIRTY_NOT_SET))
		set_bits_now(walk, ENTRY_A);
	else
		set_bits_now(walk, ENTRY_A | ENTRY_D);
	found->entry = entry_of(walk);
	found->group = group_of(walk);
	cpu->counts.walks[side_of(kind)]++;
	if (silicon_lone_strikes(s, cpu, EFFECT_WALKS_OVERCOUNTED))
		cpu->counts.walks[side_of(kind)]++;

	struct walk ahead = *above;

	ahead.level = walk->level;
	ahead.at = walk->at;
	prefetch_next(&ahead);
	return true;
}

bool silicon_walk(const struct request *request, struct found_page *found,
                  struct silicon_fault *fault)
{
	struct walk walk = { .request = request };

	begin(&walk);
	silicon_pay(request->s, request->cpu, SILICON_WALK_START);
	for (;;) {
		const struct walk above = walk;

		read_entry(&walk);
		if ((walk.value & ENTRY_P) == 0)
			return fail(&walk, 0, fault);
		if (has_reserved_bits(&walk))
			return fail(&walk, FAULT_P | FAULT_RSVD, fault);
		walk.writable = walk.writable && (walk.value & ENTRY_RW) != 0;
		walk.user = walk.user && (walk.value & ENTRY_US) != 0;
		walk.no_execute = walk.no_execute || (walk.value & ENTRY_NX) != 0;
		if (is_leaf(&walk))
			return finish(&walk, &above, found, fault);
		set_bits_now(&walk, ENTRY_A);
		keep_upper(&walk);
		walk.table = walk.value & ENTRY_ADDRESS;
		walk.level--;
	}
}
