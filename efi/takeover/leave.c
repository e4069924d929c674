#include "efi/takeover/leave.h"

#include "efi/takeover/takeover.h"

#define TRIES 16u

/* How often selftest.plant=ebs gets in the way. */
#define PLANTED_CHANGES 2u

/*
 * UEFI 2.10 7.4.6 "EFI_BOOT_SERVICES.ExitBootServices()": after a first failure only
 * memory allocation services may be called, which this is.
 */
static void plant_map_change(const struct program *program)
{
	EFI_PHYSICAL_ADDRESS address = 0;

	if ((program->config.injected_faults & INJECT_EBS) == 0 ||
	    program->machine.exit_tries > PLANTED_CHANGES)
		return;
	(void)program->firmware.table->BootServices->AllocatePages(
		AllocateAnyPages, EfiLoaderData, 1, &address);
}

EFI_STATUS leave_make_room(struct program *program)
{
	(void)memory_map_renew(&program->firmware, &program->map);
	return takeover_fit_paints(program);
}

EFI_STATUS leave_boot_services(struct program *program)
{
	EFI_BOOT_SERVICES *const boot = program->firmware.table->BootServices;
	EFI_STATUS status = EFI_LOAD_ERROR;

	while (program->machine.exit_tries < TRIES) {
		program->machine.exit_tries++;
		status = memory_map_read(&program->firmware, &program->map);
		if (EFI_ERROR(status))
			continue;
		plant_map_change(program);
		status = boot->ExitBootServices(program->firmware.image,
		                                program->map.key);
		if (!EFI_ERROR(status))
			return status;
	}
	return status;
}

const char *leave_problem(EFI_STATUS status)
{
	return status == EFI_BUFFER_TOO_SMALL
	               ? "tlbmark: the memory map has outgrown its buffer: the "
	                 "firmware cannot be left"
	               : "tlbmark: ExitBootServices failed 16 times";
}
