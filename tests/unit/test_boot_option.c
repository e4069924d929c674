/* Boot options as firmware has them, each in a heap block of its size, and damaged. */
#include "tests/unit/support/boot_options.h"

/* Of bytes in a heap block of their size; an option that is not whole leads nowhere. */
static bool leads_to(const uint8_t *bytes, size_t length, const uint8_t *own,
                     size_t own_length)
{
	struct boot_option option;

	return boot_option_read(bytes, length, &option) &&
	       boot_option_leads_to(&option, (struct device_path){ own, own_length });
}

static bool leads(const char *path, size_t length, const char *own, size_t own_length)
{
	const struct bytes option = option_with(path, length);
	uint8_t *const exact = malloc(own_length);
	bool result = false;

	assert_non_null(exact);
	memcpy(exact, own, own_length);
	result = leads_to(option.bytes, option.length, exact, own_length);
	free(option.bytes);
	free(exact);
	return result;
}

#define LEADS(path, own) leads(path, sizeof(path) - 1, own, sizeof(own) - 1)

TEST(a_whole_path_leads_to_its_partition)
{
	assert_true(LEADS(ROOT PCI("\24") USB("\1") HD("\1", ONE) FILE OVER, STICK));
	assert_true(LEADS(ROOT PCI("\24") USB("\1") HD("\1", ONE) OVER, STICK));
	assert_false(LEADS(ROOT PCI("\24") USB("\1") HD("\2", ONE) FILE OVER, STICK));
	assert_false(LEADS(ROOT PCI("\24") USB("\1") HD("\1", OTHER) FILE OVER, STICK));
}

TEST(a_twin_of_the_stick_at_another_place_is_not_it)
{
	assert_false(LEADS(ROOT PCI("\24") USB("\2") HD("\1", ONE) FILE OVER, STICK));
	assert_false(LEADS(ROOT PCI("\25") HD("\1", ONE) FILE OVER, STICK));
}

TEST(a_path_may_begin_with_the_partition)
{
	assert_true(LEADS(HD("\1", ONE) FILE OVER, STICK));
	assert_false(LEADS(HD("\1", OTHER) FILE OVER, STICK));
	assert_false(LEADS(HD("\2", ONE) FILE OVER, STICK));
	assert_false(LEADS(HD("\1", ONE) FILE OVER, ROOT PCI("\24") OVER));
}

TEST(a_path_may_end_with_the_device)
{
	assert_true(LEADS(ROOT PCI("\24") USB("\1") OVER, STICK));
	assert_true(LEADS(ROOT PCI("\24") OVER, STICK));
	assert_false(LEADS(ROOT PCI("\24") USB("\2") OVER, STICK));
	assert_true(LEADS(ROOT PCI("\4") OVER, ROOT PCI("\4") OVER));
	assert_false(LEADS(ROOT PCI("\4") USB("\1") OVER, ROOT PCI("\4") OVER));
}

TEST(usb_by_what_it_is_leads_to_usb)
{
	assert_true(LEADS(USB_CLASS OVER, STICK));
	assert_true(LEADS(USB_CLASS HD("\1", ONE) FILE OVER, STICK));
	assert_false(LEADS(USB_CLASS HD("\1", OTHER) FILE OVER, STICK));
	assert_false(LEADS(USB_CLASS OVER, ROOT PCI("\4") HD("\1", ONE) OVER));
}

TEST(what_is_in_the_firmware_or_nowhere_leads_elsewhere)
{
	assert_false(LEADS(SHELL FILE OVER, STICK));
	assert_false(LEADS(OVER, STICK));
	assert_false(LEADS(FILE OVER, STICK));
	assert_false(LEADS("", STICK));
}

static bool is_class(const char *path, size_t length)
{
	const struct bytes bytes = option_with(path, length);
	struct boot_option option;
	const bool result = boot_option_read(bytes.bytes, bytes.length, &option) &&
	                    boot_option_is_class(&option);

	free(bytes.bytes);
	return result;
}

