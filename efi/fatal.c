#include "efi/fatal.h"

#include "efi/delivery/finish.h"
#include "efi/takeover/program.h"
#include "lib/x86/insn.h"
static const char *vector_name(uint64_t vector)
{
	static const char *const names[] = {
		"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
		"#DF", "(9)", "#TS", "#NP", "#SS", "#GP", "#PF", "(15)",
		"#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
	};

	return vector < sizeof names / sizeof names[0] ? names[vector] : "(reserved)";
}

static void put(struct line *line, const char *name, uint64_t value)
{
	line_put_char(line, ' ');
	line_put(line, name);
	line_put_char(line, ' ');
	line_put_hex(line, value, 16);
}

static void print(struct record *record, struct line *line)
{
	char text[200];

	line_to_string(line, text, sizeof text);
	record_console(record, text);
	line_clear(line);
}

static void print_what(struct program *program, const struct trap_frame *frame,
                       const struct smp_cpu *member)
{
	struct line line;

	line_clear(&line);
	line_put(&line, "tlbmark: unexpected exception ");
	line_put(&line, vector_name(frame->vector));
	line_put(&line, ", vector ");
	line_put_u64(&line, frame->vector);
	line_put(&line, ", error code 0x");
	line_put_hex(&line, frame->error, 1);
	if (member != NULL) {
		line_put(&line, ", on processor ");
		line_put_u64(&line, member->listed);
		line_put(&line, " (APIC id ");
		line_put_u64(&line, member->apic_id);
		line_put(&line, ")");
	}
	line_put(&line, ", while running: ");
	line_put(&line, program->run.activity);
	print(&program->record, &line);
}

/* RIP is also given from the start of the image, as the linker's map has it. */
static void print_registers(struct program *program, const struct trap_state *state)
{
	const struct trap_frame *const frame = &state->frame;
	struct record *const record = &program->record;
	struct line line;

	line_clear(&line);
	put(&line, "RIP", frame->rip);
	put(&line, "CR2", state->cr2);
	put(&line, "CR3", state->cr3);
	put(&line, "image", program->machine.image_address);
	print(record, &line);
	put(&line, "RAX", frame->rax);
	put(&line, "RBX", frame->rbx);
	put(&line, "RCX", frame->rcx);
	put(&line, "RDX", frame->rdx);
	print(record, &line);
	put(&line, "RSI", frame->rsi);
	put(&line, "RDI", frame->rdi);
	put(&line, "RBP", frame->rbp);
	put(&line, "RSP", frame->rsp);
	print(record, &line);
	put(&line, "R8 ", frame->r8);
	put(&line, "R9 ", frame->r9);
	put(&line, "R10", frame->r10);
	put(&line, "R11", frame->r11);
	print(record, &line);
	put(&line, "R12", frame->r12);
	put(&line, "R13", frame->r13);
	put(&line, "R14", frame->r14);
	put(&line, "R15", frame->r15);
	print(record, &line);
	put(&line, "CR0", state->cr0);
	put(&line, "CR4", state->cr4);
	put(&line, "CS ", frame->cs);
	put(&line, "FLG", frame->rflags);
	print(record, &line);
}

/* member: whose exception it is, NULL for the boot processor. */
static void die(struct program *program, const struct smp_cpu *member,
                const struct trap_state *state)
{
	/* What faults while it is said would fault again: a sink, or what it reads. */
	if (++program->fatal == 2)
		finish_silently(program);
	while (program->fatal > 2) {
		cli();
		hlt();
	}
	print_what(program, &state->frame, member);
	print_registers(program, state);
	runner_abort(&program->run);
	finish(program, RUN_NOT_FINISHED);
}

void fatal_exception(struct cpu *cpu, const struct trap_frame *frame)
{
	const struct trap_state state = trap_state_of(frame);

	die(cpu->context, NULL, &state);
}

void fatal_dropped(void *context, const struct smp_cpu *member,
                   const struct trap_state *state)
{
	struct program *const program = context;

	print_what(program, &state->frame, member);
	print_registers(program, state);
	record_console(&program->record,
	               "tlbmark: nothing is measured yet: going on without it");
}

void fatal_member(void *context, const struct smp_cpu *member,
                  const struct trap_state *state)
{
	die(context, member, state);
}
