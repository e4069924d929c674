/* Options: every key, good and bad, and what becomes of bad lines. */
#include "lib/options/config.h"
#include "tests/unit/support/unit.h"

static struct config config;

static const struct config *file_of(const char *text, size_t length)
{
	config = config_default();
	config_read_file(&config, "tlbmark.cfg", text, length);
	return &config;
}

static const struct config *file(const char *text)
{
	return file_of(text, strlen(text));
}

static const struct config *words(const char *text)
{
	config = config_default();
	config_read_words(&config, "command line", text);
	return &config;
}

static const struct config *good(const char *text)
{
	assert_int_equal(file(text)->bad_count, 0);
	return &config;
}

/* A bad line changes nothing but the list of bad ones; reason NULL: any. */
static void assert_bad(const char *text, const char *reason)
{
	const struct config before = config_default();

	assert_int_equal(file(text)->bad_count, 1);
	assert_non_null(config.bad[0].reason);
	if (reason != NULL)
		assert_string_equal(config.bad[0].reason, reason);
	assert_memory_equal(&config, &before, offsetof(struct config, bad_count));
}

TEST(defaults_are_those_of_the_interface)
{
	config = config_default();
	assert_string_equal(config.profile->name, "default");
	assert_string_equal(config.only, "");
	assert_int_equal(config.cpus, 0);
	assert_int_equal(config.primed_pages, 64);
	assert_string_equal(config.run_id, "");
	assert_int_equal(config.serial, SERIAL_AUTO);
	assert_int_equal(config.after, AFTER_WAIT);
	assert_string_equal(config.broken_op, "");
	assert_int_equal(config.injected_faults, 0);
	assert_int_equal(config.bad_count, 0);
}

TEST(profile_takes_each_profile)
{
	assert_string_equal(good("profile = smoke")->profile->name, "smoke");
	assert_string_equal(good("profile = full")->profile->name, "full");
	assert_bad("profile = quickly", "no such profile");
	assert_bad("profile =", "no such profile");
}

TEST(only_takes_patterns)
{
	assert_string_equal(good("only = single_op/inv*,ref?ll")->only,
	                    "single_op/inv*,ref?ll");
	assert_bad("only =", "empty");
	assert_bad("only = a b", "a character that is not allowed");
	assert_bad("only = ../x;rm", "a character that is not allowed");
}

TEST(only_takes_255_characters_and_no_more)
{
	char text[300] = "only=";

	memset(text + 5, 'a', 255);
	assert_int_equal(strlen(good(text)->only), 255);
	text[5 + 255] = 'a';
	assert_bad(text, "too long");
}

TEST(numbers_have_their_limits)
{
	assert_int_equal(good("cpus = 255")->cpus, 255);
	assert_bad("cpus = 4294967296", "not a number in range");
	assert_bad("cpus = -1", "not a number in range");
	assert_int_equal(good("pages = 0")->primed_pages, 0);
	assert_int_equal(good("pages = 4096")->primed_pages, 4096);
	assert_bad("pages = 4097", "not a number in range");
	assert_bad("pages = many", "not a number in range");
	assert_true(good("seed = 0xffffffffffffffff")->seed == UINT64_MAX);
	assert_bad("seed = 18446744073709551616", "not a number in range");
	assert_bad("seed =", "not a number in range");
}

TEST(run_is_a_plain_name)
{
	assert_string_equal(good("run = 20250101-120000_ab")->run_id,
	                    "20250101-120000_ab");
	assert_bad("run = ../../etc", "a character that is not allowed");
	assert_bad("run = a/b", "a character that is not allowed");
	assert_bad("run = a b", "a character that is not allowed");
	assert_bad("run =", "empty");
}

TEST(run_takes_63_characters_and_no_more)
{
	char text[100] = "run=";

	memset(text + 4, 'a', 63);
	assert_int_equal(strlen(good(text)->run_id), 63);
	text[4 + 63] = 'a';
	assert_bad(text, "too long");
}

