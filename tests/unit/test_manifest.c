/* The list of a run's files, against zlib's sums. */
#include "lib/stream/manifest.h"
#include "tests/unit/support/unit.h"

#include <stdio.h>
#include <zlib.h>

TEST(each_file_has_its_size_and_sum)
{
	static const char rows[] = "a,b\n1,2\n";
	struct line manifest;
	char expected[200];
	char text[200];

	manifest_begin(&manifest);
	manifest_add(&manifest, "results.csv", rows, strlen(rows));
	manifest_add(&manifest, "empty.csv", rows, 0);
	line_to_string(&manifest, text, sizeof text);
	snprintf(expected, sizeof expected,
	         "file,bytes,crc32\nresults.csv,8,%08lx\nempty.csv,0,00000000\n",
	         crc32(0, (const Bytef *)rows, 8));
	assert_string_equal(text, expected);
	assert_false(manifest.cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_file_has_its_size_and_sum),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
