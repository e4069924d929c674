#include "bench/litmus/litmus_test.h"
#include "lib/base/line.h"

static const char *const pages[LITMUS_PAGES] = { "v", "u", "w", "x", "y" };
static const char *const frames[LITMUS_FRAMES] = { "frame of v", "frame of u",
	                                           "frame of x", "frame of y",
	                                           "frame b" };

/* @ is the page, # the value, & the frame of that number. */
static const char *const forms[LITMUS_KINDS] = {
	[LITMUS_STORE] = "@ = #",
	[LITMUS_STORE_LOCKED] = "xchg @, #",
	[LITMUS_LOAD] = "r# = @",
	[LITMUS_AWAIT] = "await @ == #",
	[LITMUS_MAP] = "entry(@) = &",
	[LITMUS_UNMAP] = "entry(@) = 0",
	[LITMUS_ENTRY] = "r# = entry(@)",
	[LITMUS_XCHG_UNMAP] = "r# = xchg entry(@), 0",
	[LITMUS_XCHG_RDONLY] = "r# = xchg entry(@), read-only",
	[LITMUS_INVLPG] = "invlpg @",
	[LITMUS_INVPCID] = "invpcid 0, @",
	[LITMUS_CR3] = "mov cr3",
	[LITMUS_CR3_NOFLUSH] = "mov cr3, no flush",
	[LITMUS_FENCE] = "mfence, lfence",
	[LITMUS_IPI_XAPIC] = "send (xAPIC)",
	[LITMUS_IPI_X2APIC] = "send (x2APIC)",
	[LITMUS_AWAIT_IPI] = "await interrupt",
};

void litmus_step_text(struct line *line, const struct litmus_step *step)
{
	for (const char *form = forms[step->kind]; *form != '\0'; form++)
		if (*form == '@')
			line_put(line, pages[step->page]);
		else if (*form == '#')
			line_put_u64(line, step->value);
		else if (*form == '&')
			line_put(line, frames[step->value]);
		else
			line_put_char(line, *form);
}

void litmus_condition_text(struct line *line, const struct litmus_condition *condition)
{
	const unsigned value = condition->value;

	switch (condition->what) {
	case LITMUS_REGISTER:
		if (condition->mask == 0xff)
			line_format(line, "r%u == %u", condition->index, value);
		else
			line_format(line, "(r%u & 0x%x) == 0x%x", condition->index,
			            condition->mask, value);
		break;
	case LITMUS_ENTRY_BITS:
		line_format(line, "(entry(%s) & 0x%x) == 0x%x", pages[condition->index],
		            condition->mask, value);
		break;
	case LITMUS_FRAME:
		line_format(line, "%s == %u", frames[condition->index], value);
		break;
	case LITMUS_FRAME_NOT:
		line_format(line, "%s != %u", frames[condition->index], value);
		break;
	default:
		line_format(line, "%s != r%u", frames[condition->index], value);
	}
}
