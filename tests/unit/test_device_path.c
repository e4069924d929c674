/* Device paths as firmware has them, each in a heap block of its size, and damaged. */
#include "lib/boot/device_path.h"
#include "tests/unit/support/unit.h"

#define ROOT "\2\1\14\0\320\101\3\12\0\0\0\0"
#define PCI "\1\1\6\0\0\4"
#define MAC "\3\13\45\0\122\124\0\22\64\126ABCDEFGHIJKLMNOPQRSTUVWXYZ\1"
#define IPV4 "\3\14\23\0ABCDEFGHIJKLMNO"
#define URI "\3\30\14\0http://x"
#define EMPTY_URI "\3\30\4\0"
#define ENDED_URI "\3\30\15\0http://y\0"
#define BAD_URI "\3\30\6\0h\n"
#define OTHER_MAC "\3\13\45\0\122\124\0\22\64\127ABCDEFGHIJKLMNOPQRSTUVWXYZ\1"
#define ISCSI "\3\23\14\0ABCDEFGH"
#define NVME_OF "\3\42\14\0ABCDEFGH"
#define RAM_DISK "\4\11\46\0ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGH"
#define QEMU_KERNEL                                                                    \
	"\4\3\24\0\x72\xf7\x28\x14\x4a\xb6\x1e\x44\xb8\xc3\x9e\xbd\xd7\xf8\x93\xc7"
#define OTHER_MEDIA "\4\3\24\0ABCDEFGHIJKLMNOP"
#define START_SIZE "\0\10\0\0\0\0\0\0\0\170\0\0\0\0\0\0"
#define HD(number, signature) "\4\1\52\0" number "\0\0\0" START_SIZE signature "\2\2"
#define ONE "0123456789abcdef"
#define OVER "\177\377\4\0"

/* A heap block of exactly these bytes; freed by release(). */
static struct device_path block(const char *bytes, size_t length)
{
	uint8_t *const exact = malloc(length + 1);

	assert_non_null(exact);
	memcpy(exact, bytes, length);
	return (struct device_path){ realloc(exact, length == 0 ? 1 : length), length };
}

static void release(struct device_path path)
{
	free((void *)(uintptr_t)path.bytes);
}

static const char *lost(const char *bytes, size_t length)
{
	const struct device_path path = block(bytes, length);
	const char *const result = device_path_lost_at_reset(path);

	release(path);
	return result;
}

#define LOST(bytes) lost(bytes, sizeof(bytes) - 1)

TEST(a_disk_stays_over_a_reset)
{
	assert_null(LOST(ROOT PCI HD("\1", ONE) OVER));
	assert_null(LOST(ROOT PCI OVER));
	assert_null(LOST(OTHER_MEDIA OVER));
	assert_null(LOST(OVER));
	assert_null(LOST(""));
}

TEST(a_ram_disk_is_lost_wherever_it_came_from)
{
	assert_string_equal(LOST(RAM_DISK OVER), "a RAM disk");
	assert_string_equal(LOST(RAM_DISK HD("\1", ONE) OVER), "a RAM disk");
	assert_string_equal(LOST(ROOT PCI MAC IPV4 URI RAM_DISK OVER), "a RAM disk");
}

TEST(files_of_qemu_and_of_a_network_are_lost_and_told_apart)
{
	assert_string_equal(LOST(QEMU_KERNEL OVER), "the files of QEMU's -kernel");
	assert_string_equal(LOST(ROOT PCI MAC OVER), "files that came over a network");
	assert_string_equal(LOST(ROOT PCI MAC IPV4 URI OVER),
	                    "files that came over a network");
}

TEST(a_disk_behind_a_network_card_stays)
{
	assert_null(LOST(ROOT PCI MAC IPV4 ISCSI HD("\1", ONE) OVER));
	assert_null(LOST(ROOT PCI MAC IPV4 NVME_OF HD("\1", ONE) OVER));
}

/* Longer than a partition's node. */
#define LONG_URI "\3\30\60\0" ONE ONE "0123456789ab"

TEST(a_partition_begins_with_its_own_node_whatever_is_long_in_front_of_it)
{
	static const char bytes[] = ROOT LONG_URI HD("\1", ONE) OVER;
	const struct device_path path = block(bytes, sizeof bytes - 1);
	const struct device_path partition = device_path_partition(path);

	assert_int_equal(partition.length, 42 + 4);
	assert_ptr_equal(partition.bytes, path.bytes + path.length - (42 + 4));
	release(path);
}

