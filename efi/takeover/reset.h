#pragma once
#include "efi/takeover/program.h"

enum reset_kind { RESET_WARM, RESET_COLD, RESET_SHUTDOWN };

/*
 * Ends the machine's life, by one way after the other, from the firmware's own to the
 * keyboard controller.  Returns if none works; the firmware's page tables are in use
 * then, and no other processor can be called any more.  Where the firmware hangs in a
 * reset, another processor goes on in its place, and behind that the chipset's
 * watchdog, where there is one: it is armed here, just before the firmware is asked.
 * Where all ways come back it is waited for.  Never by a triple fault: some machines
 * stay switched off after one.
 */
void reset_machine(struct program *program, enum reset_kind kind);
