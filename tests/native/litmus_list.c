/* Prints what each thread of each litmus test does, and which outcome is asked for. */
#include "bench/litmus/litmus_test.h"
#include "lib/base/line.h"

#include <stdio.h>

static void print_line(const struct line *line)
{
	printf("%.*s\n", (int)line->length, line->text);
}

static void print_steps(const char *who, const struct litmus_step *steps,
                        unsigned count)
{
	struct line line;

	if (count == 0)
		return;
	line_clear(&line);
	line_format(&line, "  %-12s", who);
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			line_put(&line, "; ");
		litmus_step_text(&line, &steps[i]);
	}
	print_line(&line);
}

static void print_conditions(const char *what,
                             const struct litmus_condition *conditions, unsigned count)
{
	struct line line;

	line_clear(&line);
	line_format(&line, "  %-12s", what);
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			line_put(&line, " and ");
		litmus_condition_text(&line, &conditions[i]);
	}
	print_line(&line);
}

static void print_test(const struct litmus_test *test)
{
	static const char *const first[] = { "P0:", "P1:" };

	printf("%s\n", test->name);
	if (test->synonyms)
		printf("  at first     u maps the frame of v\n");
	if (test->clean)
		printf("  at first     the entry of v is clean\n");
	if (test->cold)
		printf("  at first     nobody has a translation of v\n");
	for (unsigned i = 0; i < 2; i++) {
		print_steps(first[i], test->threads[i].steps, test->threads[i].count);
		print_steps("interrupt:", test->threads[i].handler,
		            test->threads[i].handler_count);
	}
	print_conditions(test->verdict == LITMUS_FORBIDDEN ? "forbidden:"
	                                                   : "permitted:",
	                 test->outcome, test->condition_count);
	for (unsigned i = 0; i < test->witness_count; i++)
		print_conditions("witness:", test->witnesses[i].all,
		                 test->witnesses[i].count);
	if (test->control != NULL)
		printf("  control:    %s\n", test->control);
}

int main(void)
{
	for (const struct litmus_test *test = litmus_tests; test->name != NULL; test++)
		print_test(test);
	return 0;
}