TEST(a_path_ends_with_its_end_node)
{
	static const char bytes[] = ROOT PCI OVER "more";
	const size_t whole = sizeof bytes - 1 - 4;

	for (size_t length = 0; length < sizeof bytes; length++) {
		const struct device_path exact = block(bytes, length);

		assert_int_equal(device_path_at(exact.bytes, length).length,
		                 length < whole ? 0 : whole);
		release(exact);
	}
	assert_int_equal(device_path_at(NULL, 100).length, 0);
	assert_int_equal(device_path_at("\1\1\3\0" OVER, 8).length, 0);
}

#define C(c) c "\0"

static const char *file_of(const char *bytes, size_t length, size_t capacity)
{
	static char file[32];
	const struct device_path path = block(bytes, length);
	const bool good = device_path_file(path, file, capacity);

	release(path);
	assert_int_equal(good, file[0] != '\0');
	return file;
}

#define FILE_OF(bytes) file_of(bytes, sizeof(bytes) - 1, 32)

TEST(a_file_is_told_from_the_root_on)
{
	assert_string_equal(FILE_OF(PCI "\4\4\12\0" C("\\") C("a") "\0\0" OVER), "\\a");
	/* AMI leaves the first backslash away. */
	assert_string_equal(FILE_OF("\4\4\12\0" C("a") C("\\") C("b") OVER), "\\a\\b");
	/* GRUB has the folder and the file in two nodes. */
	assert_string_equal(FILE_OF("\4\4\12\0" C("\\")
	                                    C("a") "\0\0"
	                                           "\4\4\10\0" C("b") "\0\0" OVER),
	                    "\\a\\b");
	assert_string_equal(FILE_OF("\4\4\12\0" C("/") C("a")
	                                    C("\\") "\4\4\10\0" C("b") "\0\0" OVER),
	                    "\\a\\b");
}

TEST(what_is_no_file_is_none)
{
	assert_string_equal(FILE_OF(PCI OVER), "");
	assert_string_equal(FILE_OF("\4\4\10\0" C("\\") "\0\0" OVER), "");
	assert_string_equal(FILE_OF("\4\4\4\0" OVER), "");
	assert_string_equal(FILE_OF("\4\4\10\0\344\0\0\0" OVER), "");
	assert_string_equal(FILE_OF("\4\4\10\0a\1\0\0" OVER), "");
	assert_string_equal(FILE_OF("\4\4\11\0" C("a") "\0\0x" OVER), "\\a");
	assert_string_equal(FILE_OF(""), "");
}

TEST(a_file_that_does_not_fit_is_not_cut)
{
	static const char bytes[] = "\4\4\14\0" C("\\") C("a") C("b") "\0\0" OVER;

	assert_string_equal(file_of(bytes, sizeof bytes - 1, 4), "\\ab");
	assert_string_equal(file_of(bytes, sizeof bytes - 1, 3), "");
	assert_string_equal(file_of(bytes, sizeof bytes - 1, 1), "");
}

/* Every value of every byte, in blocks that end where the path does. */
TEST(no_byte_leads_out_of_it)
{
	static const char bytes[] = MAC "\4\4\10\0" C("a") "\0\0" HD("\1", ONE) OVER;
	char changed[sizeof bytes];

	for (size_t at = 0; at + 1 < sizeof bytes; at++) {
		for (unsigned value = 0; value < 256; value++) {
			char file[16];

			memcpy(changed, bytes, sizeof bytes);
			changed[at] = (char)value;

			const struct device_path path =
				block(changed, sizeof bytes - 1);

			(void)device_path_at(path.bytes, path.length);
			(void)device_path_file(path, file, sizeof file);
			(void)device_path_lost_at_reset(path);
			(void)device_path_partition(path);
			release(path);
		}
	}
}

static bool uri_of(const char *bytes, size_t length, char *uri, size_t capacity)
{
	const struct device_path path = block(bytes, length);
	const bool result = device_path_uri(path, uri, capacity);

	release(path);
	return result;
}

TEST(the_uri_is_that_of_the_first_node_that_has_one)
{
	char uri[9];

	assert_true(uri_of(ROOT PCI MAC IPV4 URI OVER,
	                   sizeof(ROOT PCI MAC IPV4 URI OVER) - 1, uri, sizeof uri));
	assert_string_equal(uri, "http://x");
	assert_true(uri_of(EMPTY_URI URI RAM_DISK OVER,
	                   sizeof(EMPTY_URI URI RAM_DISK OVER) - 1, uri, sizeof uri));
	assert_string_equal(uri, "http://x");
	assert_true(
		uri_of(ENDED_URI OVER, sizeof(ENDED_URI OVER) - 1, uri, sizeof uri));
	assert_string_equal(uri, "http://y");
	assert_false(uri_of(URI OVER, sizeof(URI OVER) - 1, uri, 8));
	assert_string_equal(uri, "");
	assert_false(
		uri_of(EMPTY_URI OVER, sizeof(EMPTY_URI OVER) - 1, uri, sizeof uri));
	assert_false(uri_of(BAD_URI OVER, sizeof(BAD_URI OVER) - 1, uri, sizeof uri));
	assert_false(uri_of(MAC OVER, sizeof(MAC OVER) - 1, uri, sizeof uri));
	assert_false(uri_of("", 0, uri, sizeof uri));
}

