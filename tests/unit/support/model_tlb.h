#pragma once
/*
 * A small honest model of a TLB without PCIDs behind the port of the verification; the
 * one in tests/model/ has them, and all the rest.  It knows
 * what a few instructions drop and runs the operation's own bytes, decoded by the
 * disassembler.  Faults of real CPUs, and faults on purpose, can be switched on.
 */
#include "bench/harness/verify/verify.h"
#include "paging/address_space.h"
#include "tests/unit/support/arena.h"
#include "tests/unit/support/disassemble.h"

#define MODEL_ENTRIES 64u
#define MODEL_STEPS 4u

enum model_quirk {
	MODEL_RUNS_NOTHING = 1 << 0,         /* the operation was replaced by nothing */
	MODEL_INVLPG_KEEPS_GLOBALS = 1 << 1, /* as some silicon did with PCIDs on */
	MODEL_CACHES_NOTHING = 1 << 2,
	MODEL_DROPS_ALL = 1 << 3,     /* whatever is invalidated, all goes */
	MODEL_CR3_DROPS_ALL = 1 << 4, /* as QEMU does: no globals over MOV CR3 */
	MODEL_READS_OLD_TABLES = 1
	                         << 5, /* never fills again: nothing can be prepared */
};

/* What an instruction of a body does. */
enum model_step_kind { MODEL_INVLPG, MODEL_CR3, MODEL_CR4_OFF, MODEL_CR4_ON };

struct model_step {
	enum model_step_kind kind;
	int64_t disp;
};

struct model_entry {
	bool used, global;
	enum level level;
	uint64_t page, frame; /* of that level */
};

struct model {
	struct verify_port port;
	struct frame_pool pool;
	uint64_t root;
	unsigned quirks;
	unsigned step_count;
	struct model_step steps[MODEL_STEPS];
	struct model_entry entries[MODEL_ENTRIES];
	unsigned next;
	unsigned forgot_by; /* mechanisms that forget() has used */
	uint64_t forgotten; /* page at the end of its list */
};

static inline struct model *model_behind(const struct verify_port *port)
{
	return (struct model *)(uintptr_t)port;
}

static inline void model_drop_all(struct model *model, bool globals)
{
	for (unsigned i = 0; i < MODEL_ENTRIES; i++)
		if (globals || !model->entries[i].global)
			model->entries[i].used = false;
}

static inline bool model_covers(const struct model_entry *entry, uint64_t va)
{
	return entry->used && entry->page == (va & ~(level_span(entry->level) - 1));
}

static inline void model_invlpg(struct model *model, uint64_t va)
{
	const bool keeps = (model->quirks & MODEL_INVLPG_KEEPS_GLOBALS) != 0;

	for (unsigned i = 0; i < MODEL_ENTRIES; i++)
		if (model_covers(&model->entries[i], va) &&
		    !(keeps && model->entries[i].global))
			model->entries[i].used = false;
}

static inline void model_cr3(struct model *model)
{
	model_drop_all(model, (model->quirks & MODEL_CR3_DROPS_ALL) != 0);
}

/* Change of CR4.PGE, either way. */
static inline void model_pge(struct model *model)
{
	model_drop_all(model, true);
}

/* At va, in a page of that level at frame. */
static inline uint64_t model_word(uint64_t frame, enum level level, uint64_t va)
{
	const uint64_t physical = frame + (va & (level_span(level) - 1));

	return arena_table_at(physical & PTE_FRAME)[physical % PAGE_BYTES / 8];
}

static inline uint64_t model_read(const struct verify_port *port, uint64_t va)
{
	struct model *const model = model_behind(port);

	if ((model->quirks & MODEL_CACHES_NOTHING) != 0)
		model_drop_all(model, true);
	for (unsigned i = 0; i < MODEL_ENTRIES; i++) {
		const struct model_entry *const entry = &model->entries[i];

		if (model_covers(entry, va))
			return model_word(entry->frame, entry->level, va);
	}

	const struct walk walk = walk_find(&model->pool, model->root, va, LEVEL_PT);

	assert_true(pte_is_leaf(*walk.entry, walk.level));
	assert_int_equal(*walk.entry & (PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY),
	                 PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY);
	model->entries[model->next++ % MODEL_ENTRIES] = (struct model_entry){
		.used = true,
		.global = (*walk.entry & PTE_GLOBAL) != 0,
		.level = walk.level,
		.page = va & ~(level_span(walk.level) - 1),
		.frame = *walk.entry & PTE_FRAME,
	};
	return model_word(*walk.entry & PTE_FRAME, walk.level, va);
}

