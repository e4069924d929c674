#include "bench/harness/runner/exception.h"

#include "lib/base/line.h"

/* Registers. */
#define PER_LINE 4u

static const char *vector_name(uint64_t vector)
{
	static const char *const names[] = {
		"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
		"#DF", "(9)", "#TS", "#NP", "#SS", "#GP", "#PF", "(15)",
		"#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
	};

	return vector < sizeof names / sizeof names[0] ? names[vector] : "(reserved)";
}

static void print(struct record *record, struct line *line)
{
	char text[200];

	line_to_string(line, text, sizeof text);
	record_console(record, text);
	line_clear(line);
}

static void print_what(struct record *record, const struct exception *exception)
{
	const struct trap_frame *const frame = &exception->state->frame;
	const struct smp_cpu *const member = exception->member;
	struct line line;

	line_clear(&line);
	line_format(&line,
	            "tlbmark: unexpected exception %s, vector %lu, error code 0x%lx",
	            vector_name(frame->vector), frame->vector, frame->error);
	if (member != NULL)
		line_format(&line, ", on processor %u (APIC id %u)", member->listed,
		            member->apic_id);
	line_format(&line, ", while running: %s", exception->activity);
	print(record, &line);
}

/* RIP is also given from the start of the image, as the linker's map has it. */
static void print_registers(struct record *record, const struct exception *exception)
{
	const struct trap_state *const state = exception->state;
	const struct trap_frame *const frame = &state->frame;
	struct line line;
	const struct {
		const char *name;
		uint64_t value;
	} registers[] = {
		{ "RIP", frame->rip }, { "CR2", state->cr2 },
		{ "CR3", state->cr3 }, { "image", exception->image_address },
		{ "RAX", frame->rax }, { "RBX", frame->rbx },
		{ "RCX", frame->rcx }, { "RDX", frame->rdx },
		{ "RSI", frame->rsi }, { "RDI", frame->rdi },
		{ "RBP", frame->rbp }, { "RSP", frame->rsp },
		{ "R8 ", frame->r8 },  { "R9 ", frame->r9 },
		{ "R10", frame->r10 }, { "R11", frame->r11 },
		{ "R12", frame->r12 }, { "R13", frame->r13 },
		{ "R14", frame->r14 }, { "R15", frame->r15 },
		{ "CR0", state->cr0 }, { "CR4", state->cr4 },
		{ "CS ", frame->cs },  { "FLG", frame->rflags },
	};

	line_clear(&line);
	for (unsigned i = 0; i < sizeof registers / sizeof registers[0]; i++) {
		line_format(&line, " %s %016lx", registers[i].name, registers[i].value);
		if (i % PER_LINE == PER_LINE - 1)
			print(record, &line);
	}
}

void exception_record(struct record *record, const struct exception *exception)
{
	print_what(record, exception);
	print_registers(record, exception);
}
