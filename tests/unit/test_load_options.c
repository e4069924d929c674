/* Command lines as shells, efibootmgr and firmware give them. */
#include "lib/boot/boot_option.h"
#include "lib/boot/load_options.h"
#include "tests/unit/support/unit.h"

static char text[16];

static enum load_options read_bytes(const void *bytes, size_t length)
{
	uint8_t *const exact = malloc(length == 0 ? 1 : length);
	enum load_options kind = LOAD_OPTIONS_NONE;

	assert_non_null(exact);
	memcpy(exact, bytes, length);
	memset(text, 'x', sizeof text);
	kind = load_options_read(exact, length, text, sizeof text);
	free(exact);
	assert_true((kind == LOAD_OPTIONS_TEXT) == (text[0] != '\0'));
	return kind;
}

#define READ(bytes) read_bytes(bytes, sizeof(bytes) - 1)

#define WIDE                                                                           \
	"p\0=\0"                                                                       \
	"7\0"

TEST(a_shell_ends_its_text_with_a_nul)
{
	assert_int_equal(READ(WIDE "\0\0"), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(READ(WIDE "\0\0"
	                           "behind"),
	                 LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
}

TEST(the_size_ends_the_text_of_efibootmgr)
{
	assert_int_equal(READ(WIDE), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(READ("p=7"), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(READ("ab=7\n"), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "ab=7 ");
}

#define OPTION(length) "\1\0\0\0" length "\0A\0\0\0"
#define PARTITION "\4\4\10\0\\\0\0\0\177\377\4\0"

TEST(a_boot_option_as_a_whole_is_unpacked)
{
	assert_int_equal(READ(OPTION("\14") PARTITION WIDE), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(READ(OPTION("\14") PARTITION "p=7\0"), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(READ(OPTION("\14") PARTITION), LOAD_OPTIONS_NONE);
	assert_int_equal(READ(OPTION("\14") PARTITION "\0\0BO"), LOAD_OPTIONS_OTHER);
}

TEST(what_only_looks_like_one_is_not_text)
{
	assert_int_equal(READ(OPTION("\13") PARTITION WIDE), LOAD_OPTIONS_OTHER);
	assert_int_equal(READ(OPTION("\0") WIDE), LOAD_OPTIONS_OTHER);
	assert_int_equal(READ("\1\0\2\0\14\0A\0\0\0" PARTITION WIDE),
	                 LOAD_OPTIONS_OTHER);
}

TEST(our_own_mark_is_no_text_and_options_behind_it_are)
{
	const struct device_path end = { (const uint8_t *)"\177\377\4\0", 4 };
	uint8_t bytes[200];
	struct boot_option option;
	size_t length = boot_option_write(bytes, sizeof bytes, end, "\\a", "p=7");

	assert_true(boot_option_read(bytes, length, &option));
	assert_int_equal(read_bytes(option.data, option.data_length),
	                 LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(read_bytes(bytes, length), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "p=7");
	assert_int_equal(read_bytes(option.data, option.data_length - 3),
	                 LOAD_OPTIONS_NONE);
}

TEST(nothing_is_told_from_data_of_the_firmware)
{
	assert_int_equal(load_options_read(NULL, 0, text, sizeof text),
	                 LOAD_OPTIONS_NONE);
	assert_int_equal(load_options_read(NULL, 8, text, sizeof text),
	                 LOAD_OPTIONS_NONE);
	assert_int_equal(READ(""), LOAD_OPTIONS_NONE);
	assert_int_equal(READ("\0"), LOAD_OPTIONS_NONE);
	assert_int_equal(READ("\0\0\0\0"), LOAD_OPTIONS_NONE);
	/* AMI's mark on options that it has made itself. */
	assert_int_equal(READ("\0\0BO"), LOAD_OPTIONS_OTHER);
	assert_int_equal(READ("p\0\344\0"), LOAD_OPTIONS_OTHER);
	assert_int_equal(READ("p\344"), LOAD_OPTIONS_OTHER);
	assert_int_equal(READ("\177"), LOAD_OPTIONS_OTHER);
}

TEST(what_does_not_fit_is_not_cut)
{
	assert_int_equal(READ("123456789abcdef"), LOAD_OPTIONS_TEXT);
	assert_string_equal(text, "123456789abcdef");
	assert_int_equal(READ("123456789abcdefg"), LOAD_OPTIONS_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shell_ends_its_text_with_a_nul),
		cmocka_unit_test(the_size_ends_the_text_of_efibootmgr),
		cmocka_unit_test(a_boot_option_as_a_whole_is_unpacked),
		cmocka_unit_test(what_only_looks_like_one_is_not_text),
		cmocka_unit_test(our_own_mark_is_no_text_and_options_behind_it_are),
		cmocka_unit_test(nothing_is_told_from_data_of_the_firmware),
		cmocka_unit_test(what_does_not_fit_is_not_cut),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
