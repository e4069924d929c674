#include "efi/fatal.h"

#include "bench/harness/runner/exception.h"
#include "efi/delivery/finish.h"
#include "efi/takeover/program.h"
#include "lib/x86/insn.h"

static void print(struct program *program, const struct smp_cpu *member,
                  const struct trap_state *state)
{
	exception_record(&program->record,
	                 &(struct exception){
				 .state = state,
				 .member = member,
				 .activity = program->run.activity,
				 .image_address = program->machine.image_address,
			 });
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
	print(program, member, state);
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

	print(program, member, state);
	record_console(&program->record,
	               "tlbmark: nothing is measured yet: going on without it");
}

void fatal_member(void *context, const struct smp_cpu *member,
                  const struct trap_state *state)
{
	die(context, member, state);
}
