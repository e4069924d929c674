/*
 * Reads a tlbmark.cfg from standard input, and prints each line that the program would
 * ignore, with the reason.
 *
 * Exit status: 0 if there is none, 2 if there is one, 3 if it cannot be read or the
 * lines cannot be printed.
 */
#include "lib/options/config.h"

#include <stdio.h>

enum { REFUSED = 2, IO_ERROR = 3, MOST_BYTES = 64 * 1024 };

/* "text: reason": there is one place these lines can come from. */
static void print_bad(const struct config_bad *bad)
{
	printf("%s: %s\n", bad->text, bad->reason);
}

int main(void)
{
	static char text[MOST_BYTES];
	struct config config = config_default();
	const size_t length = fread(text, 1, sizeof text, stdin);

	if (ferror(stdin) || length == sizeof text) {
		fputs("check_config: standard input cannot be read, or is too long\n",
		      stderr);
		return IO_ERROR;
	}
	config_read_file(&config, "", text, length);
	for (uint32_t i = 0; i < config.bad_count && i < CONFIG_BAD_KEPT; i++)
		print_bad(&config.bad[i]);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("check_config");
		return IO_ERROR;
	}
	return config.bad_count == 0 ? 0 : REFUSED;
}
