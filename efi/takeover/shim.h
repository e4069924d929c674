#pragma once
#include "efi/takeover/program.h"

/*
 * Under shim before version 16, with Secure Boot on, a program that shim knows by its
 * own list of keys can leave the firmware only if it has asked shim to verify
 * something: else shim's ExitBootServices switches the machine off.  Later versions do
 * not mind. Asks it to verify this program's own file, says what came of it, and notes
 * it in machine.shim.  Without shim nothing happens.
 */
void shim_take_part(struct program *program);
