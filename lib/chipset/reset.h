#pragma once
/* Resetting the machine without its firmware.  What fails returns after a moment. */
#include "lib/machine/acpi.h"

/* By the register that the FADT names; it may be memory, which must be mapped. */
void reset_by_acpi(const struct acpi_reset *reset);

/* By port CF9h: a hard reset of processors and chipset, without switching it off. */
void reset_by_cf9(void);

/* By the keyboard controller, which pulses the processors' reset line. */
void reset_by_keyboard_controller(void);
