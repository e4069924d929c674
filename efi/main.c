/*
 * The way in: gather what only the firmware knows, allocate all that will ever be
 * written, leave boot services, make the machine ours, measure.
 */
#include "efi/countdown.h"
#include "efi/delivery/after.h"
#include "efi/delivery/finish.h"
#include "efi/delivery/keep_marker.h"
#include "efi/delivery/recover.h"
#include "efi/delivery/release.h"
#include "efi/delivery/transports.h"
#include "efi/fatal.h"
#include "efi/firmware/console.h"
#include "efi/gather.h"
#include "efi/stick/boot_entry.h"
#include "efi/stick/options.h"
#include "efi/takeover/consent.h"
#include "efi/takeover/leave.h"
#include "efi/takeover/program.h"
#include "efi/takeover/shim.h"
#include "efi/takeover/takeover.h"
#include "lib/x86/control.h"
#include "lib/x86/identify.h"
#include "lib/x86/insn.h"
#include "lib/x86/stack.h"
#include "version.h"

/* Least that is worth starting with: tables and stacks, but no memory for any row. */
#define LEAST_MEASURING_FRAMES 16u

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

extern const char image_base[] __asm__("ImageBase")
	__attribute__((visibility("hidden")));

static EFI_STATUS refuse(const struct firmware *firmware, const char *what,
                         EFI_STATUS status)
{
	console_format(firmware, "tlbmark: %s\n", what);
	return status;
}

static struct program *alloc_program(const struct firmware *firmware)
{
	const UINTN pages = (sizeof(struct program) + PAGE_BYTES - 1) / PAGE_BYTES;
	EFI_PHYSICAL_ADDRESS address = 0;

	if (EFI_ERROR(firmware->table->BootServices->AllocatePages(
		    AllocateAnyPages, EfiLoaderData, pages, &address)))
		return NULL;

	uint8_t *const bytes = (uint8_t *)address;

	for (UINTN i = 0; i < pages * PAGE_BYTES; i++)
		bytes[i] = 0;
	return (struct program *)bytes;
}

static void print_bad_options(const struct program *program)
{
	const struct config *const config = &program->config;

	for (uint32_t i = 0; i < config->bad_count && i < CONFIG_BAD_KEPT; i++) {
		struct line line;

		config_describe_bad(config, i, &line);
		console_format(&program->firmware, "tlbmark: ignored: %.*s\n",
		               (int)line.length, line.text);
	}
}

static void print_beyond(const struct program *program)
{
	const uint64_t bytes = program->machine.beyond_bytes;

	if (bytes != 0)
		console_format(
			&program->firmware,
			"tlbmark: the firmware lists %lu MiB of RAM from 0x%lx on, "
			"where this processor has\n         no addresses: they are "
			"left out\n",
			bytes >> 20, program->map.limit);
}

static EFI_STATUS gather(struct program *program)
{
	const struct firmware *const firmware = &program->firmware;
	EFI_STATUS status;

	program->machine.physical = identify_physical();
	status = memory_map_alloc(firmware, physical_limit(&program->machine.physical),
	                          &program->map);
	if (EFI_ERROR(status))
		return refuse(firmware, "the memory map cannot be read",
		              EFI_LOAD_ERROR);
	boot_entry_clean(firmware);
	program->config = config_default();
	volumes_open(firmware, &program->volumes);
	options_read(firmware, &program->volumes, &program->config, program->options,
	             program->machine.load_options,
	             sizeof program->machine.load_options);
	print_bad_options(program);
	gather_machine(firmware, &program->map, &program->config, &program->machine);
	keep_marker_read(program);
	consent_at_start(program);
	gather_run_id(&program->machine, &program->config);
	memory_describe(&program->map, &program->machine);
	print_beyond(program);
	program->machine.image_address = (uintptr_t)image_base;
	program->machine.found = control_read();
	return EFI_SUCCESS;
}

/*
 * Not EFI_SUCCESS: the firmware goes on to its next boot option, which may be the stick
 * that they wait for.  Their memory stays allocated, since some firmware clears what is
 * freed; that stick takes it as a loader's.
 */
static EFI_STATUS leave_to_another(const struct program *program)
{
	char id[LOG_HEADER_RUN_ID];

	text_copy(id, sizeof id, program->ram_log.foreign->run_id);
	console_format(
		&program->firmware,
		"tlbmark: in this machine's RAM wait results that this stick did not "
		"leave, of run %s\n",
		id);
	return refuse(&program->firmware,
	              "nothing is measured, lest they are overwritten.\n"
	              "         Start the stick that left them, or switch the machine "
	              "off for half a minute: then they are gone",
	              EFI_ABORTED);
}

static EFI_STATUS allocate(struct program *program)
{
	const struct firmware *const firmware = &program->firmware;

	if ((program->config.injected_faults & INJECT_NO_LOW_MEMORY) == 0)
		program->low = memory_alloc_low(firmware);
	takeover_choose_levels(program);
	/*
	 * In this order: the largest needs what is whole, the copies want the middle of
	 * what is left, and the pool makes do with less.
	 */
	if ((program->machine.features & FEATURE_1G_PAGES) != 0)
		program->machine.giants = memory_alloc_giants(firmware, &program->map);
	transports_alloc(program);
	if (program->ram_log.foreign != NULL)
		return leave_to_another(program);
	if (EFI_ERROR(takeover_fit_paints(program)))
		return refuse(firmware, "no memory to begin with",
		              EFI_OUT_OF_RESOURCES);

	const uint64_t own = takeover_frames(program);
	const uint64_t least = own + LEAST_MEASURING_FRAMES;
	const uint64_t wanted = own + runner_frames(&program->config);
	const bool planted = (program->config.injected_faults & INJECT_MEMORY) != 0;

	program->pool = memory_alloc_pool(firmware, &program->map,
	                                  planted ? least : wanted, least);
	program->pool.la57 = program->machine.la57;
	program->machine.pool_wanted_bytes = wanted * PAGE_BYTES;
	program->machine.pool_bytes = program->pool.limit - program->pool.next;
	if (program->machine.pool_bytes == 0)
		return refuse(firmware, "no memory for page tables and stacks",
		              EFI_OUT_OF_RESOURCES);
	return EFI_SUCCESS;
}

