#pragma once
/*
 * What a UEFI program gets as its command line.  A shell gives 16-bit text that ends
 * with a NUL; efibootmgr gives 16-bit text without one, or 8-bit text; firmware of Dell
 * gives the boot option as a whole, with the text in it; most firmware has binary data
 * of its own there.
 */
#include <stddef.h>
#include <stdint.h>

enum load_options {
	LOAD_OPTIONS_NONE,
	LOAD_OPTIONS_TEXT,
	LOAD_OPTIONS_LONG,  /* text, but more than there is room for */
	LOAD_OPTIONS_OTHER, /* not text */
};

/*
 * Reads them as text of printable ASCII that ends with a NUL, in capacity characters;
 * it is empty unless there is some.  White space becomes blanks.
 */
enum load_options load_options_read(const uint8_t *bytes, size_t length, char *text,
                                    size_t capacity);
