#include "lib/chipset/keyboard.h"

#include "lib/x86/insn.h"

#define DATA 0x60u
#define STATUS 0x64u
#define ABSENT 0xffu

/* Of the controller and of a keyboard behind it. */
#define WAITING_MOST 64u

bool keyboard_is_there(void)
{
	return inb(STATUS) != ABSENT;
}

bool keyboard_pressed(void)
{
	const uint8_t status = inb(STATUS);

	if (status == ABSENT || (status & KEYBOARD_FULL) == 0)
		return false;
	return keyboard_is_press(status, inb(DATA));
}

void keyboard_drain(void)
{
	for (unsigned i = 0; i < WAITING_MOST; i++)
		(void)keyboard_pressed();
}