/* Faults on purpose that must end in fatal_exception(). */
static void plant(const struct program *program)
{
	if ((program->config.injected_faults & INJECT_STRAY) != 0)
		*(volatile uint64_t *)memory_foreign(&program->map) = 0;
	if ((program->config.injected_faults & INJECT_STACK) != 0)
		__asm__ volatile("1: push %rax\n\tjmp 1b");
}

/* Whatever ends the machine in the next benchmark leaves what came before. */
static void keep_rows(void *context)
{
	struct program *const program = context;

	if ((program->machine.transports & TRANSPORT_RAM) != 0)
		ram_log_so_far(&program->ram_log);
}

/* On the own stack, with boot services gone. */
static void measure(void *argument)
{
	struct program *const program = argument;

	program->cpu.on_fatal = fatal_exception;
	program->cpu.context = program;
	takeover_enter(program);
	transports_open(program);
	record_run(&program->record, program->machine.run_id);
	if (!runner_has_work(&program->run)) {
		record_console(&program->record,
		               "tlbmark: no benchmark matches what only says");
		finish(program, RUN_NOTHING_SELECTED);
	}
	program->run.kept = &program->ram_log.sink;
	memory_sink_reserve(program->run.kept, runner_row_bytes(&program->run));
	smp_start(&program->run.smp,
	          &(struct smp_spec){
			  .machine = &program->machine,
			  .cpu = &program->cpu,
			  .root = program->root,
			  .low = program->low,
			  .injected_faults = program->config.injected_faults,
			  .on_faulted = fatal_member,
			  .on_dropped = fatal_dropped,
			  .context = program,
		  });
	machine_record(&program->machine, &program->config, &program->record);
	plant(program);
	finish(program, runner_run(&program->run));
}

/*
 * True if this start was for the results of an earlier one.  If no volume takes them,
 * they are in the machine alone, and if they are lost, a reboot might go on for ever:
 * then the machine stays on, so that somebody sees it.
 */
static bool came_home(struct program *program)
{
	const struct recover home = recover(program);
	enum config_after after = program->config.after;

	if (!home.was_due)
		return false;
	if (!home.arrived && after_ends_machine(after)) {
		after = AFTER_WAIT;
		console_print(&program->firmware, "tlbmark: this machine is left on\n");
	}
	after_with_firmware(program, after, home.status);
	return true;
}

/*
 * One by one: of a literal for all of struct run, which is over a megabyte, clang makes
 * a copy on the stack, where the firmware has no more than 128 KiB (UEFI 2.10 2.3.4
 * "x64 Platforms").  The rest is 0 already.
 */
static void prepare_run(struct program *program)
{
	struct run *const run = &program->run;

	run->config = &program->config;
	run->machine = &program->machine;
	run->record = &program->record;
	run->on_delivered = keep_rows;
	run->context = program;
	text_copy(run->activity, sizeof run->activity, "start");
}

/*
 * False if this start is to end, with the status for the firmware.  Memory comes before
 * the ways out: the stick is told where the copies are, and a pool that cannot be had
 * must not leave a run there that never began.
 */
static bool is_to_measure(struct program *program, EFI_STATUS *status)
{
	const struct firmware *const firmware = &program->firmware;

	*status = gather(program);
	if (EFI_ERROR(*status) || came_home(program))
		return false;
	/* Not EFI_SUCCESS: the firmware goes on to its next boot option. */
	*status = EFI_ABORTED;
	if (!countdown(firmware, &program->config, !recovery_follows_reboot(program),
	               volumes_are_kept_out_of(&program->volumes)))
		return false;
	consent_before_leaving(program);
	*status = allocate(program);
	if (EFI_ERROR(*status))
		return false;
	shim_take_part(program);
	*status = transports_plan(program);
	return !EFI_ERROR(*status);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	const struct firmware firmware = { .image = image, .table = table };
	const char *const refusal = gather_refusal();

	table->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
	console_print(&firmware, "tlbmark " TLBMARK_VERSION "\n");
	if (refusal != NULL)
		return refuse(&firmware, refusal, EFI_UNSUPPORTED);

	struct program *const program = alloc_program(&firmware);

	if (program == NULL)
		return refuse(&firmware, "no memory", EFI_OUT_OF_RESOURCES);
	program->firmware = firmware;

	EFI_STATUS status = EFI_SUCCESS;

	if (!is_to_measure(program, &status)) {
		release(program);
		return status;
	}
	prepare_run(program);
	status = leave_make_room(program);
	if (EFI_ERROR(status)) {
		(void)refuse(&firmware, "no memory for a list of all memory", status);
		release(program);
		return status;
	}
	status = leave_boot_services(program);
	cli();
	if (EFI_ERROR(status) || takeover_build(program) != ERR_NONE) {
		transports_open(program);
		record_console(&program->record,
		               EFI_ERROR(status)
		                       ? leave_problem(status)
		                       : "tlbmark: not enough memory for page tables");
		finish(program, RUN_NOT_FINISHED);
	}
	program->machine.giant_frame = memory_giant(&program->map);
	program->run.pool = &program->pool;
	program->run.root = program->root;
	stack_switch(program->stack_top, measure, program);
}
