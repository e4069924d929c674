#pragma once
/*
 * What code of ring 0 does, noted instead of done: accesses to the upper half, loads of
 * CR3, windows that are run there.  Each faults here, and the handler goes on behind
 * it.  A load returns what the page tables of the arena say.
 */
#include "tests/unit/support/arena.h"
#include "tests/unit/support/disassemble.h"

#include <signal.h>
#include <ucontext.h>

enum ring0_kind {
	RING0_LOAD,
	RING0_STORE,
	RING0_CR3,
	RING0_CR4,
	RING0_INVLPG,
	RING0_WINDOW,
};

struct ring0_event {
	enum ring0_kind kind;
	uint64_t value; /* address, or what was loaded into CR3 or CR4 */
};

#define RING0_EVENTS 16384u

static struct {
	struct ring0_event at[RING0_EVENTS];
	volatile sig_atomic_t count;
	const struct frame_pool *pool;
	uint64_t root;
	/* A function that is run after all, and where it can be. */
	uint64_t runs, runs_at;
} ring0;

static inline uint64_t *ring0_word(uint64_t va)
{
	const struct walk walk = walk_find(ring0.pool, ring0.root, va, LEVEL_PT);
	const uint64_t within = level_span(walk.level) - 1;
	const uint64_t at = (*walk.entry & PTE_FRAME & ~within) | (va & within);

	assert_int_not_equal(*walk.entry & PTE_PRESENT, 0);
	return &arena_table_at(at & ~(PAGE_BYTES - 1))[at % PAGE_BYTES / 8];
}

static inline greg_t *ring0_register(mcontext_t *context, unsigned capstone_register)
{
	static const struct {
		unsigned capstone;
		int index;
	} registers[] = {
		{ X86_REG_RAX, REG_RAX }, { X86_REG_RBX, REG_RBX },
		{ X86_REG_RCX, REG_RCX }, { X86_REG_RDX, REG_RDX },
		{ X86_REG_RSI, REG_RSI }, { X86_REG_RDI, REG_RDI },
		{ X86_REG_RBP, REG_RBP }, { X86_REG_R8, REG_R8 },
		{ X86_REG_R9, REG_R9 },   { X86_REG_R10, REG_R10 },
		{ X86_REG_R11, REG_R11 }, { X86_REG_R12, REG_R12 },
		{ X86_REG_R13, REG_R13 }, { X86_REG_R14, REG_R14 },
		{ X86_REG_R15, REG_R15 },
	};

	for (unsigned i = 0; i < COUNT_OF(registers); i++)
		if (registers[i].capstone == capstone_register)
			return &context->gregs[registers[i].index];
	return NULL;
}

static inline void ring0_add(enum ring0_kind kind, uint64_t value)
{
	assert_in_range(ring0.count, 0, RING0_EVENTS - 1);
	ring0.at[ring0.count++] = (struct ring0_event){ kind, value };
}

static inline void ring0_do(const cs_insn *insn, uint64_t address, mcontext_t *context)
{
	const cs_x86_op *const operands = insn->detail->x86.operands;
	greg_t *const to = ring0_register(context, operands[0].reg);

	if (insn->id == X86_INS_INVLPG) {
		ring0_add(RING0_INVLPG,
		          (uint64_t)*ring0_register(context, operands[0].mem.base));
	} else if (operands[0].type == X86_OP_MEM) {
		ring0_add(RING0_STORE, address);
	} else if (operands[0].reg == X86_REG_CR3) {
		ring0_add(RING0_CR3,
		          (uint64_t)*ring0_register(context, operands[1].reg));
	} else if (operands[0].reg == X86_REG_CR4) {
		ring0_add(RING0_CR4,
		          (uint64_t)*ring0_register(context, operands[1].reg));
	} else if (operands[1].type == X86_OP_REG) {
		if (to != NULL)
			*to = 0; /* a control register is read */
	} else {
		ring0_add(RING0_LOAD, address);
		if (operands[0].size == 8)
			*to = (greg_t)*ring0_word(address);
	}
}

static inline void ring0_fault(int signal, siginfo_t *info, void *context)
{
	mcontext_t *const registers = &((ucontext_t *)context)->uc_mcontext;
	greg_t *const rip = &registers->gregs[REG_RIP];
	csh capstone;
	cs_insn *insn = NULL;

	(void)signal;
	if (*rip < 0) {
		greg_t *const rsp = &registers->gregs[REG_RSP];

		ring0_add(RING0_WINDOW, (uint64_t)*rip);
		if (ring0.runs != 0 && (uint64_t)*rip == ring0.runs) {
			*rip = (greg_t)ring0.runs_at;
			return;
		}
		*rip = *(const greg_t *)*rsp;
		*rsp += 8;
		return;
	}
	assert_int_equal(cs_open(CS_ARCH_X86, CS_MODE_64, &capstone), CS_ERR_OK);
	cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);
	assert_int_equal(cs_disasm(capstone, (const uint8_t *)*rip, 15, 0, 1, &insn),
	                 1);
	ring0_do(insn, (uint64_t)info->si_addr, registers);
	*rip += insn->size;
	cs_free(insn, 1);
	cs_close(&capstone);
}

/* From here to ring0_end(); what was noted before is forgotten. */
static inline void ring0_begin(const struct frame_pool *pool, uint64_t root,
                               struct sigaction *before)
{
	const struct sigaction note = {
		.sa_sigaction = ring0_fault,
		.sa_flags = SA_SIGINFO,
	};

	ring0.count = 0;
	ring0.pool = pool;
	ring0.root = root;
	assert_int_equal(sigaction(SIGSEGV, &note, before), 0);
}

static inline void ring0_end(const struct sigaction *before)
{
	assert_int_equal(sigaction(SIGSEGV, before, NULL), 0);
}
