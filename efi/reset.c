#include "efi/reset.h"

#include "efi/runtime.h"
#include "lib/x86/insn.h"
#include "lib/x86/reset.h"

struct request {
	const struct program *program;
	EFI_RESET_TYPE type;
};

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
	guard_post(&program->guard, &program->run.crew);
	(void)runtime_call(program, ask_firmware, &request);
	(void)runtime_call(program, ask_acpi, &request);
	reset_by_cf9();
	reset_by_keyboard_controller();
	guard_call_off(&program->guard);
}