TEST(serial_takes_names_and_ports)
{
	assert_int_equal(good("serial = auto")->serial, SERIAL_AUTO);
	assert_int_equal(good("serial = none")->serial, SERIAL_NONE);
	assert_int_equal(good("serial = com1")->serial, SERIAL_PORT);
	assert_int_equal(config.serial_port, 0x3f8);
	assert_int_equal(good("serial = com2")->serial_port, 0x2f8);
	assert_int_equal(good("serial = 0xe010")->serial_port, 0xe010);
	assert_int_equal(good("serial = 0xfff8")->serial_port, 0xfff8);
}

TEST(serial_takes_nothing_else)
{
	static const char *const bad[] = {
		"serial =",       "serial = com3",    "serial = 1016",
		"serial = 0x",    "serial = 0xfff9",  "serial = 0x3f8x",
		"serial = 3x8",   "serial = COM1",    "serial = x",
		"serial = 0x-3f", "serial = 0x10000",
	};

	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		assert_bad(bad[i], "not auto, com1, com2, none or 0xPORT");
}

TEST(after_takes_four_words)
{
	assert_int_equal(good("after = debugexit")->after, AFTER_DEBUG_EXIT);
	assert_int_equal(good("after = wait")->after, AFTER_WAIT);
	assert_int_equal(good("after = reboot")->after, AFTER_REBOOT);
	assert_int_equal(good("after = shutdown")->after, AFTER_SHUTDOWN);
	assert_bad("after = explode", "not reboot, shutdown, wait or debugexit");
}

TEST(core_types_are_all_or_that_of_the_boot_processor)
{
	assert_true(config_default().all_core_types);
	assert_false(good("core_types = boot")->all_core_types);
	assert_true(good("core_types = all")->all_core_types);
	assert_bad("core_types = P", "not all or boot");
}

TEST(every_processor_is_verified_where_the_profile_or_somebody_says)
{
	assert_false(config_verifies_all(good("profile = default")));
	assert_true(config_verifies_all(good("profile = full")));
	assert_true(config_verifies_all(good("verify_on = all")));
	assert_false(config_verifies_all(good("profile = full\nverify_on = types")));
	assert_true(config_verifies_all(good("profile = full\nverify_on = profile")));
	assert_false(config_verifies_all(good("verify_on = all\ncore_types = boot")));
	assert_bad("verify_on = boot", "not profile, types or all");
}

TEST(switches_are_on_or_off)
{
	assert_true(good("raw = 1")->raw && good("pin = 1")->pin);
	assert_true(good("allow_internal = 1")->allow_internal);
	assert_true(good("lava = 1")->lava);
	assert_true(good("la57 = 1")->la57);
	assert_false(config_default().la57 || good("la57 = 0")->la57);
	assert_false(config_default().lava || good("lava = 0")->lava);
	assert_false(good("raw = 0")->raw || good("pin = 0")->pin);
	assert_bad("raw =", NULL);
	assert_bad("pin = on", NULL);
}

TEST(where_files_are_sent_to)
{
	char longest[URL_TEXT + 16] = "upload = http://";

	assert_string_equal(config_default().upload, "");
	assert_string_equal(good("upload = http://10.0.2.2:80/in")->upload,
	                    "http://10.0.2.2:80/in");
	assert_bad("upload = 10.0.2.2", "none of http://, https://, tftp://");
	assert_bad("upload = http://[fe80::1]/",
	           "IPv6 is not supported: write an IPv4 address");
	memset(longest + 16, 'h', URL_TEXT - 8);
	assert_int_equal(strlen(good(longest)->upload), URL_TEXT - 1);
	longest[16 + URL_TEXT - 8] = 'h';
	assert_bad(longest, "too long");
	assert_string_equal(good("ip = 10.0.2.15/24")->ip, "10.0.2.15/24");
	assert_bad("ip = 10.0.2.15", "not a.b.c.d/BITS");
	assert_bad("ip = dhcp", "not a.b.c.d/BITS");
}