/* Own address, the server's, two ports, TCP, static, the gateway, the mask. */
#define LEASED(own, mask) "\3\14\33\0" own "\300\0\2\1\0\0\120\0\6\0\1\300\0\2\376" mask
#define OWN "\300\0\2\7"
#define MASK "\377\377\377\0"
#define ZEROS "\0\0\0\0"

static bool address_of(const char *bytes, size_t length, uint8_t *both)
{
	const struct device_path path = block(bytes, length);
	const bool result = device_path_ipv4(path, both, both + DEVICE_PATH_ADDRESS);

	release(path);
	return result;
}

#define ADDRESS_OF(bytes, both) address_of(bytes, sizeof(bytes) - 1, both)

TEST(the_own_address_is_that_of_the_first_ipv4_node)
{
	uint8_t both[8] = { 0 };

	assert_false(ADDRESS_OF(ROOT PCI MAC OVER, both));
	assert_false(ADDRESS_OF("", both));
	/* That of older versions has 19 bytes, and no mask. */
	assert_false(ADDRESS_OF(ROOT PCI MAC IPV4 URI OVER, both));
	assert_false(ADDRESS_OF(MAC LEASED(ZEROS, MASK) OVER, both));
	assert_false(ADDRESS_OF(MAC LEASED(OWN, ZEROS) OVER, both));
	assert_memory_equal(both, ZEROS ZEROS, sizeof both);
	assert_true(ADDRESS_OF(ROOT PCI MAC LEASED(OWN, MASK) URI OVER, both));
	assert_memory_equal(both, OWN MASK, sizeof both);
	assert_true(ADDRESS_OF(LEASED("\1\0\0\0", "\200\0\0\0") LEASED(OWN, MASK) OVER,
	                       both));
	assert_memory_equal(both, "\1\0\0\0\200\0\0\0", sizeof both);
}

static bool same_network(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
	const struct device_path first = block(a, a_bytes);
	const struct device_path second = block(b, b_bytes);
	const bool result = device_path_same_network(first, second);

	release(first);
	release(second);
	return result;
}

#define SAME(a, b) same_network(a, sizeof(a) - 1, b, sizeof(b) - 1)

TEST(an_option_of_the_card_or_of_a_uri_leads_back)
{
	assert_true(SAME(ROOT PCI MAC OVER, ROOT PCI MAC IPV4 URI OVER));
	assert_true(SAME(URI OVER, ROOT PCI MAC IPV4 EMPTY_URI OVER));
	assert_false(SAME(ROOT PCI MAC OVER, ROOT PCI OTHER_MAC OVER));
	assert_false(SAME(ROOT PCI MAC OVER, URI OVER));
	assert_false(SAME(ROOT PCI MAC ISCSI OVER, ROOT PCI MAC OVER));
	assert_false(SAME(ROOT PCI MAC OVER, ROOT PCI MAC NVME_OF OVER));
	assert_false(SAME(ROOT PCI OVER, ROOT PCI OVER));
	assert_false(SAME("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_stays_over_a_reset),
		cmocka_unit_test(a_ram_disk_is_lost_wherever_it_came_from),
		cmocka_unit_test(
			files_of_qemu_and_of_a_network_are_lost_and_told_apart),
		cmocka_unit_test(a_disk_behind_a_network_card_stays),
		cmocka_unit_test(the_uri_is_that_of_the_first_node_that_has_one),
		cmocka_unit_test(the_own_address_is_that_of_the_first_ipv4_node),
		cmocka_unit_test(an_option_of_the_card_or_of_a_uri_leads_back),
		cmocka_unit_test(
			a_partition_begins_with_its_own_node_whatever_is_long_in_front_of_it),
		cmocka_unit_test(a_path_ends_with_its_end_node),
		cmocka_unit_test(a_file_is_told_from_the_root_on),
		cmocka_unit_test(what_is_no_file_is_none),
		cmocka_unit_test(a_file_that_does_not_fit_is_not_cut),
		cmocka_unit_test(no_byte_leads_out_of_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
