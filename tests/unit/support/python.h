#pragma once
/* A second opinion from Python: PYTHON, or the one of the system. */
#include "tests/unit/support/unit.h"

#include <unistd.h>

struct temporary {
	char path[64];
	FILE *file;
};

static inline struct temporary temporary_open(void)
{
	struct temporary temporary = { .path = "/tmp/tlbmark-unit.XXXXXX" };
	const int descriptor = mkstemp(temporary.path);

	assert_true(descriptor >= 0);
	temporary.file = fdopen(descriptor, "w");
	assert_non_null(temporary.file);
	return temporary;
}

/*
 * Runs the script with the file's path as its argument, removes the file and returns
 * what was printed, to be freed.
 */
static inline char *python(struct temporary *temporary, const char *script)
{
	const char *const interpreter = getenv("PYTHON");
	char *output = NULL;
	size_t length = 0;
	char command[2048];

	fclose(temporary->file);
	snprintf(command, sizeof command, "%s -c '%s' %s",
	         interpreter == NULL ? "/usr/bin/python3" : interpreter, script,
	         temporary->path);

	FILE *const from = popen(command, "r");
	FILE *const to = open_memstream(&output, &length);

	assert_non_null(from);
	assert_non_null(to);
	for (int c = getc(from); c != EOF; c = getc(from))
		putc(c, to);
	fclose(to);
	unlink(temporary->path);
	assert_int_equal(pclose(from), 0);
	return output;
}

/* Prints each row's fields in hexadecimal, separated by commas. */
#define PYTHON_CSV                                                                     \
	"import csv,sys\n"                                                             \
	"f=open(sys.argv[1],encoding=\"latin-1\",newline=\"\")\n"                      \
	"for r in csv.reader(f,strict=True):\n"                                        \
	" print(\",\".join(x.encode(\"latin-1\").hex() for x in r))\n"