TEST(countdown_is_a_number_of_seconds)
{
	assert_int_equal(config_default().countdown, 10);
	assert_int_equal(good("countdown = 0")->countdown, 0);
	assert_int_equal(good("countdown = 3600")->countdown, 3600);
	assert_bad("countdown = 3601", "not a number in range");
	assert_bad("countdown = -1", "not a number in range");
}

TEST(break_takes_the_name_of_an_operation)
{
	assert_string_equal(good("selftest.break = cr4_pge_toggle")->broken_op,
	                    "cr4_pge_toggle");
	assert_string_equal(good("selftest.break = each")->broken_op, "each");
	assert_bad("selftest.break =", "empty");
	assert_bad("selftest.break = a,b", "a character that is not allowed");
}

TEST(plant_takes_a_list)
{
	assert_int_equal(good("selftest.plant = pf")->injected_faults, 1);
	assert_int_equal(good("selftest.plant = ebs")->injected_faults, 2);
	assert_int_equal(good("selftest.plant = stray")->injected_faults, 4);
	assert_int_equal(good("selftest.plant=odd_cpu,unfit_cpu")->injected_faults,
	                 3 << 16);
	assert_int_equal(good("selftest.plant = stack")->injected_faults, 16);
	assert_int_equal(good("selftest.plant = pf, stack,ebs")->injected_faults, 19);
	assert_int_equal(good("selftest.plant = ghost_cpu")->injected_faults, 512);
	assert_int_equal(good("selftest.plant = no_low_memory")->injected_faults, 1024);
	assert_int_equal(good("selftest.plant = fallen_cpu")->injected_faults, 2048);
	assert_bad("selftest.plant = pf,weed", "no such plant");
	assert_bad("selftest.plant = pf,,ebs", "no such plant");
}

TEST(a_line_is_a_known_key_and_a_value)
{
	assert_bad("colour = red", "no such key");
	assert_bad("Pages = 1", "no such key");
	assert_bad("page = 1", "no such key");
	assert_bad("pagess = 1", "no such key");
	assert_bad("= 1", "no such key");
	assert_bad("=", "no such key");
	assert_bad("pages", "not key = value");
	assert_bad("pages 7", "not key = value");
}

TEST(the_last_good_line_of_a_key_wins)
{
	assert_int_equal(good("pages=1\npages=2\npages=3")->primed_pages, 3);
	assert_int_equal(file("pages=1\npages=2\npages=x")->primed_pages, 2);
	assert_int_equal(config.bad_count, 1);
	assert_int_equal(config.bad[0].line, 3);
}

TEST(a_later_source_wins_over_an_earlier_one)
{
	config = config_default();
	config_read_file(&config, "esp", "pages=1\nseed=5\n", 15);
	config_read_file(&config, "data", "pages=2", 7);
	config_read_words(&config, "command line", "pages=3");
	assert_int_equal(config.primed_pages, 3);
	assert_int_equal(config.seed, 5);
}

TEST(comments_blanks_and_line_ends_of_dos_do_not_matter)
{
	assert_int_equal(
		good("# all of it\r\n\r\n\t pages\t=  7  # seven\r\n")->primed_pages,
		7);
	assert_int_equal(good("\n\n\n#\n#pages=9\n   \t\r")->primed_pages, 64);
	assert_int_equal(good("pages=8#9")->primed_pages, 8);
}

TEST(bad_lines_are_counted_and_the_first_eight_kept)
{
	struct line line;

	assert_int_equal(file("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\npages=5\n")->bad_count,
	                 10);
	assert_int_equal(config.primed_pages, 5);
	for (uint32_t i = 0; i < CONFIG_BAD_KEPT; i++) {
		assert_int_equal(config.bad[i].line, i + 1);
		assert_int_equal(config.bad[i].text[0], 'a' + (int)i);
	}
	config_describe_bad(&config, 7, &line);
	assert_string_equal(line_text(&line), "tlbmark.cfg:8: h: not key = value");
}

TEST(a_bad_line_is_kept_printable_and_short)
{
	char text[200] = "x\x01\x7f\xff\ty";

	memset(text + 6, 'z', 150);
	(void)file(text);
	assert_memory_equal(config.bad[0].text, "x????yzz", 8);
	assert_int_equal(strlen(config.bad[0].text), 63);
}

