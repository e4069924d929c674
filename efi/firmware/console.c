#include "efi/firmware/console.h"

#include "lib/base/line.h"

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

void console_format(const struct firmware *firmware, const char *format, ...)
{
	struct line line;
	char text[LINE_CAPACITY + 1];
	va_list list;

	line_clear(&line);
	va_start(list, format);
	line_format_list(&line, format, list);
	va_end(list);
	line_to_string(&line, text, sizeof text);
	console_print(firmware, text);
}
