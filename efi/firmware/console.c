#include "efi/firmware/console.h"

#define CHUNK 128u

void console_print(const struct firmware *firmware, const char *text)
{
	SIMPLE_TEXT_OUTPUT_INTERFACE *const out = firmware->table->ConOut;
	CHAR16 chunk[CHUNK + 3];

	if (out == NULL)
		return;
	while (*text != '\0') {
		unsigned length = 0;

		for (; *text != '\0' && length < CHUNK; text++) {
			if (*text == '\n')
				chunk[length++] = L'\r';
			chunk[length++] = (CHAR16)(unsigned char)*text;
		}
		chunk[length] = 0;
		out->OutputString(out, chunk);
	}
}
