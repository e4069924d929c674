#include "bench/litmus/litmus_outcome.h"

#include "lib/base/line.h"

static uint8_t value_of(const struct litmus_condition *condition,
                        const struct litmus_end *end)
{
	switch (condition->what) {
	case LITMUS_REGISTER:
		return end->registers[condition->index];
	case LITMUS_ENTRY_BITS:
		return end->entries[condition->index];
	default:
		return end->frames[condition->index];
	}
}

static bool holds(const struct litmus_condition *condition,
                  const struct litmus_end *end)
{
	const uint8_t value = value_of(condition, end);

	switch (condition->what) {
	case LITMUS_REGISTER:
	case LITMUS_ENTRY_BITS:
		return (value & condition->mask) == condition->value;
	case LITMUS_FRAME:
		return value == condition->value;
	case LITMUS_FRAME_NOT:
		return value != condition->value;
	default:
		return value != end->registers[condition->value];
	}
}

bool litmus_is_asked(const struct litmus_test *test, const struct litmus_end *end)
{
	for (unsigned i = 0; i < test->condition_count; i++)
		if (!holds(&test->outcome[i], end))
			return false;
	return true;
}

/* Which registers, frames and entries the conditions name, as bits. */
struct named {
	unsigned registers, frames, entries;
};

static struct named named_by(const struct litmus_test *test)
{
	struct named named = { 0 };

	for (unsigned i = 0; i < test->condition_count; i++) {
		const struct litmus_condition *const condition = &test->outcome[i];

		if (condition->what == LITMUS_REGISTER)
			named.registers |= 1u << condition->index;
		else if (condition->what == LITMUS_ENTRY_BITS)
			named.entries |= 1u << condition->index;
		else
			named.frames |= 1u << condition->index;
		if (condition->what == LITMUS_FRAME_REGISTER)
			named.registers |= 1u << condition->value;
	}
	return named;
}

/* All else is 0, so that ends which differ in it are one. */
static struct litmus_end only_named(struct named named, const struct litmus_end *end)
{
	struct litmus_end only = { 0 };

	for (unsigned i = 0; i < LITMUS_REGISTERS; i++)
		if ((named.registers >> i & 1) != 0)
			only.registers[i] = end->registers[i];
	for (unsigned i = 0; i < LITMUS_FRAMES; i++)
		if ((named.frames >> i & 1) != 0)
			only.frames[i] = end->frames[i];
	for (unsigned i = 0; i < LITMUS_PAGES; i++)
		if ((named.entries >> i & 1) != 0)
			only.entries[i] = end->entries[i];
	return only;
}

static bool is_same(const struct litmus_end *a, const struct litmus_end *b)
{
	bool same = true;

	for (unsigned i = 0; i < LITMUS_REGISTERS; i++)
		same = same && a->registers[i] == b->registers[i];
	for (unsigned i = 0; i < LITMUS_FRAMES; i++)
		same = same && a->frames[i] == b->frames[i];
	for (unsigned i = 0; i < LITMUS_PAGES; i++)
		same = same && a->entries[i] == b->entries[i];
	return same;
}

static void add(struct litmus_histogram *histogram, const struct litmus_end *end)
{
	for (unsigned i = 0; i < histogram->count; i++) {
		if (!is_same(&histogram->counts[i].end, end))
			continue;
		histogram->counts[i].rounds++;
		return;
	}
	if (histogram->count == LITMUS_OUTCOMES) {
		histogram->others++;
		return;
	}
	histogram->counts[histogram->count++] = (struct litmus_count){ *end, 1 };
}

static bool is_witness(const struct litmus_witness *witness,
                       const struct litmus_end *end)
{
	bool all = true;

	for (unsigned i = 0; i < witness->count; i++)
		all = all && holds(&witness->all[i], end);
	return all;
}

bool litmus_count(struct litmus_histogram *histogram, const struct litmus_test *test,
                  const struct litmus_end *end)
{
	const struct litmus_end only = only_named(named_by(test), end);
	const bool asked = litmus_is_asked(test, end);

	histogram->changes += histogram->rounds != 0 && !is_same(&histogram->last, end);
	histogram->last = *end;
	for (unsigned i = 0; i < test->witness_count; i++)
		histogram->witnessed[i] += is_witness(&test->witnesses[i], end);
	histogram->rounds++;
	histogram->asked += asked;
	add(histogram, &only);
	return asked;
}

/* Whether a condition asks for some bits of that register. */
static bool is_entry(const struct litmus_test *test, unsigned number)
{
	for (unsigned i = 0; i < test->condition_count; i++)
		if (test->outcome[i].what == LITMUS_REGISTER &&
		    test->outcome[i].index == number && test->outcome[i].mask != 0xff)
			return true;
	return false;
}

void litmus_end_text(struct line *line, const struct litmus_test *test,
                     const struct litmus_end *end)
{
	static const char *const frames[LITMUS_FRAMES] = { "v", "u", "x", "y", "b" };
	static const char *const pages[LITMUS_PAGES] = { "v", "u", "w", "x", "y" };
	const struct named named = named_by(test);
	const char *between = "";

	for (unsigned i = 0; i < LITMUS_REGISTERS; i++)
		if ((named.registers >> i & 1) != 0) {
			line_format(line, is_entry(test, i) ? "%sr%u=0x%x" : "%sr%u=%u",
			            between, i, end->registers[i]);
			between = " ";
		}
	for (unsigned i = 0; i < LITMUS_FRAMES; i++)
		if ((named.frames >> i & 1) != 0) {
			line_format(line, "%s%s=%u", between, frames[i],
			            end->frames[i]);
			between = " ";
		}
	for (unsigned i = 0; i < LITMUS_PAGES; i++)
		if ((named.entries >> i & 1) != 0) {
			line_format(line, "%sentry(%s)=0x%x", between, pages[i],
			            end->entries[i]);
			between = " ";
		}
}

const char *litmus_finding_name(enum litmus_finding finding)
{
	static const char *const names[] = {
		[FINDING_NEVER] = "never",
		[FINDING_SEEN] = "seen",
		[FINDING_INCONCLUSIVE] = "inconclusive",
		[FINDING_FORBIDDEN] = "forbidden",
		[FINDING_SKIPPED] = "skipped",
	};

	return names[finding];
}

static bool was_shown(const struct litmus_test *test,
                      const struct litmus_histogram *found,
                      const struct litmus_histogram *control)
{
	bool shown = true;

	if (test->control != NULL)
		return control != NULL && control->asked != 0;
	for (unsigned i = 0; i < test->witness_count; i++)
		shown = shown && found->witnessed[i] != 0;
	return shown && (test->witness_count != 0 || test->threads[1].count == 0);
}

enum litmus_finding litmus_judge(const struct litmus_test *test,
                                 const struct litmus_histogram *found,
                                 const struct litmus_histogram *control)
{
	if (found->rounds == 0)
		return FINDING_SKIPPED;
	if (test->verdict == LITMUS_PERMITTED)
		return found->asked != 0 ? FINDING_SEEN : FINDING_INCONCLUSIVE;
	if (found->asked != 0)
		return FINDING_FORBIDDEN;
	return found->rounds >= LITMUS_FEWEST && was_shown(test, found, control)
	               ? FINDING_NEVER
	               : FINDING_INCONCLUSIVE;
}
