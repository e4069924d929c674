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