#define IS_CLASS(path) is_class(path, sizeof(path) - 1)

TEST(a_class_of_devices_leads_nowhere_and_is_told)
{
	assert_true(IS_CLASS(CLASS OVER));
	assert_true(IS_CLASS(BBS OVER));
	assert_false(LEADS(CLASS OVER, STICK));
	assert_false(LEADS(BBS OVER, STICK));
	assert_false(IS_CLASS(ROOT PCI("\24") CLASS OVER));
	assert_false(IS_CLASS(ROOT PCI("\24") USB("\1") OVER));
	assert_false(IS_CLASS(VENDOR OVER));
	assert_false(IS_CLASS(USB_CLASS OVER));
	assert_false(IS_CLASS(SHELL FILE OVER));
	assert_false(IS_CLASS(HD("\1", ONE) FILE OVER));
	assert_false(IS_CLASS("\3\12"));
	assert_false(IS_CLASS(FILE OVER));
}

/* Boot2001 "EFI USB Device" of Insyde. */
TEST(an_empty_path_is_a_class)
{
	assert_true(IS_CLASS(OVER));
	assert_true(IS_CLASS(""));
}

TEST(an_option_that_was_cut_anywhere_is_not_read_beyond)
{
	static const char path[] = ROOT PCI("\24") USB("\1") HD("\1", ONE) OVER;
	const struct bytes option = option_with(path, sizeof path - 1);

	for (size_t length = 0; length + 2 < option.length; length++) {
		uint8_t *const exact = malloc(length + 1);

		assert_non_null(exact);
		memcpy(exact, option.bytes, length);
		assert_false(leads_to(exact, length, (const uint8_t *)STICK,
		                      sizeof STICK - 1));
		free(exact);
	}
	free(option.bytes);
}

/* With every byte of some bytes every value it can have, one after the other. */
static void damage(uint8_t *bytes, size_t length, const struct bytes *option,
                   const struct bytes *own)
{
	for (size_t at = 0; at < length; at++) {
		const uint8_t was = bytes[at];

		for (unsigned value = 0; value < 256; value++) {
			bytes[at] = (uint8_t)value;
			(void)leads_to(option->bytes, option->length, own->bytes,
			               own->length);
		}
		bytes[at] = was;
	}
}

static void damage_either(const char *path, size_t length)
{
	const struct bytes option = option_with(path, length);
	const struct bytes own = { malloc(sizeof STICK - 1), sizeof STICK - 1 };

	assert_non_null(own.bytes);
	memcpy(own.bytes, STICK, own.length);
	damage(option.bytes, option.length, &option, &own);
	damage(own.bytes, own.length, &option, &own);
	free(option.bytes);
	free(own.bytes);
}

TEST(no_byte_of_either_leads_out_of_it)
{
	static const char whole[] = ROOT PCI("\24") USB("\1") HD("\1", ONE) OVER;
	static const char partition[] = HD("\1", ONE) FILE OVER;

	damage_either(whole, sizeof whole - 1);
	damage_either(partition, sizeof partition - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_path_leads_to_its_partition),
		cmocka_unit_test(a_twin_of_the_stick_at_another_place_is_not_it),
		cmocka_unit_test(a_path_may_begin_with_the_partition),
		cmocka_unit_test(a_path_may_end_with_the_device),
		cmocka_unit_test(usb_by_what_it_is_leads_to_usb),
		cmocka_unit_test(what_is_in_the_firmware_or_nowhere_leads_elsewhere),
		cmocka_unit_test(a_class_of_devices_leads_nowhere_and_is_told),
		cmocka_unit_test(an_empty_path_is_a_class),
		cmocka_unit_test(an_option_that_was_cut_anywhere_is_not_read_beyond),
		cmocka_unit_test(no_byte_of_either_leads_out_of_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