TEST(the_first_word_without_a_value_is_the_programs_name)
{
	assert_int_equal(words("\\EFI\\BOOT\\tlbmark.efi pages=7")->primed_pages, 7);
	assert_int_equal(config.bad_count, 0);
	assert_int_equal(words("pages=8 seed=9")->primed_pages, 8);
	assert_int_equal(config.bad_count, 0);
	assert_int_equal(words("tlbmark.efi")->bad_count, 0);
}

TEST(a_later_word_without_a_value_is_bad_and_named_by_its_place)
{
	assert_int_equal(words("tlbmark.efi  pages=7   fast ")->bad_count, 1);
	assert_int_equal(config.bad[0].line, 3);
	assert_string_equal(config.bad[0].text, "fast");
	assert_string_equal(config.bad[0].source, "command line");
}

TEST(no_words_change_nothing)
{
	assert_int_equal(words("")->bad_count, 0);
	assert_int_equal(words("    ")->bad_count, 0);
	assert_int_equal(config.primed_pages, 64);
}

static bool selects(const char *only, const char *bench, const char *op)
{
	config = config_default();
	strcpy(config.only, only);
	return config_selects(&config, bench, op);
}

TEST(an_empty_only_selects_everything)
{
	assert_true(selects("", "single_op", "invlpg"));
	assert_true(selects("", "ipi", NULL));
}

TEST(only_selects_by_bench_or_by_bench_and_op)
{
	assert_true(selects("single_op", "single_op", "invlpg"));
	assert_true(selects("single_op/invlpg", "single_op", "invlpg"));
	assert_false(selects("single_op/invlpg", "single_op", "cr3_reload"));
	assert_false(selects("invlpg", "single_op", "invlpg"));
	assert_true(selects("*/invlpg", "single_op", "invlpg"));
	assert_true(selects("ipi", "ipi", NULL));
	assert_false(selects("ipi/x", "ipi", NULL));
	assert_false(selects("single", "single_op", "invlpg"));
}

TEST(one_pattern_of_a_list_is_enough)
{
	assert_true(selects("ipi,lazy,*/cr?_*", "single_op", "cr3_reload"));
	assert_false(selects("ipi,lazy", "single_op", "cr3_reload"));
	assert_false(selects(",", "single_op", "cr3_reload"));
}

#define CASE(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(defaults_are_those_of_the_interface),
		CASE(profile_takes_each_profile),
		CASE(only_takes_patterns),
		CASE(only_takes_255_characters_and_no_more),
		CASE(numbers_have_their_limits),
		CASE(run_is_a_plain_name),
		CASE(run_takes_63_characters_and_no_more),
		CASE(serial_takes_names_and_ports),
		CASE(serial_takes_nothing_else),
		CASE(after_takes_four_words),
		CASE(core_types_are_all_or_that_of_the_boot_processor),
		CASE(every_processor_is_verified_where_the_profile_or_somebody_says),
		CASE(switches_are_on_or_off),
		CASE(where_files_are_sent_to),
		CASE(countdown_is_a_number_of_seconds),
		CASE(break_takes_the_name_of_an_operation),
		CASE(plant_takes_a_list),
		CASE(a_line_is_a_known_key_and_a_value),
		CASE(the_last_good_line_of_a_key_wins),
		CASE(a_later_source_wins_over_an_earlier_one),
		CASE(comments_blanks_and_line_ends_of_dos_do_not_matter),
		CASE(bad_lines_are_counted_and_the_first_eight_kept),
		CASE(a_bad_line_is_kept_printable_and_short),
		CASE(the_first_word_without_a_value_is_the_programs_name),
		CASE(a_later_word_without_a_value_is_bad_and_named_by_its_place),
		CASE(no_words_change_nothing),
		CASE(an_empty_only_selects_everything),
		CASE(only_selects_by_bench_or_by_bench_and_op),
		CASE(one_pattern_of_a_list_is_enough),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
