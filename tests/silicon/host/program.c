/* The way through a run, as efi/main.c and efi/takeover have it in ring 0. */
#include "tests/silicon/host/program.h"

#include "bench/harness/runner/exception.h"
#include "lib/base/crc32.h"
#include "lib/base/text.h"
#include "lib/chipset/timers.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/power.h"
#include "tests/silicon/host/host.h"

#include <stdlib.h>
#include <string.h>

/* The same run gives the same bytes, whenever it is made. */
#define DATE "2020-01-01T00:00:00"

static _Noreturn void finish(struct program *program, enum run_status status)
{
	power_restore(&program->machine.pinned);
	record_done(&program->record, status);
	record_console(&program->record,
	               status == RUN_NOT_FINISHED
	                       ? "tlbmark: INCOMPLETE.  What there is was sent."
	                       : "tlbmark: finished.");
	if (fflush(program->output.file) != 0)
		exit(3);
	exit((int)status);
}

static void on_fatal(struct cpu *cpu, const struct trap_frame *frame)
{
	struct program *const program = cpu->context;
	const struct trap_state state = trap_state_of(frame);

	/* What faults while it is said would fault again. */
	if (++program->fatal > 1)
		host_give_up("another exception behind the first, vector",
		             frame->vector);
	exception_record(&program->record,
	                 &(struct exception){
				 .state = &state,
				 .activity = program->run.activity,
				 .image_address = program->machine.image_address,
			 });
	runner_abort(&program->run);
	finish(program, RUN_NOT_FINISHED);
}

/* All of the machine are listed; one is run. */
static void list_processors(struct processors *processors)
{
	const struct silicon *const silicon = host_here()->silicon;

	for (uint32_t i = 0; i < silicon_cpus(silicon); i++)
		processors_add(processors, silicon_apic_id(silicon, i), i,
		               LISTED_BY_MADT);
	processors->boot_processor_listed = true;
}

static void identify_this(struct machine *machine)
{
	const struct machine_params *const params =
		silicon_params(host_here()->silicon);
	struct line line;

	identify_processor(machine);
	machine->physical = identify_physical();
	machine->memory_bytes = RAM_BYTES + GIANTS_BYTES + GIANT_BYTES;
	machine->highest_byte = GIANT_AT + GIANT_BYTES;
	machine->image_address = host_here()->ram.image;
	machine->pm_timer.port = HOST_PM_TIMER_PORT;
	machine->transports = TRANSPORT_SERIAL;
	machine->exit_tries = 1;
	machine->la57_fact = "off";
	list_processors(&machine->processors);
	text_copy(machine->date, sizeof machine->date, DATE);
	text_copy(machine->firmware, sizeof machine->firmware, "none");
	line_clear(&line);
	line_put(&line, "model ");
	line_put(&line, params->name);
	line_to_string(&line, machine->board, sizeof machine->board);
	machine->identity = crc32_update(0, params->name, strlen(params->name));
	if ((machine->features & FEATURE_1G_PAGES) != 0) {
		machine->giants = GIANTS_AT;
		machine->giant_frame = GIANT_AT;
	}
}

static void name_run(struct machine *machine, const struct config *config)
{
	text_copy(machine->run_id, sizeof machine->run_id,
	          config->run_id[0] != '\0' ? config->run_id : "20200101-000000-0000");
}

static void take_over(struct program *program)
{
	struct machine *const machine = &program->machine;
	const bool nx = (machine->features & FEATURE_NX) != 0;

	machine->found = control_read();
	control_take_over(&machine->found, nx);
	write_cr3(program->root);
	control_drop_all();
	machine->used = control_read();
	identify_by_msr(machine);
	identify_by_trying(machine);
	machine->tsc_rate = timers_measure(&(struct timers){
		.pm_timer_port = machine->pm_timer.port,
		.amd_family = is_amd(machine) ? machine->family : 0,
		.hypervisor_hz = machine->hypervisor.tsc_hz,
	});
	power_record(machine);
	if (program->config.pin)
		power_pin(machine, &machine->pinned);
	if ((machine->features & FEATURE_TCE) != 0 && !control_tce_obeys())
		machine->features &= ~(uint32_t)FEATURE_TCE;
	if (control_lfence_waits(is_amd(machine)))
		machine->features |= FEATURE_LFENCE_WAITS;
}

/* The reader of the stream shows how far it is. */
static void write_output(struct sink *sink, const char *text, size_t length)
{
	struct output *const output = (struct output *)sink;

	if (fwrite(text, 1, length, output->file) != length) {
		perror("silicon: writing");
		exit(3);
	}
}

static void flush_output(void *context)
{
	const struct program *const program = context;

	fflush(program->output.file);
}

static void prepare(struct program *program)
{
	struct run *const run = &program->run;

	program->cpu.self = &program->cpu;
	program->cpu.on_fatal = on_fatal;
	program->cpu.context = program;
	program->output.sink = (struct sink){ "stdout", write_output };
	program->output.file = stdout;
	record_add_sink(&program->record, &program->output.sink);
	lava_open(&program->lava);
	lava_add_sink(&program->lava, &program->output.sink);
	if (program->config.lava) {
		program->record.listener = &program->lava.listener;
		run->lava = &program->lava;
	}
	run->config = &program->config;
	run->machine = &program->machine;
	run->record = &program->record;
	run->on_delivered = flush_output;
	run->context = program;
	run->pool = &program->pool;
	run->root = program->root;
	text_copy(run->activity, sizeof run->activity, "start");
}

static void start(struct program *program)
{
	struct machine *const machine = &program->machine;

	smp_start(&program->run.smp,
	          &(struct smp_spec){
			  .machine = machine,
			  .cpu = &program->cpu,
			  .root = program->root,
			  .injected_faults = program->config.injected_faults,
			  .context = program,
		  });
	if (machine->processors.count > 1)
		machine->not_asked_why =
			"the model on this computer runs one processor";
	machine_record(machine, &program->config, &program->record);
}

_Noreturn void program_run(void *argument)
{
	struct program *const program = argument;

	prepare(program);
	host_here()->cpu = &program->cpu;
	host_here()->window_stack = program->window_stack_top;
	identify_this(&program->machine);
	name_run(&program->machine, &program->config);
	take_over(program);
	record_run(&program->record, program->machine.run_id);
	if (!runner_has_work(&program->run)) {
		record_console(&program->record,
		               "tlbmark: no benchmark matches what only says");
		finish(program, RUN_NOTHING_SELECTED);
	}
	start(program);
	finish(program, runner_run(&program->run));
}
