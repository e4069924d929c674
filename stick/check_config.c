/*
 * Reads a tlbmark.cfg from standard input, and prints each line that the program would
 * ignore, with the reason.  With the names of all benchmarks as arguments also each
 * pattern of `only` that no benchmark, no operation and no litmus test has.  Which
 * benchmark has which operations depends on the machine: of that nothing is said.
 *
 * usage: check_config [BENCH...]
 *
 * Exit status: 0 if there is none, 2 if there is one, 3 if it cannot be read or the
 * lines cannot be printed.
 */
#include "bench/litmus/litmus_test.h"
#include "lib/options/config.h"
#include "paging/tlb_op.h"

#include <stdio.h>
#include <string.h>

enum { REFUSED = 2, IO_ERROR = 3, MOST_BYTES = 64 * 1024 };

/* "text: reason": there is one place these lines can come from. */
static void print_bad(const struct config_bad *bad)
{
	printf("%s: %s\n", bad->text, bad->reason);
}

/* Of one pattern: whether some benchmark, or an operation in one, is called so. */
static bool selects_some(const struct config *config, char *const *benches)
{
	for (; *benches != NULL; benches++) {
		if (config_selects(config, *benches, NULL) ||
		    config_selects(config, *benches, "tr7_probe")) /* no operation */
			return true;
		for (unsigned op = 0; op < TLB_OPS; op++)
			if (config_selects(config, *benches, tlb_ops[op].name))
				return true;
		for (unsigned i = 0; litmus_tests[i].name != NULL; i++)
			if (config_selects(config, *benches, litmus_tests[i].name))
				return true;
	}
	return false;
}

/* Prints the patterns that select nothing; how many there are. */
static unsigned print_unmatched(const struct config *config, char *const *benches)
{
	struct text_slice rest = { config->only, strlen(config->only) };
	struct config one = *config;
	unsigned count = 0;

	while (rest.length != 0) {
		const struct text_slice pattern =
			text_trim(text_split(rest, ',', &rest));

		snprintf(one.only, sizeof one.only, "%.*s", (int)pattern.length,
		         pattern.text);
		if (pattern.length == 0 || selects_some(&one, benches))
			continue;
		printf("only = %s: no benchmark matches\n", one.only);
		count++;
	}
	return count;
}

int main(int argc, char **argv)
{
	static char text[MOST_BYTES];
	struct config config = config_default();
	unsigned unmatched = 0;
	const size_t length = fread(text, 1, sizeof text, stdin);

	if (ferror(stdin) || length == sizeof text) {
		fputs("check_config: standard input cannot be read, or is too long\n",
		      stderr);
		return IO_ERROR;
	}
	config_read_file(&config, "", text, length);
	for (uint32_t i = 0; i < config.bad_count && i < CONFIG_BAD_KEPT; i++)
		print_bad(&config.bad[i]);
	if (argc > 1)
		unmatched = print_unmatched(&config, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("check_config");
		return IO_ERROR;
	}
	return config.bad_count == 0 && unmatched == 0 ? 0 : REFUSED;
}
