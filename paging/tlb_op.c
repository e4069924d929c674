/*
 * The table of operations: row, machine code and what it must drop stand together.
 *
 * Section numbers are those of the SDM since 2024; up to 2023 chapter 5 was chapter 4.
 */
#include "paging/tlb_op.h"

#include "lib/text.h"

#define SDM_INVALIDATE                                                                 \
	"SDM 3A 5.10.4.1 Operations that Invalidate TLBs and Paging-Structure Caches"
#define SDM_GLOBAL "SDM 3A 5.10.2.4 Global Pages"

#define MUST                                                                           \
	{                                                                              \
		RULE_MUST, SDM_INVALIDATE                                              \
	}
/* The invalidation is defined for other entries; dropping more is always allowed. */
#define MAY                                                                            \
	{                                                                              \
		RULE_MAY, SDM_INVALIDATE                                               \
	}
#define MAY_GLOBAL                                                                     \
	{                                                                              \
		RULE_MAY, SDM_GLOBAL                                                   \
	}

BODY(none, "")

/* disp32 even for 0, so that every copy can have a page of its own. */
BODY(invlpg, "invlpg 0x7fffffff(%rsi)")

BODY(cr3_reload, "mov %rbx, %cr3")

BODY(cr4_pge_toggle, "mov %r10, %cr4\n"
                     "mov %r9, %cr4")

/* none has its place by number: a row put above it by mistake does not compile. */
const struct tlb_op tlb_ops[] = {
	[0] = {
		.name = "none",
		.body = { BODY_RANGE(none) },
	},
	{
		.name = "cr3_reload",
		.body = { BODY_RANGE(cr3_reload) },
		.by = BY_CR3,
		.drops = {
			[ENTRY_PAGE_4K] = MUST,
			[ENTRY_NEIGHBOUR] = MUST,
			[ENTRY_GLOBAL_4K] = MAY_GLOBAL,
			[ENTRY_GLOBAL_NEIGHBOUR] = MAY_GLOBAL,
			[ENTRY_PDE] = MUST,
		},
	},
	{
		.name = "invlpg",
		.body = {
			BODY_RANGE(invlpg),
			.fixup = FIXUP_PAGE,
			.fixup_offset = 3,
		},
		.by = BY_INVLPG,
		.takes_page = true,
		.drops = {
			[ENTRY_PAGE_4K] = MUST,
			[ENTRY_NEIGHBOUR] = MAY,
			[ENTRY_GLOBAL_4K] = MUST,
			[ENTRY_GLOBAL_NEIGHBOUR] = MAY,
			[ENTRY_PDE] = MUST,
		},
	},
	{
		.name = "cr4_pge_toggle",
		.needs = FEATURE_PGE,
		.body = { BODY_RANGE(cr4_pge_toggle) },
		.by = BY_CR4_PGE,
		.drops_globals = true,
		.drops = {
			[ENTRY_PAGE_4K] = MUST,
			[ENTRY_NEIGHBOUR] = MUST,
			[ENTRY_GLOBAL_4K] = MUST,
			[ENTRY_GLOBAL_NEIGHBOUR] = MUST,
			[ENTRY_PDE] = MUST,
		},
	},
};
const unsigned tlb_op_count = sizeof tlb_ops / sizeof tlb_ops[0];

const struct tlb_op *const tlb_op_none = &tlb_ops[0];

const char *entry_name(enum entry entry)
{
	static const char *const names[ENTRY_COUNT] = {
		[ENTRY_PAGE_4K] = "page_4k",
		[ENTRY_NEIGHBOUR] = "neighbour",
		[ENTRY_GLOBAL_4K] = "global_4k",
		[ENTRY_GLOBAL_NEIGHBOUR] = "global_neighbour",
		[ENTRY_PDE] = "pde",
	};

	return names[entry];
}

const struct tlb_op *tlb_op_named(const char *name)
{
	for (unsigned i = 0; i < tlb_op_count; i++)
		if (text_equal(tlb_ops[i].name, name))
			return &tlb_ops[i];
	return NULL;
}
