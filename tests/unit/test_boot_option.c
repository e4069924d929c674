/* Boot options as firmware has them, each in a heap block of its size, and damaged. */
#include "lib/boot_option.h"
#include "tests/unit/unit.h"

/* Nodes of device paths, as bytes. */
#define ROOT "\2\1\14\0\320\101\3\12\0\0\0\0"
#define PCI(device) "\1\1\6\0\0" device
#define USB(port) "\3\5\6\0" port "\0"
#define USB_CLASS "\3\17\13\0\377\377\377\377\377\377\377"
#define HD(number, signature)                                                          \
	"\4\1\52\0" number "\0\0\0"                                                    \
	"\0\10\0\0\0\0\0\0"                                                            \
	"\0\170\0\0\0\0\0\0" signature "\2\2"
#define FILE "\4\4\10\0\\\0\0\0"
#define SHELL "\4\7\24\0ABCDEFGHIJKLMNOP"
/* Lenovo's and Phoenix's "USB HDD" is such a vendor's message. */
#define CLASS "\3\12\30\0ABCDEFGHIJKLMNOPWXYZ"
#define VENDOR "\1\4\24\0ABCDEFGHIJKLMNOP"
#define BBS "\5\1\11\0\2\0\0\0\0"
#define OVER "\177\377\4\0"

#define ONE "0123456789abcdef"
#define OTHER "0123456789abcdeX"

#define STICK ROOT PCI("\24") USB("\1") HD("\1", ONE) OVER

struct bytes {
	uint8_t *bytes;
	size_t length;
};

/* Attributes, length of the path, "A", and what some firmware has behind the path. */
static struct bytes option_with(const char *path, size_t length)
{
	const uint8_t head[] = { 1,   0, 0, 0, (uint8_t)length, (uint8_t)(length >> 8),
		                 'A', 0, 0, 0 };
	struct bytes option = { .length = sizeof head + length + 2 };

	option.bytes = malloc(option.length);
	assert_non_null(option.bytes);
	memcpy(option.bytes, head, sizeof head);
	memcpy(option.bytes + sizeof head, path, length);
	memcpy(option.bytes + sizeof head + length, "WX", 2);
	return option;
}

static bool leads(const char *path, size_t length, const char *own, size_t own_length)
{
	const struct bytes option = option_with(path, length);
	uint8_t *const exact = malloc(own_length);
	bool result = false;

	assert_non_null(exact);
	memcpy(exact, own, own_length);
	result = boot_option_leads_to(option.bytes, option.length, exact, own_length);
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
	const struct bytes option = option_with(path, length);
	const bool result = boot_option_is_class(option.bytes, option.length);

	free(option.bytes);
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
	assert_false(IS_CLASS(OVER));
	assert_false(IS_CLASS(""));
}

/* A node with a file's name, of 16-bit characters, in a heap block of its size. */
static bool is_default(const char *name, size_t characters, size_t cut)
{
	const size_t node = 4 + 2 * characters;
	const size_t length = node + 4 - cut;
	uint8_t *const path = calloc(1, node + 4);
	uint8_t *const exact = malloc(length + 1);
	bool result = false;

	assert_non_null(path);
	assert_non_null(exact);
	memcpy(path, (const uint8_t[]){ 4, 4, (uint8_t)node, 0 }, 4);
	for (size_t i = 0; i < characters; i++)
		path[4 + 2 * i] = (uint8_t)name[i];
	memcpy(path + node, OVER, 4);
	memcpy(exact, path, length);
	result = boot_option_is_default(exact, length);
	free(path);
	free(exact);
	return result;
}

#define IS_DEFAULT(name) is_default(name, sizeof(name), 0)

TEST(the_default_path_is_told_in_any_case)
{
	assert_true(IS_DEFAULT("\\EFI\\BOOT\\BOOTX64.EFI"));
	assert_true(IS_DEFAULT("\\efi\\boot\\bootx64.efi"));
	assert_true(IS_DEFAULT("\\EFI\\Boot\\BootX64.efi"));
	assert_false(IS_DEFAULT("\\EFI\\BOOT\\grubx64.efi"));
	assert_false(IS_DEFAULT("\\EFI\\BOOT\\BOOTX64.EFI2"));
	assert_false(IS_DEFAULT("\\EFI\\BOOT\\BOOTX64.EF"));
	assert_false(IS_DEFAULT("EFI\\BOOT\\BOOTX64.EFI"));
	assert_false(IS_DEFAULT(""));
	assert_false(boot_option_is_default(NULL, 0));
	assert_false(boot_option_is_default((const uint8_t *)OVER, 4));
	assert_false(boot_option_is_default((const uint8_t *)SHELL OVER, 24));
}

TEST(the_default_path_that_was_cut_is_not_read_beyond)
{
	static const char name[] = "\\EFI\\BOOT\\BOOTX64.EFI";

	for (size_t cut = 5; cut <= 8 + 2 * sizeof name; cut++)
		assert_false(is_default(name, sizeof name, cut));
	/* Without an end node behind it, too. */
	for (size_t characters = 0; characters < sizeof name; characters++) {
		assert_false(is_default(name, characters, 0));
		assert_false(is_default(name, characters, 4));
	}
}

TEST(an_option_that_was_cut_anywhere_is_not_read_beyond)
{
	static const char path[] = ROOT PCI("\24") USB("\1") HD("\1", ONE) OVER;
	const struct bytes option = option_with(path, sizeof path - 1);

	for (size_t length = 0; length + 2 < option.length; length++) {
		uint8_t *const exact = malloc(length + 1);

		assert_non_null(exact);
		memcpy(exact, option.bytes, length);
		assert_false(boot_option_leads_to(exact, length, (const uint8_t *)STICK,
		                                  sizeof STICK - 1));
		assert_false(boot_option_is_class(exact, length));
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
			(void)boot_option_leads_to(option->bytes, option->length,
			                           own->bytes, own->length);
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
		cmocka_unit_test(the_default_path_is_told_in_any_case),
		cmocka_unit_test(the_default_path_that_was_cut_is_not_read_beyond),
		cmocka_unit_test(an_option_that_was_cut_anywhere_is_not_read_beyond),
		cmocka_unit_test(no_byte_of_either_leads_out_of_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
