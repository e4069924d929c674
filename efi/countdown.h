#pragma once
#include "efi/firmware/firmware.h"
#include "lib/options/config.h"

/*
 * Waits as long as the options say; a key brings a menu that may change them.  Needs
 * neither a display nor a keyboard.  False if the user wants to go back, or, where it
 * shall not start by itself, says nothing.  asks: a key may set allow_internal, and
 * what that means is said.
 */
bool countdown(const struct firmware *firmware, struct config *config, bool starts,
               bool asks);
