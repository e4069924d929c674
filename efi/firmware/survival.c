#include "efi/firmware/survival.h"

/*
 * MemoryOverwriteRequestControl: firmware with its bit 0 set clears RAM before it does
 * anything else at its next start (TCG "Platform Reset Attack Mitigation
 * Specification", 1.10).  An operating system sets it and takes it back when it ends
 * well.  It is not ours to take back.
 */
#define MOR_CLEAR_MEMORY 1u

static EFI_GUID mor_guid = {
	0xe20939be,
	0x32d4,
	0x41be,
	{ 0xa1, 0x50, 0x89, 0x7f, 0x85, 0xd4, 0x98, 0x29 },
};

void survival_read(const struct firmware *firmware, struct machine *machine)
{
	static CHAR16 name[] = L"MemoryOverwriteRequestControl";
	UINT8 value = 0;
	UINTN size = sizeof value;

	machine->mor_known = !EFI_ERROR(firmware->table->RuntimeServices->GetVariable(
				     name, &mor_guid, NULL, &size, &value)) &&
	                     size == sizeof value;
	machine->mor = machine->mor_known ? value : 0;
}

const char *survival_problem(const struct machine *machine)
{
	if ((machine->mor & MOR_CLEAR_MEMORY) != 0)
		return "the firmware was asked to clear RAM at the next reset "
		       "(MemoryOverwriteRequestControl)";
	if (physical_key_is_new(&machine->physical))
		return "RAM is encrypted (TME), with a new key after each reset";
	return NULL;
}
