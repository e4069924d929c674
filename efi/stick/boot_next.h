#pragma once
/* What the firmware starts after the reset that ends a run. */
#include "efi/stick/volume.h"

#define BOOT_NEXT_NAME 64u

struct boot_next {
	const char *stays; /* why nobody can say where a reset leads; NULL: here */
	bool is_own;       /* by a boot option of our own */
	UINT16 number;     /* of the option that is next */
	char name[BOOT_NEXT_NAME]; /* of this start's option, in a boot menu */
	bool is_chained;           /* behind it, this program has to be chosen */
};

/*
 * What there is to say of this start, without changing anything: name and is_chained,
 * for whoever starts the program again by hand.
 */
void boot_next_look(const struct firmware *firmware, struct boot_next *next);

/*
 * Asks the firmware to start this program once more: by the option of this start if
 * that leads to it, or by one of our own, which has these options for the program.
 */
void boot_next_set(const struct firmware *firmware, const struct volumes *volumes,
                   const char *options, struct boot_next *next);

/* Takes that back, when there will be nothing to come home to. */
void boot_next_forget(const struct firmware *firmware, struct boot_next *next);
