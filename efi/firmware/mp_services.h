#pragma once
#include "efi/firmware/firmware.h"
#include "lib/machine/processors.h"

/*
 * Adds the processors that EFI_MP_SERVICES_PROTOCOL calls enabled (PI 1.7 volume 2,
 * 13.4 "MP Services Protocol"); nothing where the firmware has no such protocol.  Some
 * machines, and Bochs, have no ACPI tables to ask instead.
 */
void mp_services_read(const struct firmware *firmware, struct processors *processors);