/* MOV $imm32, %eax; RET. */
static inline uint64_t model_call(const struct verify_port *port, uint64_t va)
{
	const uint64_t code = model_read(port, va);

	assert_int_equal(code & 0xffff0000000000ff, 0xb8);
	assert_int_equal(code >> 40, 0xc3);
	return code >> 8 & UINT32_MAX;
}

/* There is one PCID here, and no other is asked for. */
static inline void model_load_cr3(const struct verify_port *port, uint64_t value)
{
	(void)port;
	(void)value;
	fail_msg("no other PCID exists");
}

static inline void model_run(const struct verify_port *port, bool control,
                             const struct aim *aim)
{
	struct model *const model = model_behind(port);

	assert_int_equal(aim->pcid, PCID_HOME);

	if (control || (model->quirks & MODEL_RUNS_NOTHING) != 0)
		return;
	for (unsigned i = 0; i < model->step_count; i++) {
		const struct model_step *const step = &model->steps[i];

		if ((model->quirks & MODEL_DROPS_ALL) != 0)
			model_drop_all(model, true);
		else if (step->kind == MODEL_INVLPG)
			model_invlpg(model, aim->va + (uint64_t)step->disp);
		else if (step->kind == MODEL_CR3)
			model_cr3(model);
		else
			model_pge(model);
	}
}

static inline void model_forget(const struct verify_port *port, enum mechanism avoided,
                                const uint64_t *pages, unsigned count)
{
	struct model *const model = model_behind(port);
	const unsigned by = (BY_INVLPG | BY_CR3 | BY_CR4) & ~(unsigned)avoided;

	model->forgot_by |= by;
	model->forgotten = pages[count - 1];
	if ((model->quirks & MODEL_READS_OLD_TABLES) != 0)
		return;
	if ((by & BY_CR4) != 0)
		model_pge(model);
	if ((by & BY_CR3) != 0)
		model_cr3(model);
	for (unsigned i = 0; (by & BY_INVLPG) != 0 && i < count; i++)
		model_invlpg(model, pages[i]);
}

/* One copy of the body, its fixup patched for the page that is aimed at. */
static inline void model_decode(struct model *model, const struct body *body)
{
	static struct listing listing;

	disassemble(body->begin, body_bytes(body), &listing);
	assert_in_range(listing.count, 0, MODEL_STEPS);
	for (unsigned i = 0; i < listing.count; i++) {
		const char *const text = listing.at[i].text;
		struct model_step *const step = &model->steps[model->step_count++];

		if (memcmp(text, "invlpg byte ptr [rsi", 20) == 0)
			step->disp =
				body->fixup == FIXUP_ADDRESS ? 0 : listing.at[i].disp;
		else if (strcmp(text, "mov cr3, rbx") == 0)
			step->kind = MODEL_CR3;
		else if (strcmp(text, "mov cr4, r10") == 0)
			step->kind = MODEL_CR4_OFF;
		else if (strcmp(text, "mov cr4, r9") == 0)
			step->kind = MODEL_CR4_ON;
		else
			fail_msg("the model does not know %s", text);
	}
}

static inline struct model *model_open(const struct body *body, unsigned quirks,
                                       struct verify_pages *ground)
{
	static struct model model;

	model = (struct model){
		.port = {
			.read = model_read,
			.call = model_call,
			.run = model_run,
			.load_cr3 = model_load_cr3,
			.trials = VERIFY_TRIALS,
			.forget = model_forget,
		},
		.pool = arena_pool(2048),
		.quirks = quirks,
	};
	model.root = frame_alloc(&model.pool);
	model_decode(&model, body);
	assert_int_equal(verify_prepare(ground,
	                                &(struct verify_pages_spec){
						.pool = &model.pool,
						.root = model.root,
						.nx = PTE_NX,
					}),
	                 ERR_NONE);
	return &model;
}
