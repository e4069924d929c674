#pragma once
/* The variables of the firmware's boot manager (UEFI 2.10 3.3). */
#include "efi/firmware/firmware.h"

#define BOOT_VARIABLE_BYTES 4096u

/* False if there is none, or it is larger. */
bool boot_variable_read(const struct firmware *firmware, const CHAR16 *name, void *to,
                        UINTN *bytes);

/*
 * Writes it, and reads it back, since there is firmware that says yes and keeps
 * nothing. 0 bytes delete it.  False if it is not as it should be then.
 */
bool boot_variable_write(const struct firmware *firmware, const CHAR16 *name,
                         const void *from, UINTN bytes);

/* True if there is none; false also where the firmware does not say. */
bool boot_variable_is_absent(const struct firmware *firmware, const CHAR16 *name);

/* Of 16 bits: BootCurrent, BootNext. */
bool boot_variable_number(const struct firmware *firmware, const CHAR16 *name,
                          UINT16 *number);

struct boot_variable_name {
	CHAR16 text[9];
};

/* Boot####. */
struct boot_variable_name boot_variable_option(UINT16 number);

/* True if 8 bits are there, and 1: Secure Boot is on. */
bool boot_variable_secure(const struct firmware *firmware);

/*
 * True if a variable of so many bytes, one more, leaves enough of the store free.
 * Before UEFI 2.0 nobody says how much room there is; that of a boot option is small.
 */
bool boot_variable_has_room(const struct firmware *firmware, UINTN bytes);
