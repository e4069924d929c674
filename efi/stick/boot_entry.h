#pragma once
/*
 * A boot option of our own, for the reset that ends a run, where that of this start
 * leads to another program: a boot loader, or a shell.
 */
#include "efi/firmware/own_image.h"
#include "efi/stick/volume.h"

/*
 * Makes one that leads to our own file, with these options for the program.  NULL, and
 * its number; or why there is none.
 */
const char *boot_entry_make(const struct firmware *firmware,
                            const struct own_image *own, const struct volumes *volumes,
                            const char *options, UINT16 *number);

/*
 * Deletes one, out of BootOrder too, where firmware may have put it, and BootNext if
 * that leads to it.  False if it is still there.
 */
bool boot_entry_delete(const struct firmware *firmware, UINT16 number);

/* At every start: deletes whatever earlier ones have left, and says so. */
void boot_entry_clean(const struct firmware *firmware);
