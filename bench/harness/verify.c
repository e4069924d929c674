#include "bench/harness/verify.h"

#include "lib/csv.h"
#include "paging/address_space.h"

#define OLD_WORD UINT64_C(0x01d01d01d01d01d0)
#define NEW_WORD UINT64_C(0x4e4e4e4e4e4e4e4e)

/* In one table, apart by more than a line of entries; the PDE's page in the next. */
#define PAGE_AIMED (VA_VERIFY + 16 * PAGE_BYTES)
#define PAGE_NEIGHBOUR (VA_VERIFY + 48 * PAGE_BYTES)
#define PAGE_GLOBAL (VA_VERIFY + 80 * PAGE_BYTES)
#define PAGE_GLOBAL_NEIGHBOUR (VA_VERIFY + 112 * PAGE_BYTES)
#define PAGE_UNDER_PDE (VA_VERIFY + (UINT64_C(2) << 20) + 16 * PAGE_BYTES)

/* Two frames, with the old and the new word in their first quadword. */
struct frames {
	uint64_t old_frame, new_frame;
};

static enum err alloc_frames(struct frame_pool *pool, struct frames *frames)
{
	frames->old_frame = frame_alloc(pool);
	frames->new_frame = frame_alloc(pool);
	if (frames->old_frame == 0 || frames->new_frame == 0)
		return ERR_NO_MEMORY;
	*pool->table_at(frames->old_frame) = OLD_WORD;
	*pool->table_at(frames->new_frame) = NEW_WORD;
	return ERR_NONE;
}

/* Accessed and dirty are set already, so that the CPU never writes the entry. */
static enum err plant_leaf(struct verify_ground *ground, struct frame_pool *pool,
                           uint64_t root, enum entry entry, uint64_t page,
                           uint64_t flags)
{
	struct frames frames;
	enum err err = alloc_frames(pool, &frames);

	if (err == ERR_NONE)
		err = walk_map(pool, root, page, frames.old_frame,
		               flags | PTE_ACCESSED | PTE_DIRTY, LEVEL_PT);
	if (err != ERR_NONE)
		return err;

	uint64_t *const leaf = walk_find(pool, root, page, LEVEL_PT).entry;

	ground->planted[entry] = (struct planted){
		.aim = page,
		.read = page,
		.entry = leaf,
		.old_value = *leaf,
		.new_value = (*leaf & ~PTE_FRAME) | frames.new_frame,
	};
	return ERR_NONE;
}

/* The entry above the leaf names one table or another; both have the page. */
static enum err plant_pde(struct verify_ground *ground, struct frame_pool *pool,
                          uint64_t root, uint64_t flags)
{
	const enum err err =
		plant_leaf(ground, pool, root, ENTRY_PDE, PAGE_UNDER_PDE, flags);
	const uint64_t other = err == ERR_NONE ? frame_alloc(pool) : 0;

	if (other == 0)
		return ERR_NO_MEMORY;

	struct planted *const planted = &ground->planted[ENTRY_PDE];
	uint64_t *const pde = walk_find(pool, root, PAGE_UNDER_PDE, LEVEL_PD).entry;

	pool->table_at(other)[level_index(PAGE_UNDER_PDE, LEVEL_PT)] =
		planted->new_value;
	planted->entry = pde;
	planted->old_value = *pde;
	planted->new_value = (*pde & ~PTE_FRAME) | other;
	return ERR_NONE;
}

enum err verify_prepare(struct verify_ground *ground, struct frame_pool *pool,
                        uint64_t root, uint64_t nx)
{
	static const struct {
		enum entry entry;
		uint64_t page;
		uint64_t flags;
	} leaves[] = {
		{ ENTRY_PAGE_4K, PAGE_AIMED, 0 },
		{ ENTRY_NEIGHBOUR, PAGE_NEIGHBOUR, 0 },
		{ ENTRY_GLOBAL_4K, PAGE_GLOBAL, PTE_GLOBAL },
		{ ENTRY_GLOBAL_NEIGHBOUR, PAGE_GLOBAL_NEIGHBOUR, PTE_GLOBAL },
	};

	*ground = (struct verify_ground){ 0 };
	for (unsigned i = 0; i < sizeof leaves / sizeof leaves[0]; i++) {
		const enum err err = plant_leaf(ground, pool, root, leaves[i].entry,
		                                leaves[i].page, leaves[i].flags | nx);

		if (err != ERR_NONE)
			return err;
	}
	ground->planted[ENTRY_NEIGHBOUR].aim = PAGE_AIMED;
	ground->planted[ENTRY_GLOBAL_NEIGHBOUR].aim = PAGE_AIMED;

	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		if (i == ENTRY_PDE && plant_pde(ground, pool, root, nx) != ERR_NONE)
			return ERR_NO_MEMORY;
		ground->pages[ground->page_count++] = ground->planted[i].read;
	}
	return ERR_NONE;
}

