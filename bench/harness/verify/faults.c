#include "bench/harness/verify/faults.h"

#include "lib/base/csv.h"
#include "lib/base/text.h"
#include "lib/x86/control.h"
#include "lib/x86/cpu.h"
#include "lib/x86/insn.h"
#include "paging/address_space.h"

#define SDM_INVPCID "SDM 2A INVPCID Invalidate Process-Context Identifier"
#define SDM_INVLPG "SDM 2A INVLPG Invalidate TLB Entries"
#define SDM_MOV_CR "SDM 2B MOV Move to/from Control Registers"
#define SDM_TEST "SDM 2D Appendix A Opcode Map: 0F 26 is reserved"

/*
 * First address above the lower half of 57 bits, and not canonical in 48 either: a CPU
 * that can use 57 bits may judge an address to invalidate by these whatever CR4.LA57
 * says (as KVM has it from hardware, in is_noncanonical_invlpg_address()).
 */
#define NOT_CANONICAL (UINT64_C(1) << 56)

static void try_invpcid(uint64_t type, uint64_t pcid, uint64_t va)
{
	const struct invpcid_descriptor descriptor = { .pcid = pcid, .va = va };

	invpcid(type, &descriptor);
}

static void invpcid_type_4(void *root)
{
	(void)root;
	try_invpcid(4, 0, VA_VERIFY);
}

static void invpcid_not_canonical(void *root)
{
	(void)root;
	try_invpcid(0, 0, NOT_CANONICAL);
}

static void invpcid_reserved(void *root)
{
	(void)root;
	try_invpcid(1, UINT64_C(1) << 12, VA_VERIFY);
}

static void invpcid_address_of_pcid(void *root)
{
	(void)root;
	try_invpcid(0, PCID_TARGET, VA_VERIFY);
}

static void invpcid_context_of_pcid(void *root)
{
	(void)root;
	try_invpcid(1, PCID_TARGET, VA_VERIFY);
}

static void cr3_bit_63(void *root)
{
	write_cr3(*(const uint64_t *)root | CR3_KEEP);
}

/*
 * While PCIDE is clear, bit 3 of CR3 is PWT and reads back, which is not said of bits
 * that mean nothing (SDM 3A 5.5.2 "Use of CR3 with Ordinary 4-Level Paging and 5-Level
 * Paging").
 */
#define CR3_PWT (UINT64_C(1) << 3)

static void pcide_with_pcid(void *root)
{
	write_cr3(*(const uint64_t *)root | CR3_PWT);
	write_cr4(read_cr4() | CR4_PCIDE);
}

static void invlpg_not_canonical(void *root)
{
	(void)root;
	invlpg(NOT_CANONICAL);
}

static void use_tr7(void *root)
{
	(void)root;
	read_tr7();
}

#define GP VECTOR_GENERAL_PROTECTION
#define UD VECTOR_INVALID_OPCODE

static const struct fault_row rows[] = {
	{ "invlpg", "no_fault_not_canonical", 0, false, 0, SDM_INVLPG,
	  invlpg_not_canonical },
	{ "invpcid_address", "fault_gp_type4", FEATURE_INVPCID, false, GP, SDM_INVPCID,
	  invpcid_type_4 },
	{ "invpcid_address", "fault_gp_not_canonical", FEATURE_INVPCID, false, GP,
	  SDM_INVPCID, invpcid_not_canonical },
	{ "invpcid_address", "fault_gp_pcid_without_pcide", FEATURE_INVPCID, false, GP,
	  SDM_INVPCID, invpcid_address_of_pcid },
	{ "invpcid_context", "fault_gp_reserved_bits", FEATURE_INVPCID, false, GP,
	  SDM_INVPCID, invpcid_reserved },
	{ "invpcid_context", "fault_gp_pcid_without_pcide", FEATURE_INVPCID, false, GP,
	  SDM_INVPCID, invpcid_context_of_pcid },
	{ "invpcid_context", "fault_gp_reserved_bits", FEATURE_INVPCID | FEATURE_PCID,
	  true, GP, SDM_INVPCID, invpcid_reserved },
	{ "cr3_pcid_noflush", "fault_gp_bit63_without_pcide", FEATURE_PCID, false, GP,
	  SDM_MOV_CR, cr3_bit_63 },
	{ "cr3_pcid_flush", "fault_gp_pcide_with_pcid", FEATURE_PCID, false, GP,
	  SDM_MOV_CR, pcide_with_pcid },
	{ "tr7_probe", "fault_ud", 0, false, UD, SDM_TEST, use_tr7 },
};

const struct fault_row *fault_row_of(const char *op, unsigned i)
{
	for (unsigned row = 0; row < sizeof rows / sizeof rows[0]; row++)
		if (text_equal(rows[row].op, op) && i-- == 0)
			return &rows[row];
	return NULL;
}

enum verdict fault_row_take(const struct fault_row *row, uint64_t root)
{
	control_set_pcide(root, row->pcide);

	const uint32_t vector = fault_expect(&this_cpu()->slot, row->probe, &root);

	/* Wherever the probe has left them. */
	control_set_pcide(root, false);
	write_cr3(root);
	return vector == row->vector ? VERDICT_PASS : VERDICT_FAIL;
}

void fault_row_to_csv(struct line *line, const struct fault_row *row,
                      enum verdict verdict, const char *core_type, const uint32_t *cpu)
{
	struct csv csv = csv_begin(line);

	csv_text(&csv, row->op);
	csv_text(&csv, row->entry);
	csv_u64(&csv, row->pcide);
	csv_empty(&csv); /* tce */
	csv_text(&csv, "before");
	csv_text(&csv, rule_name(RULE_MUST));
	csv_text(&csv, row->citation);
	if (verdict == VERDICT_SKIPPED)
		csv_empty(&csv);
	else
		csv_u64(&csv, 1);
	csv_empty(&csv);
	csv_empty(&csv);
	csv_text(&csv, verdict_name(verdict));
	verify_put_place(&csv, core_type, cpu);
}
