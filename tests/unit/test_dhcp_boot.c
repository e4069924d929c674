/* DHCP answers as servers send them, each in a heap block of its size, and damaged. */
#include "lib/boot/dhcp_boot.h"
#include "tests/unit/support/unit.h"

#define HEADER 240u
#define LONGEST 600u

/* One packet: BOOTP fields, the cookie, then options. */
struct packet {
	uint8_t bytes[LONGEST];
	size_t length;
};

static struct packet packet(const char *file)
{
	struct packet packet = { .length = HEADER };

	memcpy(packet.bytes + 20, "\12\0\2\2", 4);
	memcpy(packet.bytes + 108, file, strlen(file));
	memcpy(packet.bytes + 236, "\143\202\123\143", 4);
	return packet;
}

static void add(struct packet *packet, const char *bytes, size_t length)
{
	memcpy(packet->bytes + packet->length, bytes, length);
	packet->length += length;
}

#define ADD(packet, bytes) add(packet, bytes, sizeof(bytes) - 1)

/* From a block without a byte behind it, so that the sanitizer sees who reads there. */
static bool reads(const struct packet *packet, struct dhcp_boot *boot)
{
	uint8_t *const exact = malloc(packet->length == 0 ? 1 : packet->length);
	bool result;

	assert_non_null(exact);
	memcpy(exact, packet->bytes, packet->length);
	result = dhcp_boot_read(exact, packet->length, boot);
	free(exact);
	return result;
}

TEST(server_and_file_of_the_header)
{
	struct packet sent = packet("lab/tlbmark.efi");
	struct dhcp_boot boot;

	assert_true(reads(&sent, &boot));
	assert_memory_equal(boot.server, "\12\0\2\2", 4);
	assert_string_equal(boot.file, "lab/tlbmark.efi");
}

TEST(options_name_the_file_and_the_server_where_the_header_does_not)
{
	struct packet sent = packet("");
	struct dhcp_boot boot;

	assert_false(reads(&sent, &boot));
	memset(sent.bytes + 20, 0, 4);
	ADD(&sent, "\0\65\1\5\103\7pxe.efi\66\4\300\250\1\1\377");
	assert_true(reads(&sent, &boot));
	assert_memory_equal(boot.server, "\300\250\1\1", 4);
	assert_string_equal(boot.file, "pxe.efi");
}

TEST(the_options_file_wins_and_its_nul_is_no_part_of_it)
{
	struct packet sent = packet("old.efi");
	struct dhcp_boot boot;

	ADD(&sent, "\103\10new.efi\0\377");
	assert_true(reads(&sent, &boot));
	assert_string_equal(boot.file, "new.efi");
}

TEST(what_is_no_answer_with_a_file_is_refused)
{
	struct packet sent = packet("x.efi");
	struct dhcp_boot boot;

	sent.bytes[236] = 0;
	assert_false(reads(&sent, &boot));

	sent = packet("x.efi");
	memset(sent.bytes + 20, 0, 4);
	assert_false(reads(&sent, &boot));
	ADD(&sent, "\66\3\1\2\3\377");
	assert_false(reads(&sent, &boot));

	sent = packet("a b.efi");
	assert_false(reads(&sent, &boot));
	sent = packet("a\177");
	assert_false(reads(&sent, &boot));
}

TEST(an_overloaded_file_field_is_no_name)
{
	struct packet sent = packet("\61\1x");
	struct dhcp_boot boot;

	ADD(&sent, "\64\1\1\377");
	assert_false(reads(&sent, &boot));
	sent = packet("x.efi");
	ADD(&sent, "\64\1\2\377");
	assert_true(reads(&sent, &boot));
}

TEST(options_behind_the_end_or_cut_are_not_read)
{
	const struct packet whole = packet("x.efi");
	struct packet sent = whole;
	struct dhcp_boot boot;

	ADD(&sent, "\377\103\1y");
	assert_true(reads(&sent, &boot));
	assert_string_equal(boot.file, "x.efi");
	sent = whole;
	ADD(&sent, "\103\10y");
	assert_true(reads(&sent, &boot));
	assert_string_equal(boot.file, "x.efi");
	sent = whole;
	ADD(&sent, "\103");
	assert_true(reads(&sent, &boot));
	for (sent.length = 0; sent.length < HEADER; sent.length++)
		assert_false(reads(&sent, &boot));
}

TEST(the_longest_name_fits)
{
	struct packet sent = packet("");
	struct dhcp_boot boot;

	ADD(&sent, "\103\377");
	memset(sent.bytes + sent.length, 'n', 255);
	sent.length += 255;
	assert_true(reads(&sent, &boot));
	assert_int_equal(strlen(boot.file), DHCP_BOOT_FILE - 1);
}

TEST(a_file_beside_it_is_in_its_folder)
{
	struct dhcp_boot boot = { .file = "lab\\x64/tlbmark.efi" };
	char path[16];

	assert_true(dhcp_boot_beside(&boot, "a.cfg", path, sizeof path));
	assert_string_equal(path, "lab\\x64/a.cfg");
	assert_true(dhcp_boot_beside(&boot, "a.c", path, 12));
	assert_false(dhcp_boot_beside(&boot, "a.c", path, 11));
	boot = (struct dhcp_boot){ .file = "lab\\tlbmark.efi" };
	assert_true(dhcp_boot_beside(&boot, "a.cfg", path, sizeof path));
	assert_string_equal(path, "lab\\a.cfg");
	boot = (struct dhcp_boot){ .file = "tlbmark.efi" };
	assert_true(dhcp_boot_beside(&boot, "a.cfg", path, sizeof path));
	assert_string_equal(path, "a.cfg");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_and_file_of_the_header),
		cmocka_unit_test(
			options_name_the_file_and_the_server_where_the_header_does_not),
		cmocka_unit_test(the_options_file_wins_and_its_nul_is_no_part_of_it),
		cmocka_unit_test(what_is_no_answer_with_a_file_is_refused),
		cmocka_unit_test(an_overloaded_file_field_is_no_name),
		cmocka_unit_test(options_behind_the_end_or_cut_are_not_read),
		cmocka_unit_test(the_longest_name_fits),
		cmocka_unit_test(a_file_beside_it_is_in_its_folder),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
