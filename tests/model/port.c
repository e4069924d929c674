#include "tests/model/port.h"

#include "paging/address_space.h"
#include "tests/model/registers.h"
#include "tests/unit/support/unit.h"

#define DESCRIPTOR SCRATCH_BASE

static struct model *model_behind(const struct verify_port *port)
{
	return (struct model *)(uintptr_t)port;
}

static uint64_t read_word(const struct verify_port *port, uint64_t va)
{
	struct model *const model = model_behind(port);
	const uint64_t physical = cpu_translate(&model->cpu, SIDE_DATA, va);

	return memory_at(physical & PTE_FRAME)[physical % PAGE_BYTES / 8];
}

static uint64_t call_code(const struct verify_port *port, uint64_t va)
{
	struct model *const model = model_behind(port);

	return program_call(&model->program, &model->cpu, va);
}

static void must_not_fault(const struct model *model, const char *who)
{
	if (model->cpu.vector != 0)
		fail_msg("%s: exception %u", who, model->cpu.vector);
}

static void load_cr3(const struct verify_port *port, uint64_t value)
{
	struct model *const model = model_behind(port);

	cpu_write_cr3(&model->cpu, value);
	must_not_fault(model, "load_cr3");
}

/* Copy 0 aims at the page itself. */
static void load_body(struct model *model, const struct body *body)
{
	if (model->loaded == body)
		return;
	program_unload(&model->program);
	program_load(&model->program, body->begin, body->end);
	if (body->fixup == FIXUP_ADDRESS)
		memset(model->program.bytes + body->fixup_offset, 0, sizeof(uint32_t));
	model->loaded = body;
}

static void load_operands(struct cpu *cpu, const struct operands *operands)
{
	for (unsigned i = 0; i < GPRS; i++)
		cpu->gpr[i] = UINT64_C(0xbad0bad0bad0bad0) + i;
	cpu->gpr[RSP] = SCRATCH_STACK;
	cpu->gpr[RSI] = operands->address;
	cpu->gpr[RDI] = operands->type;
	cpu->gpr[RBX] = operands->cr3;
	cpu->gpr[R8] = operands->cr3_named;
	cpu->gpr[R9] = operands->cr4;
	cpu->gpr[R10] = operands->cr4_changed;
}

/*
 * What a body may not change, since another copy of it and the end of the window come
 * behind it.  RDI it may, with care.
 */
static void check_contract(const struct cpu *before, const struct cpu *after)
{
	const unsigned scratch = 1u << RAX | 1u << RCX | 1u << RDX | 1u << RDI;

	for (unsigned i = 0; i < GPRS; i++)
		if ((scratch >> i & 1) == 0 && before->gpr[i] != after->gpr[i])
			fail_msg("register %u is changed", i);
	assert_int_equal(after->flags & BIT_FLAGS_IF, before->flags & BIT_FLAGS_IF);
	assert_int_equal(after->cr0, before->cr0);
	assert_int_equal(after->cr3, before->cr3);
	assert_int_equal(after->cr4, before->cr4);
}

static void run_body(const struct verify_port *port, bool control,
                     const struct aim *aim)
{
	struct model *const model = model_behind(port);
	struct cpu *const cpu = &model->cpu;
	const struct surroundings surroundings = {
		.root = model->probe_pages.root,
		.cr4 = cpu->cr4,
		.descriptor = DESCRIPTOR,
	};
	const struct operands operands = tlb_op_operands(model->op, aim, &surroundings);
	const struct invpcid_descriptor descriptor = invpcid_descriptor_of(aim);

	if (control || cpu_has(cpu, OPERATION_IS_NOTHING))
		return;
	cpu_store(cpu, DESCRIPTOR, descriptor.pcid);
	cpu_store(cpu, DESCRIPTOR + 8, descriptor.va);
	load_body(model, tlb_op_body(model->op, aim));
	load_operands(cpu, &operands);
	model->before = *cpu;
	program_run(&model->program, cpu);
	must_not_fault(model, model->op->name);
	check_contract(&model->before, cpu);
}

