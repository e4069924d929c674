#include "tests/model/differences.h"

#include "tests/unit/support/unit.h"

#define TEXT_BYTES 8192u

enum verdict verdict_for(enum rule rule)
{
	static const enum verdict verdicts[] = {
		[RULE_NONE] = VERDICT_SKIPPED,
		[RULE_MAY] = VERDICT_KEPT,
		[RULE_MUST] = VERDICT_PASS,
		[RULE_CLAIMED] = VERDICT_REFUTED,
	};

	return verdicts[rule];
}

struct text {
	char bytes[TEXT_BYTES];
	size_t length;
};

static void append(struct text *text, const char *what)
{
	const size_t bytes = strlen(what) + 1;

	assert_in_range(bytes, 1, TEXT_BYTES - text->length);
	memcpy(text->bytes + text->length, what, bytes);
	text->length += bytes - 1;
}

/* One line, if any cell has that verdict and would have another. */
static void append_line(struct text *text, const struct tlb_op *op, bool pcide,
                        enum verdict verdict, const enum verdict *verdicts)
{
	const struct tlb_mode mode = { .pcide = pcide };
	bool begun = false;

	for (enum entry entry = 0; entry < ENTRY_COUNT; entry++) {
		if (verdicts[entry] != verdict ||
		    verdict_for(tlb_op_rule(op, entry, mode).rule) == verdict)
			continue;
		if (!begun) {
			append(text, op->name);
			append(text, pcide ? " on " : " off ");
			append(text, verdict_name(verdict));
			append(text, ":");
		}
		begun = true;
		append(text, " ");
		append(text, entry_name(entry));
	}
	if (begun)
		append(text, "\n");
}

const char *model_differences(uint64_t quirks)
{
	static struct text text;

	text.length = 0;
	append(&text, "");
	for (unsigned i = 0; i < TLB_OPS * 2; i++) {
		const struct tlb_op *const op = &tlb_ops[i / 2];
		const struct tlb_mode mode = { .pcide = i % 2 == 1 };
		enum verdict verdicts[ENTRY_COUNT];

		if (!model_can(op, mode))
			continue;
		for (enum entry entry = 0; entry < ENTRY_COUNT; entry++)
			verdicts[entry] = model_verdict(op, entry, mode, quirks);
		for (enum verdict verdict = VERDICT_PASS; verdict <= VERDICT_SKIPPED;
		     verdict++)
			append_line(&text, op, mode.pcide, verdict, verdicts);
	}
	return text.bytes;
}
