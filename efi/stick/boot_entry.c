#include "efi/stick/boot_entry.h"

#include "efi/firmware/boot_variables.h"
#include "efi/firmware/console.h"
#include "lib/boot/boot_option.h"

/*
 * Its number is one of these.  Some firmware numbers its own options anew at each
 * start, from 0000 on, and writes over those that BootOrder does not name; installers
 * take the lowest that is free.  Few, so that all can be looked at at each start.
 */
#define FIRST_NUMBER 0x80u
#define NUMBERS 64u

static EFI_GUID file_system_guid = SIMPLE_FILE_SYSTEM_PROTOCOL;
static EFI_GUID shim_lock_guid = {
	0x605dab50, 0xe046, 0x4300, { 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 }
};

struct variable {
	UINT8 bytes[BOOT_VARIABLE_BYTES];
	UINTN length;
};

static bool read_named(const struct firmware *firmware, const CHAR16 *name,
                       struct variable *variable)
{
	variable->length = sizeof variable->bytes;
	if (boot_variable_read(firmware, name, variable->bytes, &variable->length))
		return true;
	variable->length = 0;
	return false;
}

static bool read_option(const struct firmware *firmware, UINT16 number,
                        struct variable *variable)
{
	const struct boot_variable_name name = boot_variable_option(number);

	return read_named(firmware, name.text, variable);
}

static bool is_own(const struct firmware *firmware, UINT16 number)
{
	struct variable variable;
	struct boot_option option;

	return read_option(firmware, number, &variable) &&
	       boot_option_read(variable.bytes, variable.length, &option) &&
	       boot_option_is_own(&option);
}

/* One that is too large to be read is there. */
static bool is_free(const struct firmware *firmware, UINT16 number)
{
	const struct boot_variable_name name = boot_variable_option(number);
	struct variable order;
	UINT16 next = 0;

	if (!boot_variable_is_absent(firmware, name.text))
		return false;
	(void)read_named(firmware, L"BootOrder", &order);
	return !boot_order_has(order.bytes, order.length, number) &&
	       !(boot_variable_number(firmware, L"BootNext", &next) && next == number);
}

static bool find_free(const struct firmware *firmware, UINT16 *number)
{
	for (unsigned i = 0; i < NUMBERS; i++) {
		*number = (UINT16)(FIRST_NUMBER + i);
		if (is_free(firmware, *number))
			return true;
	}
	return false;
}

/* Two sticks with the same image have the same signatures. */
static bool has_twin(const struct firmware *firmware, const struct own_image *own,
                     struct device_path partition)
{
	EFI_BOOT_SERVICES *const boot = firmware->table->BootServices;
	EFI_HANDLE *devices = NULL;
	UINTN count = 0;
	bool found = false;

	if (EFI_ERROR(boot->LocateHandleBuffer(ByProtocol, &file_system_guid, NULL,
	                                       &count, &devices)))
		return true;
	for (UINTN i = 0; i < count && !found; i++)
		found = devices[i] != own->handle &&
		        device_path_same_partition(
				partition, device_path_partition(own_image_path_of(
						   firmware, devices[i])));
	boot->FreePool(devices);
	return found;
}

/*
 * The partition alone, as installers of operating systems write it, so that every
 * firmware has met it: UEFI 2.10 3.1.2 wants it found wherever its disk is now.  Where
 * that is not enough, as for a CD or beside a twin, the whole way to it.
 */
static struct device_path way_to(const struct firmware *firmware,
                                 const struct own_image *own)
{
	const struct device_path partition = device_path_partition(own->device);

	if (!device_path_same_partition(partition, partition) ||
	    has_twin(firmware, own, partition))
		return own->device;
	return partition;
}

/*
 * With Secure Boot, firmware starts by itself what its own keys have signed.  What shim
 * has started may be signed with one that only shim knows.
 */
static bool is_vouched_for(const struct firmware *firmware)
{
	void *shim = NULL;

	return !boot_variable_secure(firmware) ||
	       EFI_ERROR(firmware->table->BootServices->LocateProtocol(&shim_lock_guid,
	                                                               NULL, &shim));
}

static const char *why_none(const struct firmware *firmware,
                            const struct own_image *own, const struct volumes *volumes)
{
	const struct volume *const volume = &volumes->list[0];

	if (own->file[0] == '\0')
		return "whoever started this program does not say which file it is";
	if (volumes->count == 0 || !volume->is_own || !volume_has(volume, own->file))
		return "this program's file is not on the disk it came from";
	if (!is_vouched_for(firmware))
		return "Secure Boot is on, and shim, not the firmware, knows this "
		       "program's key";
	return NULL;
}

const char *boot_entry_make(const struct firmware *firmware,
                            const struct own_image *own, const struct volumes *volumes,
                            const char *options, UINT16 *number)
{
	const char *const none = why_none(firmware, own, volumes);
	UINT8 bytes[BOOT_OPTION_OWN_BYTES];
	UINTN length = 0;

	if (none != NULL)
		return none;
	length = boot_option_write(bytes, sizeof bytes, way_to(firmware, own),
	                           own->file, options);
	if (length == 0)
		return "the way to this program's file is too long for a boot option";
	if (!boot_variable_has_room(firmware, length))
		return "more than half of the firmware's room for variables is in use";
	if (!find_free(firmware, number))
		return "no number is free for a boot option";

	const struct boot_variable_name name = boot_variable_option(*number);

	if (boot_variable_write(firmware, name.text, bytes, length))
		return NULL;
	(void)boot_entry_delete(firmware, *number);
	return "the firmware does not keep a boot option";
}

/* Else the next one who takes the number would be in it. */
static void remove_from_order(const struct firmware *firmware, UINT16 number)
{
	struct variable order;

	if (!read_named(firmware, L"BootOrder", &order) ||
	    !boot_order_has(order.bytes, order.length, number))
		return;
	(void)boot_variable_write(firmware, L"BootOrder", order.bytes,
	                          boot_order_remove(order.bytes, order.length, number));
}

bool boot_entry_delete(const struct firmware *firmware, UINT16 number)
{
	const struct boot_variable_name name = boot_variable_option(number);
	UINT16 next = 0;

	if (boot_variable_number(firmware, L"BootNext", &next) && next == number)
		(void)boot_variable_write(firmware, L"BootNext", NULL, 0);
	remove_from_order(firmware, number);
	return boot_variable_write(firmware, name.text, NULL, 0);
}

void boot_entry_clean(const struct firmware *firmware)
{
	for (unsigned i = 0; i < NUMBERS; i++) {
		const UINT16 number = (UINT16)(FIRST_NUMBER + i);

		if (is_own(firmware, number))
			console_format(firmware,
			               "tlbmark: Boot%04x, which an earlier start has "
			               "left, %s deleted\n",
			               number,
			               boot_entry_delete(firmware, number)
			                       ? "is"
			                       : "cannot be");
	}
}
