/* QR codes, read by zbarimg and compared with those of qrencode. */
#include "lib/codes/qr_matrix.h"

#include "lib/codes/base45.h"
#include "tests/unit/support/image.h"
#include "tests/unit/support/random.h"

static struct qr qr;
static char text[QR_TEXT_MAX + 2];

/* Without digits side by side, which qrencode would encode in a mode of their own. */
static void make_text(size_t length, uint64_t seed)
{
	static const char characters[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
	struct random random = { seed };

	for (size_t i = 0; i < length; i++)
		text[i] = characters[i % 2 == 0 ? random_below_u64(&random, 45)
		                                : 10 + random_below_u64(&random, 35)];
	/* Blanks at the ends are no business of these programs. */
	if (length != 0)
		text[0] = 'T';
	if (length > 1)
		text[length - 1] = 'X';
	text[length] = '\0';
}

static void assert_zbar_reads(unsigned pixels)
{
	char path[64];

	image_write(&qr, pixels, path);

	char *const read = zbar_reads(path);

	assert_string_equal(read, text);
	free(read);
}

TEST(every_version_is_read_at_its_limits)
{
	for (unsigned version = 1; version <= QR_VERSION_MAX; version++) {
		const size_t most = qr_capacity(version);

		for (unsigned missing = 0; missing < 3; missing++) {
			make_text(most - missing, version);
			assert_int_equal(qr_encode(&qr, text, most - missing, version),
			                 ERR_NONE);
			assert_zbar_reads(2);
		}
	}
}

TEST(every_scale_is_read)
{
	for (unsigned pixels = 2; pixels <= 9; pixels++) {
		make_text(qr_capacity(9), pixels);
		assert_int_equal(qr_encode(&qr, text, strlen(text), 9), ERR_NONE);
		assert_zbar_reads(pixels);
	}
}

TEST(a_short_text_leaves_the_rest_of_its_version_padded)
{
	make_text(7, 3);
	for (unsigned version = 1; version <= QR_VERSION_MAX; version += 6) {
		assert_int_equal(qr_encode(&qr, text, 7, version), ERR_NONE);
		assert_zbar_reads(3);
	}
}

TEST(every_mask_is_read)
{
	make_text(qr_capacity(8), 1);
	assert_int_equal(qr_encode(&qr, text, strlen(text), 8), ERR_NONE);
	for (unsigned mask = 0; mask < 8; mask++) {
		qr_matrix_mask(&qr, mask);
		assert_zbar_reads(3);
	}
}

TEST(the_mask_has_the_least_penalty)
{
	for (unsigned version = 1; version <= QR_VERSION_MAX; version += 3) {
		make_text(qr_capacity(version) - 1, version);
		assert_int_equal(qr_encode(&qr, text, strlen(text), version), ERR_NONE);

		const unsigned chosen = qr_matrix_penalty(&qr);

		for (unsigned mask = 0; mask < 8; mask++) {
			qr_matrix_mask(&qr, mask);
			assert_true(qr_matrix_penalty(&qr) >= chosen);
		}
	}
}

/* qrencode's modules: two characters each, a line for a row. */
static bool theirs_is_dark(const char *ascii, unsigned x, unsigned y)
{
	return ascii[y * (2 * qr.side + 1) + 2 * x] == '#';
}

/* The mask of a code is in bits 10 to 12 of its format information, masked by 101. */
static unsigned their_mask(const char *ascii)
{
	unsigned mask = 0;

	for (unsigned x = 2; x < 5; x++)
		mask = mask << 1 | theirs_is_dark(ascii, x, 8);
	return mask ^ 5;
}

TEST(modules_are_those_of_qrencode_under_the_same_mask)
{
	for (unsigned i = 0; i < 2 * QR_VERSION_MAX; i++) {
		const unsigned version = i / 2 + 1;
		const size_t most = qr_capacity(version);
		char command[2200];

		/* Full, and half full with padding. */
		make_text(i % 2 == 0 ? most - version % 3 : most / 2, 100 + i);
		assert_int_equal(qr_encode(&qr, text, strlen(text), version), ERR_NONE);
		snprintf(command, sizeof command,
		         "qrencode -l L -v %u -m 0 -s 1 -t ASCII '%s'", version, text);

		char *const ascii = output_of(command);

		assert_int_equal(strlen(ascii), qr.side * (2 * qr.side + 1));
		qr_matrix_mask(&qr, their_mask(ascii));
		for (unsigned y = 0; y < qr.side; y++)
			for (unsigned x = 0; x < qr.side; x++)
				assert_int_equal(qr_is_dark(&qr, x, y),
				                 theirs_is_dark(ascii, x, y));
		free(ascii);
	}
}

/* ISO/IEC 18004:2015, table 7, alphanumeric characters at level L. */
TEST(capacities_are_those_of_the_standard)
{
	static const uint16_t capacity[QR_VERSION_MAX] = {
		25,  47,  77,  114, 154,  195,  224,  279,  335,  395,  468,  535,  619,
		667, 758, 854, 938, 1046, 1153, 1249, 1352, 1460, 1588, 1704, 1853,
	};

	for (unsigned i = 0; i < QR_VERSION_MAX; i++) {
		assert_int_equal(qr_capacity(i + 1), capacity[i]);
		assert_int_equal(qr_version_for(capacity[i]), i + 1);
		assert_int_equal(qr_version_for(capacity[i] + 1U),
		                 i + 1 == QR_VERSION_MAX ? 0 : i + 2);
	}
	assert_int_equal(qr_version_for(0), 1);
	assert_int_equal(qr_capacity(0), 0);
	assert_int_equal(qr_capacity(QR_VERSION_MAX + 1), 0);
}

TEST(what_does_not_fit_is_refused)
{
	make_text(QR_TEXT_MAX + 1, 1);
	assert_int_equal(qr_encode(&qr, text, QR_TEXT_MAX + 1, QR_VERSION_MAX),
	                 ERR_TOO_LARGE);
	assert_int_equal(qr_encode(&qr, text, 26, 1), ERR_TOO_LARGE);
	assert_int_equal(qr_encode(&qr, text, 1, 0), ERR_TOO_LARGE);
	assert_int_equal(qr_encode(&qr, text, 1, QR_VERSION_MAX + 1), ERR_TOO_LARGE);
}

TEST(a_character_of_no_alphanumeric_code_is_refused)
{
	static const char wrong[] = "abz\n\"#&'(),;<=>?@[]^_`{|}~\x80\xff";

	for (unsigned i = 0; i < sizeof wrong; i++) {
		for (unsigned at = 0; at < 3; at++) {
			make_text(3, 1);
			text[at] = wrong[i];
			assert_int_equal(qr_encode(&qr, text, 3, 1), ERR_DAMAGED);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_read_at_its_limits),
		cmocka_unit_test(every_scale_is_read),
		cmocka_unit_test(a_short_text_leaves_the_rest_of_its_version_padded),
		cmocka_unit_test(every_mask_is_read),
		cmocka_unit_test(the_mask_has_the_least_penalty),
		cmocka_unit_test(modules_are_those_of_qrencode_under_the_same_mask),
		cmocka_unit_test(capacities_are_those_of_the_standard),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_character_of_no_alphanumeric_code_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
