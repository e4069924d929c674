#include "efi/stick/boot_next.h"

#include "efi/firmware/boot_variables.h"
#include "efi/stick/boot_entry.h"
#include "lib/boot/boot_option.h"

struct current {
	UINT16 number;
	bool is_known; /* there is a BootCurrent */
	bool is_read;  /* and the option is there */
	UINT8 bytes[BOOT_VARIABLE_BYTES];
	struct boot_option option;
};

static void read_current(const struct firmware *firmware, struct current *current)
{
	UINTN length = sizeof current->bytes;

	current->is_read = false;
	current->is_known =
		boot_variable_number(firmware, L"BootCurrent", &current->number);
	if (!current->is_known)
		return;

	const struct boot_variable_name name = boot_variable_option(current->number);

	current->is_read =
		boot_variable_read(firmware, name.text, current->bytes, &length) &&
		boot_option_read(current->bytes, length, &current->option);
}

/*
 * Whoever was started by a shell or a boot loader finds BootCurrent set all the same:
 * to what the firmware had started then.  Of a class of devices the firmware takes the
 * same one again.
 */
static bool leads_here(const struct current *current, const struct own_image *own)
{
	if (!current->is_read)
		return false;
	if (boot_option_is_class(&current->option))
		return own->by_firmware && boot_option_is_default(own->file);
	/* Of PXE and HTTP boot; behind iPXE, its script leads here once more. */
	if (device_path_same_network(current->option.path, own->device))
		return true;
	if (!boot_option_leads_to(&current->option, own->device))
		return false;
	return own->file[0] != '\0' ? boot_option_starts(&current->option, own->file)
	                            : own->by_firmware;
}

/* Some firmware numbers options anew that BootOrder does not name, at each start. */
static bool stays_what_it_is(const struct firmware *firmware, UINT16 number)
{
	UINT8 order[BOOT_VARIABLE_BYTES];
	UINTN length = sizeof order;

	return boot_variable_read(firmware, L"BootOrder", order, &length) &&
	       boot_order_has(order, length, number);
}

static void look(const struct current *current, const struct own_image *own,
                 struct boot_next *next)
{
	*next = (struct boot_next){ .number = current->number };
	if (!current->is_read)
		return;
	boot_option_describe(&current->option, next->name, sizeof next->name);
	next->is_chained = !leads_here(current, own);
}

void boot_next_look(const struct firmware *firmware, struct boot_next *next)
{
	struct current current;
	struct own_image own;

	read_current(firmware, &current);
	own_image_read(firmware, &own);
	look(&current, &own, next);
}

void boot_next_set(const struct firmware *firmware, const struct volumes *volumes,
                   const char *options, struct boot_next *next)
{
	struct current current;
	struct own_image own;

	read_current(firmware, &current);
	own_image_read(firmware, &own);
	look(&current, &own, next);
	if (!current.is_known) {
		next->stays = "the firmware does not know what it started";
		return;
	}
	next->is_own = !leads_here(&current, &own) ||
	               !stays_what_it_is(firmware, current.number);
	if (next->is_own)
		next->stays = boot_entry_make(firmware, &own, volumes, options,
		                              &next->number);
	if (next->stays != NULL ||
	    boot_variable_write(firmware, L"BootNext", &next->number,
	                        sizeof next->number))
		return;
	boot_next_forget(firmware, next);
	next->stays = "the firmware does not keep what to start next";
}

void boot_next_forget(const struct firmware *firmware, struct boot_next *next)
{
	UINT16 number = 0;

	if (boot_variable_number(firmware, L"BootNext", &number) &&
	    number == next->number)
		(void)boot_variable_write(firmware, L"BootNext", NULL, 0);
	if (next->is_own)
		(void)boot_entry_delete(firmware, next->number);
	next->is_own = false;
}
