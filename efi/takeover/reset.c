#include "efi/takeover/reset.h"

#include "efi/takeover/runtime.h"
#include "lib/chipset/reset.h"
#include "lib/chipset/watchdog.h"
#include "lib/x86/insn.h"

struct request {
	const struct program *program;
	EFI_RESET_TYPE type;
	bool has_watchdog; /* which runs */
};

/* With the firmware's page tables, which have the chipset's registers in memory. */
static void arm_watchdog(void *argument)
{
	struct request *const request = argument;

	request->has_watchdog = watchdog_arm(&request->program->machine.watchdog);
}

static void ask_firmware(void *argument)
{
	const struct request *const request = argument;
	EFI_RUNTIME_SERVICES *const runtime =
		request->program->firmware.table->RuntimeServices;

	runtime->ResetSystem(request->type, EFI_SUCCESS, 0, NULL);
}

static void ask_acpi(void *argument)
{
	const struct request *const request = argument;

	reset_by_acpi(&request->program->machine.reset);
}

/* One second more than it takes at most. */
static void wait_for_watchdog(const struct machine *machine)
{
	const uint64_t began = rdtsc_ordered();
	const uint64_t ticks = guard_ticks(machine, machine->watchdog.seconds + 1);

	while (rdtsc_ordered() - began < ticks)
		cpu_relax();
}

void reset_machine(struct program *program, enum reset_kind kind)
{
	static const EFI_RESET_TYPE types[] = {
		[RESET_WARM] = EfiResetWarm,
		[RESET_COLD] = EfiResetCold,
		[RESET_SHUTDOWN] = EfiResetShutdown,
	};
	struct request request = { .program = program, .type = types[kind] };

	if (kind == RESET_SHUTDOWN) {
		(void)runtime_call(program, ask_firmware, &request);
		return;
	}
	guard_post(&program->guard, &program->run.smp);
	if (program->machine.watchdog.name != NULL)
		(void)runtime_call(program, arm_watchdog, &request);
	(void)runtime_call(program, ask_firmware, &request);
	(void)runtime_call(program, ask_acpi, &request);
	reset_by_cf9();
	reset_by_keyboard_controller();
	guard_call_off(&program->guard);
	if (request.has_watchdog)
		wait_for_watchdog(&program->machine);
}
