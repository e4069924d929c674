#pragma once
/*
 * The keyboard controller (8042), which most laptops still have, and other machines
 * whose firmware translates for a USB keyboard.  Nothing is sent to it.
 */
#include <stdbool.h>
#include <stdint.h>

#define KEYBOARD_FULL 0x01u  /* of its status: a byte waits */
#define KEYBOARD_MOUSE 0x20u /* and is the mouse's */

/*
 * True if a byte of this status is that of a key that goes down.  In both sets of scan
 * codes that is below 80h; prefixes, answers, and in set 1 releases, are above.
 */
static inline bool keyboard_is_press(uint8_t status, uint8_t code)
{
	return (status & (KEYBOARD_FULL | KEYBOARD_MOUSE)) == KEYBOARD_FULL &&
	       code != 0 && code < 0x80;
}

/* False where nobody answers: all bits of the status are set. */
bool keyboard_is_there(void);

/* Takes what waits from before, at most as much as a controller keeps. */
void keyboard_drain(void);

/* Takes one byte, if one waits; true if it is that of a key that goes down. */
bool keyboard_pressed(void);
