/* Which file a boot option starts; options of our own; the boot order. */
#include "tests/unit/support/boot_options.h"

/* Whether an option with this path starts a file there. */
static bool starts(const char *path, size_t length, const char *file)
{
	const struct bytes bytes = option_with(path, length);
	struct boot_option option;
	const bool result = boot_option_read(bytes.bytes, bytes.length, &option) &&
	                    boot_option_starts(&option, file);

	free(bytes.bytes);
	return result;
}

#define STARTS(path, file) starts(path, sizeof(path) - 1, file)

#define BOOT_FOLDER "\\\0E\0F\0I\0\\\0B\0o\0o\0t\0"
#define IN_BOOT(length, first) "\4\4" length "\0" BOOT_FOLDER "\\\0" first "\0\0\0"

TEST(an_option_without_a_file_starts_the_default_one)
{
	assert_true(STARTS(HD("\1", ONE) OVER, "\\EFI\\BOOT\\BOOTX64.EFI"));
	assert_true(STARTS(HD("\1", ONE) OVER, "\\efi\\boot\\bootx64.efi"));
	assert_false(STARTS(HD("\1", ONE) OVER, "\\EFI\\tlbmark\\tlbmark.efi"));
	assert_false(STARTS(HD("\1", ONE) OVER, "\\EFI\\BOOT\\BOOTX64.EFI2"));
	assert_false(STARTS(HD("\1", ONE) OVER, ""));
}

TEST(an_option_starts_the_file_that_it_names)
{
	assert_true(STARTS(HD("\1", ONE) IN_BOOT("\32", "g") OVER, "\\EFI\\BOOT\\G"));
	assert_false(STARTS(HD("\1", ONE) IN_BOOT("\32", "g") OVER, "\\EFI\\BOOT\\H"));
	assert_false(STARTS(HD("\1", ONE) IN_BOOT("\32", "g") OVER,
	                    "\\EFI\\BOOT\\BOOTX64.EFI"));
	assert_false(STARTS(HD("\1", ONE) IN_BOOT("\32", "\1") OVER,
	                    "\\EFI\\BOOT\\BOOTX64.EFI"));
	assert_false(STARTS(HD("\1", ONE) FILE OVER, "\\EFI\\BOOT\\BOOTX64.EFI"));
}

TEST(shim_starts_grub_in_its_own_folder)
{
	assert_true(STARTS(HD("\1", ONE) OVER, "\\EFI\\BOOT\\grubx64.efi"));
	assert_true(STARTS(HD("\1", ONE) IN_BOOT("\32", "s") OVER,
	                   "\\EFI\\BOOT\\GRUBX64.EFI"));
	assert_false(STARTS(HD("\1", ONE) OVER, "\\EFI\\debian\\grubx64.efi"));
	assert_false(STARTS(HD("\1", ONE) OVER, "\\EFI\\grubx64.efi"));
	assert_false(STARTS(HD("\1", ONE) OVER, "\\EFI\\BOOT\\x\\grubx64.efi"));
}

TEST(the_default_path_is_told_in_any_case)
{
	assert_true(boot_option_is_default("\\EFI\\BOOT\\BOOTX64.EFI"));
	assert_true(boot_option_is_default("\\efi\\Boot\\BootX64.efi"));
	assert_false(boot_option_is_default("\\EFI\\BOOT\\grubx64.efi"));
	assert_false(boot_option_is_default("\\EFI\\BOOT\\BOOTX64.EFI2"));
	assert_false(boot_option_is_default("\\EFI\\BOOT\\BOOTX64.EF"));
	assert_false(boot_option_is_default(""));
}

TEST(a_description_becomes_ascii_that_fits)
{
	const uint8_t bytes[] = { 1,    0, 0,   0, 0,   0,    'U', 0,
		                  0xe4, 0, 'S', 0, 'B', 0x20, 0,   0 };
	struct boot_option option;
	char text[8];

	assert_true(boot_option_read(bytes, sizeof bytes, &option));
	boot_option_describe(&option, text, sizeof text);
	assert_string_equal(text, "U?S?");
	boot_option_describe(&option, text, 3);
	assert_string_equal(text, "U?");
}

