#pragma once
#include "efi/firmware.h"
#include "lib/config.h"

/*
 * Waits as long as the options say; a key brings a menu that may change them.  Needs
 * neither a display nor a keyboard.  False if the user wants to go back.
 */
bool countdown(const struct firmware *firmware, struct config *config);
