/*
 * Prints what can be chosen: the keys of tlbmark.cfg with what each takes, the
 * operations, or the litmus tests.
 *
 * Exit status: 0; 2 for wrong usage; 3 if they cannot be printed.
 */
#include "bench/litmus/litmus_test.h"
#include "lib/options/config.h"
#include "paging/tlb_op.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { USAGE = 2, IO_ERROR = 3 };

static void print_words(struct words words, const char *separator)
{
	for (unsigned i = 0; i < words.count; i++)
		printf("%s%s", i == 0 ? "" : separator, words.list[i].name);
}

static void print_profiles(const char *separator)
{
	for (unsigned i = 0; profile_at(i) != NULL; i++)
		printf("%s%s", i == 0 ? "" : separator, profile_at(i)->name);
}

static void print_values(const struct config_key *key)
{
	switch (key->kind) {
	case KEY_U32:
	case KEY_U64:
		printf("0 to %" PRIu64, key->limit);
		break;
	case KEY_BOOL:
		printf("0 or 1");
		break;
	case KEY_TEXT:
		printf("letters, digits and any of %s, at most %" PRIu64, key->allowed,
		       key->limit - 1);
		break;
	case KEY_URL:
		printf("http://HOST[:PORT][/PATH], or https://");
		break;
	case KEY_SUBNET:
		printf("ADDRESS/BITS");
		break;
	case KEY_PROFILE:
		print_profiles(" | ");
		break;
	case KEY_SERIAL:
		print_words(config_words(key->kind), " | ");
		printf(" | 0xPORT");
		break;
	case KEY_TRANSPORT:
		printf("auto, or a list of ");
		print_words(config_words(key->kind), ",");
		break;
	case KEY_FAULTS:
		printf("a list of ");
		print_words(config_words(key->kind), ",");
		break;
	case KEY_CORE_TYPES:
	case KEY_VERIFY_ON:
	case KEY_AFTER:
		print_words(config_words(key->kind), " | ");
		break;
	}
}

static void print_keys(void)
{
	for (unsigned i = 0; config_key(i) != NULL; i++) {
		printf("%-16s", config_key(i)->name);
		print_values(config_key(i));
		printf("\n");
	}
}

static void print_operations(void)
{
	for (unsigned i = 0; i < TLB_OPS; i++)
		printf("%s\n", tlb_ops[i].name);
}

static void print_litmus_tests(void)
{
	for (unsigned i = 0; litmus_tests[i].name != NULL; i++)
		printf("%s\n", litmus_tests[i].name);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "keys") == 0) {
		print_keys();
	} else if (argc == 2 && strcmp(argv[1], "operations") == 0) {
		print_operations();
	} else if (argc == 2 && strcmp(argv[1], "litmus") == 0) {
		print_litmus_tests();
	} else {
		fputs("usage: list keys | operations | litmus\n", stderr);
		return USAGE;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("list");
		return IO_ERROR;
	}
	return 0;
}
