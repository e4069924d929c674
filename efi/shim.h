#pragma once
#include "efi/program.h"

/*
 * Under shim, with Secure Boot on, the firmware can be left only by a program that has
 * asked shim to verify something: else shim's ExitBootServices switches the machine
 * off. Asks it to verify this program's own file, says what came of it where that is
 * not good, and notes it in machine.shim.  Without shim nothing happens.
 */
void shim_take_part(struct program *program);