enum outcome { OUTCOME_FRESH, OUTCOME_STALE, OUTCOME_UNPREPARED };

static enum outcome try_once(const struct verify_port *port,
                             const struct verify_ground *ground, enum mechanism by,
                             const struct planted *planted, bool control)
{
	*planted->entry = planted->old_value;
	port->forget(port, by, ground->pages, ground->page_count);
	(void)port->read(port, planted->aim);
	if (port->read(port, planted->read) != OLD_WORD)
		return OUTCOME_UNPREPARED;

	*planted->entry = planted->new_value;
	port->run(port, control, planted->aim);
	return port->read(port, planted->read) == OLD_WORD ? OUTCOME_STALE
	                                                   : OUTCOME_FRESH;
}

struct staleness verify_cell(const struct verify_port *port,
                             const struct verify_ground *ground, enum mechanism by,
                             enum entry entry)
{
	const struct planted *const planted = &ground->planted[entry];
	struct staleness staleness = { .trials = VERIFY_TRIALS };

	for (uint32_t i = 0; i < VERIFY_TRIALS; i++) {
		const enum outcome control = try_once(port, ground, by, planted, true);
		const enum outcome after = try_once(port, ground, by, planted, false);

		staleness.stale_control += control == OUTCOME_STALE;
		staleness.stale_after += after == OUTCOME_STALE;
		staleness.unprepared +=
			control == OUTCOME_UNPREPARED || after == OUTCOME_UNPREPARED;
	}
	*planted->entry = planted->old_value;
	port->forget(port, by, ground->pages, ground->page_count);
	return staleness;
}

enum verdict verdict_of(enum rule rule, const struct staleness *staleness)
{
	const bool control_is_stale =
		staleness->stale_control * 100u >= staleness->trials * 95u;

	if (staleness->trials == 0 || staleness->unprepared != 0 || !control_is_stale)
		return VERDICT_INCONCLUSIVE;
	if (rule == RULE_MUST)
		return staleness->stale_after == 0 ? VERDICT_PASS : VERDICT_FAIL;
	return staleness->stale_after == 0 ? VERDICT_DROPPED : VERDICT_KEPT;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass",
		[VERDICT_FAIL] = "fail",
		[VERDICT_KEPT] = "kept",
		[VERDICT_DROPPED] = "dropped",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
		[VERDICT_SKIPPED] = "skipped",
	};

	return names[verdict];
}

void verify_to_csv(struct line *line, const struct tlb_op *op, enum entry entry,
                   enum verify_phase phase, const struct staleness *staleness)
{
	const struct rule_cell *const cell = &op->drops[entry];
	struct csv csv = csv_begin(line);

	csv_text(&csv, op->name);
	csv_text(&csv, entry_name(entry));
	csv_u64(&csv, 0); /* pcide */
	csv_empty(&csv);  /* tce */
	csv_text(&csv, phase == PHASE_BEFORE ? "before" : "after");
	csv_text(&csv, cell->rule == RULE_MUST ? "must" : "may");
	csv_text(&csv, cell->citation);
	if (staleness == NULL) {
		csv_empty(&csv);
		csv_empty(&csv);
		csv_empty(&csv);
		csv_text(&csv, verdict_name(VERDICT_SKIPPED));
		return;
	}
	csv_u64(&csv, staleness->trials);
	csv_u64(&csv, staleness->stale_control);
	csv_u64(&csv, staleness->stale_after);
	csv_text(&csv, verdict_name(verdict_of(cell->rule, staleness)));
}