static const struct device_path stick = { (const uint8_t *)STICK, sizeof STICK - 1 };

TEST(our_own_leads_to_our_file_and_is_known_again)
{
	static const char expected[] =
		"\1\0\0\0\130\0t\0l\0b\0m\0a\0r\0k\0\0\0" ROOT PCI("\24") USB("\1")
			HD("\1", ONE) "\4\4\22\0\\\0a\0.\0e\0f\0i\0\0\0" OVER;
	uint8_t *const exact = malloc(200);
	struct boot_option option;
	size_t length = 0;

	assert_non_null(exact);
	length = boot_option_write(exact, 200, stick, "\\a.efi", "pages=7");
	assert_int_equal(length, sizeof expected - 1 + 16 + 7);
	assert_memory_equal(exact, expected, sizeof expected - 1);
	assert_memory_equal(exact + length - 7, "pages=7", 7);
	assert_true(boot_option_read(exact, length, &option));
	assert_true(boot_option_leads_to(&option, stick));
	assert_true(boot_option_starts(&option, "\\A.EFI"));
	assert_true(boot_option_is_own(&option));
	exact[length - 8] ^= 1;
	assert_false(boot_option_is_own(&option));
	free(exact);
}

TEST(our_own_is_not_cut)
{
	uint8_t *const exact = malloc(200);
	const size_t length = boot_option_write(exact, 200, stick, "\\a.efi", "");

	assert_true(length != 0);
	for (size_t room = 0; room <= length; room++) {
		uint8_t *const to = malloc(room + 1);

		assert_non_null(to);
		assert_int_equal(boot_option_write(to, room, stick, "\\a.efi", ""),
		                 room < length ? 0 : length);
		free(to);
	}
	free(exact);
	assert_int_equal(boot_option_write(NULL, 0, (struct device_path){ NULL, 0 },
	                                   "\\a.efi", ""),
	                 0);
}

TEST(another_option_is_not_ours)
{
	const struct bytes bytes = option_with(STICK, sizeof STICK - 1);
	struct boot_option option;

	assert_true(boot_option_read(bytes.bytes, bytes.length, &option));
	assert_false(boot_option_is_own(&option));
	free(bytes.bytes);
}

TEST(a_number_leaves_the_boot_order_and_no_other_does)
{
	uint8_t order[] = { 0x80, 0, 1, 0, 0x80, 0, 0x80, 1, 2, 0 };
	static const uint8_t left[] = { 1, 0, 0x80, 1, 2, 0 };

	assert_true(boot_order_has(order, sizeof order, 0x80));
	assert_true(boot_order_has(order, sizeof order, 0x180));
	assert_false(boot_order_has(order, sizeof order, 0x8000));
	assert_false(boot_order_has(order, 1, 0x80));
	assert_int_equal(boot_order_remove(order, sizeof order, 0x80), sizeof left);
	assert_memory_equal(order, left, sizeof left);
	assert_int_equal(boot_order_remove(order, sizeof left, 0x80), sizeof left);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_without_a_file_starts_the_default_one),
		cmocka_unit_test(an_option_starts_the_file_that_it_names),
		cmocka_unit_test(shim_starts_grub_in_its_own_folder),
		cmocka_unit_test(the_default_path_is_told_in_any_case),
		cmocka_unit_test(a_description_becomes_ascii_that_fits),
		cmocka_unit_test(our_own_leads_to_our_file_and_is_known_again),
		cmocka_unit_test(our_own_is_not_cut),
		cmocka_unit_test(another_option_is_not_ours),
		cmocka_unit_test(a_number_leaves_the_boot_order_and_no_other_does),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
