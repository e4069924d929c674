#include "efi/delivery/after.h"

#include "efi/firmware/console.h"
#include "efi/takeover/reset.h"
#include "lib/x86/insn.h"

/* QEMU's isa-debug-exit, where run.sh puts it; it ends with status << 1 | 1. */
#define DEBUG_EXIT_PORT 0xf4u

/* Where there is no such port: what ends Bochs, and nothing anywhere else. */
static void debug_exit(unsigned status)
{
	outl(DEBUG_EXIT_PORT, status);
	__asm__ volatile("xchg %bx, %bx");
}

#define MICROSECONDS 1000000u
#define SETTLE_SECONDS                                                                 \
	((UINTN)2) /* for a stick that writes a little later than it says */

static void wait_for_key(const struct firmware *firmware)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	SIMPLE_INPUT_INTERFACE *const in = firmware->table->ConIn;
	EFI_INPUT_KEY key;
	UINTN index = 0;

	/* Without a keyboard it waits for the power button. */
	while (in == NULL)
		boot->Stall(MICROSECONDS);
	in->Reset(in, FALSE);
	while (EFI_ERROR(in->ReadKeyStroke(in, &key)))
		if (EFI_ERROR(boot->WaitForEvent(1, &in->WaitForKey, &index)))
			boot->Stall(MICROSECONDS);
}

void after_with_firmware(struct program *program, enum config_after after,
                         unsigned status)
{
	const struct firmware *const firmware = &program->firmware;

	/* An emulator's stick has settled, and firmware that stalls is slow there. */
	if (after == AFTER_DEBUG_EXIT)
		debug_exit(status);
	if (after_ends_machine(after))
		firmware->table->BootServices->Stall(SETTLE_SECONDS * MICROSECONDS);
	if (after == AFTER_REBOOT)
		reset_machine(program, RESET_COLD);
	else if (after == AFTER_SHUTDOWN)
		reset_machine(program, RESET_SHUTDOWN);
	if (after_ends_machine(after))
		console_print(firmware, "tlbmark: this machine does not do so; the "
		                        "results are safe\n");
	wait_for_key(firmware);
}

void after_alone(struct program *program, unsigned status)
{
	switch (program->config.after) {
	case AFTER_DEBUG_EXIT:
		outl(DEBUG_EXIT_PORT, status);
		break;
	case AFTER_REBOOT:
		reset_machine(program, RESET_COLD);
		break;
	case AFTER_SHUTDOWN:
		reset_machine(program, RESET_SHUTDOWN);
		break;
	case AFTER_WAIT:
		break;
	}
}