/* As the port onto a real CPU does: every plain way but the one under test. */
static void forget(const struct verify_port *port, enum mechanism avoided,
                   const uint64_t *pages, unsigned count)
{
	struct model *const model = model_behind(port);
	struct cpu *const cpu = &model->cpu;
	const unsigned ways = BY_INVLPG | BY_CR3 | BY_CR4 | BY_INVPCID;
	const unsigned by = ways & ~(unsigned)avoided;
	const uint64_t cr4 = cpu->cr4;

	model->forgot_by |= by;
	if ((by & BY_CR4) != 0) {
		cpu_write_cr4(cpu, cr4 & ~BIT_CR4_PGE);
		cpu_write_cr4(cpu, cr4);
	}
	if ((by & BY_CR3) != 0) {
		for (unsigned pcid = PCID_COUNT - 1; pcid != 0; pcid--)
			if ((cr4 & BIT_CR4_PCIDE) != 0)
				cpu_write_cr3(cpu, model->probe_pages.root | pcid);
		cpu_write_cr3(cpu, model->probe_pages.root);
	}
	for (unsigned i = 0; (by & BY_INVLPG) != 0 && i < count; i++)
		cpu_invlpg(cpu, pages[i]);
	if ((by & BY_INVPCID) != 0)
		cpu_invpcid(cpu, 2, 0, 0);
	must_not_fault(model, "forget");
}

static struct cpu_features features_of(struct tlb_mode mode)
{
	return (struct cpu_features){
		.pcid = true,
		.invpcid = true,
		.smep = true,
		.pge = true,
		.la57 = mode.la57,
		.invlpgb = mode.amd,
		.invlpgb_pages = 8,
	};
}

bool model_can(const struct tlb_op *op, struct tlb_mode mode)
{
	return tlb_op_exists(op, mode.pcide) &&
	       ((op->needs & FEATURE_INVLPGB) == 0 || mode.amd);
}

struct model *model_open(const struct tlb_op *op, struct tlb_mode mode, uint64_t quirks)
{
	static struct model model;

	model.op = op;
	model.port = (struct verify_port){
		.read = read_word,
		.call = call_code,
		.run = run_body,
		.load_cr3 = load_cr3,
		.trials = MODEL_TRIALS,
		.forget = forget,
	};
	model.pool = memory_reset();
	model.pool.la57 = mode.la57;
	model.forgot_by = 0;
	model.loaded = NULL;

	const struct verify_pages_spec spec = {
		.pool = &model.pool,
		.root = frame_alloc(&model.pool),
		.nx = PTE_NX,
		.giants = MEMORY_GIANTS,
	};

	assert_int_equal(verify_prepare(&model.probe_pages, &spec), ERR_NONE);
	cpu_reset(&model.cpu, &model.pool, spec.root);
	model.cpu.features = features_of(mode);
	if (mode.la57)
		model.cpu.cr4 |= BIT_CR4_LA57;
	if (mode.tce)
		model.cpu.efer |= BIT_EFER_TCE;
	if (mode.pcide)
		cpu_write_cr4(&model.cpu, model.cpu.cr4 | BIT_CR4_PCIDE);
	/* AMD's manual does not say that setting SMEP drops anything. */
	model.cpu.quirks = quirks | (mode.amd ? quirk_bit(SMEP_DOES_NOTHING) : 0);
	load_body(&model, &op->body);
	return &model;
}

void model_close(struct model *model)
{
	program_unload(&model->program);
	model->loaded = NULL;
}

enum verdict model_verdict_of(const struct verify_case *cell, uint64_t quirks)
{
	struct model *const model = model_open(cell->op, cell->mode, quirks);
	enum verdict verdict = VERDICT_SKIPPED;

	if (verify_applies(&model->probe_pages, cell)) {
		const struct staleness staleness =
			verify_cell(&model->port, &model->probe_pages, cell);

		verdict =
			verdict_of(tlb_op_rule(cell->op, cell->entry, cell->mode).rule,
		                   &staleness);
	}
	model_close(model);
	return verdict;
}

enum verdict model_verdict(const struct tlb_op *op, enum entry entry,
                           struct tlb_mode mode, uint64_t quirks)
{
	const struct verify_case cell = { .op = op, .entry = entry, .mode = mode };

	return model_verdict_of(&cell, quirks);
}
