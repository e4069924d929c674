/*
 * Prints what each operation must drop, from the table that the checks use, as
 * paging/README.md shows it: a row for each operation on an Intel processor, one for
 * both states of CR4.PCIDE where these agree on every entry that exists in both; then
 * what the letters mean, and where the table says less of AMD.
 */
#include "paging/tlb_op.h"

#include <stdio.h>

static void read_rules(const struct tlb_op *op, bool pcide, char letters[ENTRY_COUNT])
{
	static const char of_rule[] = {
		[RULE_NONE] = ' ',
		[RULE_MAY] = '.',
		[RULE_MUST] = 'M',
		[RULE_CLAIMED] = 'C',
	};
	const struct tlb_mode mode = { .pcide = pcide, .la57 = true };

	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		letters[i] = of_rule[tlb_op_rule(op, (enum entry)i, mode).rule];
}

static void print_row(const struct tlb_op *op, const char *state,
                      const char letters[ENTRY_COUNT])
{
	printf("| `%s`%s |", op->name, state);
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		printf(letters[i] == ' ' ? " |" : " %c |", letters[i]);
	printf("\n");
}

/* What does not exist in one of the states says nothing against the other. */
static bool agree(const char a[ENTRY_COUNT], const char b[ENTRY_COUNT])
{
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		if (a[i] != ' ' && b[i] != ' ' && a[i] != b[i])
			return false;
	return true;
}

static void print_op(const struct tlb_op *op)
{
	const bool off_exists = tlb_op_exists(op, false);
	const bool on_exists = tlb_op_exists(op, true);
	char off[ENTRY_COUNT], on[ENTRY_COUNT];

	read_rules(op, false, off);
	read_rules(op, true, on);
	if (off_exists && on_exists && agree(off, on)) {
		print_row(op, "", on);
		return;
	}
	if (off_exists)
		print_row(op, " (PCIDE = 0)", off);
	if (on_exists)
		print_row(op, " (PCIDE = 1)", on);
}

/* Where another mode of the processor promises less than the table. */
static void print_less(const char *when, const struct tlb_op *op, struct tlb_mode mode)
{
	const struct tlb_mode usual = { .pcide = mode.pcide, .la57 = true };

	for (unsigned i = 0; i < ENTRY_COUNT; i++) {
		const enum entry entry = (enum entry)i;

		if (tlb_op_rule(op, entry, usual).rule !=
		    tlb_op_rule(op, entry, mode).rule)
			printf("%s: `%s`, PCIDE = %d: `%s` is %s\n", when, op->name,
			       mode.pcide, entry_name(entry),
			       rule_name(tlb_op_rule(op, entry, mode).rule));
	}
}

static void print_legend(void)
{
	printf("\nM must be dropped; . may be dropped or kept; C others claim that it "
	       "is "
	       "dropped,\nthe manual does not; blank: no such entry in this state. "
	       "Elsewhere:\n\n");
	for (unsigned i = 0; i < TLB_OPS; i++)
		for (int pcide = 0; pcide < 2; pcide++) {
			const struct tlb_mode amd = { .pcide = pcide != 0,
				                      .la57 = true,
				                      .amd = true };
			struct tlb_mode tce = amd;

			tce.tce = true;
			if (!tlb_op_exists(&tlb_ops[i], amd.pcide))
				continue;
			print_less("AMD", &tlb_ops[i], amd);
			if (tlb_ops[i].by == BY_INVLPG)
				print_less("AMD, EFER.TCE set", &tlb_ops[i], tce);
		}
}

int main(void)
{
	printf("| |");
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		printf(" `%s` |", entry_name((enum entry)i));
	printf("\n| --- |");
	for (unsigned i = 0; i < ENTRY_COUNT; i++)
		printf(" --- |");
	printf("\n");
	for (unsigned i = 0; i < TLB_OPS; i++)
		if (&tlb_ops[i] != tlb_op_none)
			print_op(&tlb_ops[i]);
	print_legend();
	return 0;
}
