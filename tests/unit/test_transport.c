/* The option `transport`, and its value as machine.csv and the run marker have it. */
#include "lib/options/transport.h"
#include "tests/unit/support/unit.h"

#define UNTOUCHED 0x80u

static const char *problem;

static uint32_t parsed(const char *text)
{
	uint32_t transports = UNTOUCHED;

	problem =
		transport_parse((struct text_slice){ text, strlen(text) }, &transports);
	return transports;
}

TEST(auto_is_whatever_there_is)
{
	assert_int_equal(parsed("auto"), 0);
	assert_null(problem);
}

TEST(a_list_is_taken_in_any_order)
{
	assert_int_equal(parsed("serial"), TRANSPORT_SERIAL);
	assert_int_equal(parsed("ram"), TRANSPORT_RAM);
	assert_int_equal(parsed("ram , serial"), TRANSPORT_SERIAL | TRANSPORT_RAM);
	assert_int_equal(parsed("screen"), TRANSPORT_SCREEN);
	assert_int_equal(parsed("nvram,ram"), TRANSPORT_NVRAM | TRANSPORT_RAM);
	assert_int_equal(parsed("serial,ram,ram"), TRANSPORT_SERIAL | TRANSPORT_RAM);
	assert_null(problem);
}

TEST(nothing_else_is_taken)
{
	static const char *const bad[][2] = {
		{ "", "empty" },
		{ "flash", "not auto or a list of serial, ram, nvram, screen, http" },
		{ "ram,auto",
		  "not auto or a list of serial, ram, nvram, screen, http" },
		{ "ram,,serial",
		  "not auto or a list of serial, ram, nvram, screen, http" },
		{ "RAM", "not auto or a list of serial, ram, nvram, screen, http" },
	};

	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(parsed(bad[i][0]), UNTOUCHED);
		assert_string_equal(problem, bad[i][1]);
	}
}

TEST(names_are_written_as_they_are_read)
{
	struct line line;
	char text[40];

	line_clear(&line);
	transport_names(TRANSPORT_RAM | TRANSPORT_SERIAL, &line);
	line_to_string(&line, text, sizeof text);
	assert_string_equal(text, "serial ram");
	line_clear(&line);
	transport_names(0, &line);
	assert_int_equal(line.length, 0);
}

TEST(variables_are_for_those_who_ask)
{
	assert_true(transport_is_wanted(0, TRANSPORT_RAM));
	assert_false(transport_is_wanted(0, TRANSPORT_NVRAM));
	assert_false(transport_is_wanted(0, TRANSPORT_HTTP));
	assert_true(transport_is_wanted(parsed("http"), TRANSPORT_HTTP));
	assert_false(transport_is_wanted(TRANSPORT_RAM, TRANSPORT_NVRAM));
	assert_false(transport_is_wanted(TRANSPORT_RAM, TRANSPORT_SERIAL));
	assert_true(transport_is_wanted(parsed("ram,nvram"), TRANSPORT_NVRAM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(auto_is_whatever_there_is),
		cmocka_unit_test(a_list_is_taken_in_any_order),
		cmocka_unit_test(nothing_else_is_taken),
		cmocka_unit_test(names_are_written_as_they_are_read),
		cmocka_unit_test(variables_are_for_those_who_ask),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
