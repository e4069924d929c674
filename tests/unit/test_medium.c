/* Device paths as bytes: which disks people carry, and which stay in the machine. */
#include "lib/boot/medium.h"
#include "tests/unit/support/unit.h"

#define ROOT "\2\1\14\0\320\101\3\12\0\0\0\0"
#define PCI "\1\1\6\0\0\7"
#define USB "\3\5\6\0\1\0"
#define USB_CLASS "\3\17\13\0\377\377\377\377\377\377\377"
#define USB_WWID "\3\20\12\0\0\0\1\2\3\4"
#define FIREWIRE "\3\4\20\0\0\0\0\0ABCDEFGH"
#define SATA "\3\22\12\0\1\0\377\377\0\0"
#define NVME "\3\27\20\0\1\0\0\0ABCDEFGH"
#define SCSI "\3\2\10\0\0\0\0\0"
#define SD "\3\32\5\0\0"
#define EMMC "\3\35\5\0\0"
#define HD                                                                             \
	"\4\1\52\0\1\0\0\0"                                                            \
	"\0\10\0\0\0\0\0\0"                                                            \
	"\0\170\0\0\0\0\0\0"                                                           \
	"0123456789abcdef\2\2"
#define CD "\4\2\30\0ABCDEFGHIJKLMNOPQRST"
#define RAM_DISK "\4\11\46\0ABCDEFGHIJKLMNOPQRSTUVWXYZ01234567"
#define OVER "\177\377\4\0"

static const uint8_t *exact(const char *path, size_t length)
{
	uint8_t *const bytes = malloc(length);

	assert_non_null(bytes);
	memcpy(bytes, path, length);
	return bytes;
}

static enum medium of(const char *path, size_t length, bool removable)
{
	const uint8_t *const bytes = exact(path, length);
	const enum medium medium = medium_of(&(struct medium_facts){
		.path = bytes,
		.path_bytes = length,
		.has_blocks = true,
		.removable = removable,
	});

	free((void *)bytes);
	return medium;
}

#define FIXED(path) of(path, sizeof(path) - 1, false)

TEST(a_fixed_disk_without_a_cable_is_internal)
{
	assert_int_equal(FIXED(ROOT PCI SATA HD OVER), MEDIUM_INTERNAL);
	assert_int_equal(FIXED(ROOT PCI NVME HD OVER), MEDIUM_INTERNAL);
	assert_int_equal(FIXED(ROOT PCI SCSI HD OVER), MEDIUM_INTERNAL);
	assert_int_equal(FIXED(ROOT PCI EMMC HD OVER), MEDIUM_INTERNAL);
	assert_int_equal(FIXED(ROOT PCI HD OVER), MEDIUM_INTERNAL); /* virtio */
}

/* Controllers of sticks, and nearly all of SSDs, say that they are fixed. */
TEST(a_fixed_disk_at_a_cable_is_not)
{
	assert_int_equal(FIXED(ROOT PCI USB HD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(ROOT PCI USB USB HD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(USB_CLASS HD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(USB_WWID HD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(ROOT PCI FIREWIRE HD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(ROOT PCI SD HD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(ROOT PCI SATA CD OVER), MEDIUM_EXTERNAL);
	assert_int_equal(FIXED(RAM_DISK OVER), MEDIUM_EXTERNAL);
}

TEST(nor_is_what_the_firmware_calls_removable)
{
	assert_int_equal(
		of(ROOT PCI SATA HD OVER, sizeof(ROOT PCI SATA HD OVER) - 1, true),
		MEDIUM_EXTERNAL);
}

TEST(a_damaged_path_is_read_no_further)
{
	assert_int_equal(FIXED(ROOT PCI "\3\5\0\0" USB OVER), MEDIUM_INTERNAL);
	assert_int_equal(FIXED(ROOT PCI "\3\22\377\0" USB OVER), MEDIUM_INTERNAL);
	assert_int_equal(FIXED(ROOT PCI OVER USB), MEDIUM_INTERNAL);
	assert_int_equal(FIXED("\3\5\6"), MEDIUM_INTERNAL);
	assert_int_equal(medium_of(&(struct medium_facts){ .has_blocks = true }),
	                 MEDIUM_INTERNAL);
}

static enum medium labelled(const uint16_t *label, size_t chars)
{
	return medium_of(&(struct medium_facts){
		.has_blocks = true, .label = label, .label_chars = chars });
}

TEST(a_partition_with_our_label_is_our_own_on_every_disk)
{
	static const uint16_t data[] = { 'T', 'L', 'B', 'M', 'A', 'R', 'K', 0 };
	static const uint16_t esp[] = { 'T', 'L', 'B', 'M', 'A', 'R',
		                        'K', '_', 'E', 'S', 'P' };
	static const uint16_t other[] = { 'T', 'L', 'B', 'M', 'A', 'R', 'K', 'S', 0 };

	assert_int_equal(labelled(data, COUNT_OF(data)), MEDIUM_OWN);
	assert_int_equal(labelled(esp, COUNT_OF(esp)), MEDIUM_OWN);
	assert_int_equal(labelled(other, COUNT_OF(other)), MEDIUM_INTERNAL);
	assert_int_equal(labelled(NULL, 0), MEDIUM_INTERNAL);
}

TEST(a_file_system_without_a_device_is_on_no_disk)
{
	assert_int_equal(medium_of(&(struct medium_facts){ 0 }), MEDIUM_NONE);
}

/* A volume label of FAT has 11 characters, and spaces behind those it needs. */
TEST(a_label_may_be_padded)
{
	static const uint16_t padded[] = { 'T', 'L', 'B', 'M', 'A', 'R', 'K',
		                           ' ', ' ', ' ', ' ', 0,   'X' };
	static const uint16_t inside[] = {
		'T', 'L', 'B', 'M', 'A', 'R', 'K', ' ', 'X'
	};

	assert_true(medium_is_labelled(padded, COUNT_OF(padded), "TLBMARK"));
	assert_true(medium_is_labelled(padded, 11, "TLBMARK"));
	assert_true(medium_is_labelled(padded, 7, "TLBMARK"));
	assert_false(medium_is_labelled(padded, 6, "TLBMARK"));
	assert_false(medium_is_labelled(inside, COUNT_OF(inside), "TLBMARK"));
}

static size_t disk_bytes(const char *path, size_t length)
{
	const uint8_t *const bytes = exact(path, length);
	const size_t disk = medium_disk_bytes(bytes, length);

	free((void *)bytes);
	return disk;
}

TEST(the_disk_is_what_is_in_front_of_the_partition)
{
	assert_int_equal(
		disk_bytes(ROOT PCI USB HD OVER, sizeof(ROOT PCI USB HD OVER) - 1),
		sizeof(ROOT PCI USB) - 1);
	assert_int_equal(disk_bytes(ROOT PCI USB OVER, sizeof(ROOT PCI USB OVER) - 1),
	                 0);
	assert_int_equal(medium_disk_bytes(NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fixed_disk_without_a_cable_is_internal),
		cmocka_unit_test(a_fixed_disk_at_a_cable_is_not),
		cmocka_unit_test(nor_is_what_the_firmware_calls_removable),
		cmocka_unit_test(a_damaged_path_is_read_no_further),
		cmocka_unit_test(a_partition_with_our_label_is_our_own_on_every_disk),
		cmocka_unit_test(a_file_system_without_a_device_is_on_no_disk),
		cmocka_unit_test(a_label_may_be_padded),
		cmocka_unit_test(the_disk_is_what_is_in_front_of_the_partition),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
