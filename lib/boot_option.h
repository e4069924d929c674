#pragma once
/*
 * Where a boot option of the firmware leads (UEFI 2.10 3.1.3 "Load Options", 3.1.2
 * "Load Option Processing", 10.3 "Device Path Nodes").
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True if the content of a variable Boot#### leads to the file system with this device
 * path, which ends with its end node.  The option may name its partition, with or
 * without the way to the disk, or the device alone, on which firmware looks for a file
 * system by itself.
 */
bool boot_option_leads_to(const uint8_t *option, size_t length, const uint8_t *own,
                          size_t own_length);

/*
 * True if it names a class of devices, of which the firmware takes one at each start:
 * a node of the vendor's, as "USB HDD" of Lenovo and Phoenix, or one of the BIOS Boot
 * Specification.
 */
bool boot_option_is_class(const uint8_t *option, size_t length);

/*
 * True if a path is that of the file that firmware starts on a device by itself (UEFI
 * 2.10 3.5.1.1 "Removable Media Boot Behavior"); the way to the device may be in front.
 */
bool boot_option_is_default(const uint8_t *path, size_t length);
