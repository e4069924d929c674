/* Files of machines: what they say, and what is said of a bad line. */
#include "tests/unit/support/silicon/world.h"

static struct machine_params params;
static struct silicon_error error;

static void expect_error(const char *text, const char *said)
{
	error.text[0] = '\0';
	if (machine_params_read(text, "dir/bad.machine", &params, &error))
		fail_msg("read: %s", text);
	assert_string_equal(error.text, said);
}

TEST(a_file_says_everything_that_there_is)
{
	static const char text[] =
		"# a comment\n"
		"features = pcid 1g   # another\r\n"
		"tsc_khz = 2725000\ncore_khz = 3000000\n"
		"core = big\n"
		"threads = 2\nsiblings_share = yes\n"
		"tlb = l1 data 4k+1g 16x4 fifo hashed pcids 3 coalesce 8\n"
		"tlb = l1 code 4k 1x48\n"
		"psc = pde 32 pdpte 4 pml4e 2 pml5e 1 fifo pcids 5\n"
		"fractured = 2m+1g\nprefetch = next\nl1 = 64x12\nl2 = 0x0\n"
		"cost.invlpg = 181.25\n"
		"cpuid = 0x7 1 0x1 0x2 0x3 0xffffffff\n"
		"cores = big*3\ncores_per_package = 2\nl3 = 100x7\n";

	if (!machine_params_read(text, "a/b/zen9.machine", &params, &error))
		fail_msg("%s", error.text);

	const struct silicon_core_type *const core = &params.core_types[0];

	assert_string_equal(params.name, "zen9");
	assert_true(params.pcid && params.giants && !params.invpcid);
	assert_int_equal(machine_params_cpus(&params), 6);
	assert_int_equal(params.l3.ways, 7);
	assert_string_equal(core->name, "big");
	assert_true(core->siblings_share);
	assert_int_equal(core->array_count, 2);
	assert_int_equal(core->arrays[0].sets, 16);
	assert_int_equal(core->arrays[0].ways, 4);
	assert_int_equal(core->arrays[0].sizes, 5);
	assert_int_equal(core->arrays[0].sides, 1);
	assert_int_equal(core->arrays[0].index, INDEX_HASHED);
	assert_int_equal(core->arrays[0].replacement, REPLACE_FIFO);
	assert_int_equal(core->arrays[0].pcids, 3);
	assert_int_equal(core->arrays[0].coalesce, 8);
	assert_int_equal(core->arrays[1].pcids, PCIDS_ALL);
	assert_int_equal(core->arrays[1].coalesce, 1);
	assert_int_equal(core->uppers[UPPER_PDE], 32);
	assert_int_equal(core->uppers[UPPER_PML5E], 1);
	assert_int_equal(core->upper_pcids, 5);
	assert_int_equal(core->fractured, 6);
	assert_int_equal(core->prefetch, PREFETCH_NEXT);
	assert_int_equal(core->costs[SILICON_INVLPG], 181250);
	assert_int_equal(core->costs[SILICON_IMUL], silicon_cost_default(SILICON_IMUL));
	assert_int_equal(core->leaves[0].registers[3], 0xffffffff);
}

/* In front of a line that is wrong: it is line 4. */
#define BEFORE "tsc_khz = 1\ncore_khz = 1\ncore = c\n"

TEST(a_bad_line_is_named_with_file_line_and_value)
{
	expect_error("\n\nfoo = 1\n", "dir/bad.machine:3: foo: no such key");
	expect_error("features\n", "dir/bad.machine:1: features: not key = value");
	expect_error("features = pcid mmx\n",
	             "dir/bad.machine:1: pcid mmx: no such feature");
	expect_error("tsc_khz = 3e9\n",
	             "dir/bad.machine:1: 3e9: not a number, or too large");
	expect_error("tsc_khz = 99999999999999999999999\n",
	             "dir/bad.machine:1: 99999999999999999999999: not a number, or "
	             "too large");
	expect_error("tsc_khz = 1 2\n", "dir/bad.machine:1: 1 2: words left over");
	expect_error("tsc_khz =\n", "dir/bad.machine:1: : no value");
	expect_error("tsc_khz = 1\ntsc_khz = 1\n", "dir/bad.machine:2: 1: said twice");
	expect_error("tlb = l1 data 4k 1x1\n",
	             "dir/bad.machine:1: l1 data 4k 1x1: of no core: it belongs below "
	             "\"core\"");
	expect_error("cost.nop = 1\n",
	             "dir/bad.machine:1: 1: of no core: it belongs below \"core\"");
}

static const struct {
	const char *line, *reason;
} bad_lines[] = {
	{ "tlb = l3 data 4k 1x1", "l1|l2 SIDES SIZES SETSxWAYS" },
	{ "tlb = l1 all 4k 1x1", "data, code or data+code" },
	{ "tlb = l1 data 4m 1x1", "4k, 2m, 1g, joined by +" },
	{ "tlb = l1 data 4k 16", "SETSxWAYS" },
	{ "tlb = l1 data 4k 0x4", "no entries, or too many" },
	{ "tlb = l1 data 4k 4x0", "no entries, or too many" },
	{ "tlb = l1 data 4k 70000x1", "no entries, or too many" },
	{ "tlb = l1 data 4k 4x6 plru", "plru: 2, 4, 8, 16 or 32 ways" },
	{ "tlb = l1 data 4k 4x4 pcids 65", "pcids: all, or up to 64" },
	{ "tlb = l1 data 2m 4x4 coalesce 4", "coalesce: of 4k pages" },
	{ "tlb = l1 data 4k 4x4 coalesce 2",
	  "lru, fifo or plru; plain or hashed; pcids N; coalesce 4 or 8" },
	{ "psc = pde", "up to 256 entries" },
	{ "psc = plru", "pde N pdpte N pml4e N pml5e N, lru or fifo, pcids N" },
	{ "cpuid = 1 0 0", "LEAF SUBLEAF EAX EBX ECX EDX" },
	{ "cost.nope = 1", "no such cost" },
	{ "cost.nop = 1.2345", "no number of cycles" },
	{ "cost.nop = -1", "no number of cycles" },
	{ "threads = 3", "not a number, or too large" },
	{ "threads = 0", "none" },
	{ "siblings_share = maybe", "yes or no" },
	{ "fractured = 4k", "2m, 1g or 2m+1g" },
	{ "prefetch = all", "none or next" },
	{ "clock_percent = 0", "it stands" },
	{ "cores = c d", "no core of that name above" },
	{ "cores = c*400", "not a number, or too large" },
	{ "core = c", "said twice" },
	{ "turbo = 5 0", "a clock that stands" },
	{ "noise_percent = 51", "not a percentage up to 50" },
	{ "spike = 1 in 5", "one_in N cycles N" },
	{ "erratum = invlpg", "no erratum of that name" },
	{ "erratum = invlpg_does_nothing on monday", "no scope of an erratum" },
	{ "erratum = invlpg_does_nothing set 4 of 4", "no scope of an erratum" },
	{ "erratum = invlpg_does_nothing one_in 0", "no scope of an erratum" },
	{ "erratum = invlpg_does_nothing core d", "no scope of an erratum" },
	{ "erratum = invlpg_is_slow", "cycles are for what is_slow, which needs them" },
};

TEST(a_bad_line_of_a_core_is_refused)
{
	for (unsigned i = 0; i < COUNT_OF(bad_lines); i++) {
		char text[256], said[256];

		snprintf(text, sizeof text, BEFORE "%s\n", bad_lines[i].line);
		snprintf(said, sizeof said, "dir/bad.machine:4: %s: %s",
		         strchr(bad_lines[i].line, '=') + 2, bad_lines[i].reason);
		expect_error(text, said);
	}
}

TEST(a_file_that_ends_too_early_is_refused)
{
	expect_error("\n", "dir/bad.machine:1: end: tsc_khz and core_khz are missing");
}

TEST(features_must_be_those_of_cpuid)
{
	expect_error("features = pge\n" BEFORE
	             "tlb = l1 data 4k 1x1\ntlb = l1 code 4k 1x1\n"
	             "cpuid = 1 0 0 0 0x20000 0x2000\ncores = c\n",
	             "dir/bad.machine:8: end: pcid: CPUID says otherwise");
	expect_error("features = pge pcid invpcid\n" BEFORE
	             "tlb = l1 data 4k 1x1\ntlb = l1 code 4k 1x1\n"
	             "cpuid = 1 0 0 0 0x20000 0x2000\ncpuid = 7 0 0 0 0 0\n"
	             "cores = c\n",
	             "dir/bad.machine:9: end: invpcid: CPUID says otherwise");
	expect_error("features = rar\n" BEFORE
	             "tlb = l1 data 4k 1x1\ntlb = l1 code 4k 1x1\n"
	             "cpuid = 7 0 0 0 0 0x20000000\ncores = c\n",
	             "dir/bad.machine:8: end: rar: CPUID says otherwise");
}

TEST(a_core_needs_a_first_level_of_both_sides)
{
	expect_error(BEFORE "tlb = l1 data 4k 1x1\ncores = c\n",
	             "dir/bad.machine:5: end: a core without first-level 4k entries of "
	             "data or of code");
	expect_error(BEFORE "tlb = l1 data 4k 1x1\ntlb = l1 code 4k 1x1\n",
	             "dir/bad.machine:5: end: no cores");
	expect_error("features = invlpgb\n" BEFORE "cores = c\n",
	             "dir/bad.machine:5: end: invlpgb_pages is missing");
}

TEST(an_erratum_of_an_option_is_named_without_a_line)
{
	params.erratum_count = 0;
	assert_false(machine_params_add_erratum(&params, "pge_hums", &error));
	assert_string_equal(error.text, "erratum: pge_hums: no erratum of that name");
	assert_true(machine_params_add_erratum(
		&params,
		"cr3_does_nothing processor 3 set 2 of 16 level l2 side code size 2m "
		"pcide off one_in 500 after 10 before 20",
		&error));

	const struct silicon_erratum *const erratum = &params.errata[0];

	assert_int_equal(params.erratum_count, 1);
	assert_int_equal(erratum->operations, 1u << OPERATION_CR3);
	assert_int_equal(erratum->effect, EFFECT_DOES_NOTHING);
	assert_int_equal(erratum->processor, 3);
	assert_int_equal(erratum->core_type, ERRATUM_ANY);
	assert_int_equal(erratum->set, 2);
	assert_int_equal(erratum->set_of, 16);
	assert_int_equal(erratum->levels, 4);
	assert_int_equal(erratum->sides, 2);
	assert_int_equal(erratum->sizes, 2);
	assert_int_equal(erratum->pcides, 1);
	assert_int_equal(erratum->one_in, 500);
	assert_int_equal(erratum->after_us, 10);
	assert_int_equal(erratum->before_us, 20);
}

/* Cut anywhere, or with any byte changed, a file is read or refused, nothing else. */
TEST(no_damage_to_a_file_does_harm)
{
	static const char text[] =
		"features = pcid\ntsc_khz = 10\ncore_khz = 10\nturbo = 1 2\n"
		"core = c\nthreads = 2\ntlb = l1 data 4k+2m 4x4 lru pcids 3 coalesce "
		"4\n"
		"tlb = l1 code 4k 4x4\npsc = pde 4 pcids all\ncost.nop = 1.5\n"
		"cpuid = 0 0 1 2 3 4\ncores = c*2\n"
		"erratum = any_is_slow cycles 5 set 1 of 2\n";
	static const char bytes[] = "\n =*+x.#0k\x80";
	static char damaged[sizeof text];

	for (size_t at = 0; at < sizeof text - 1; at++)
		for (size_t byte = 0; byte < sizeof bytes; byte++) {
			memcpy(damaged, text, sizeof text);
			damaged[at] = bytes[byte];
			error.text[0] = '\0';
			if (machine_params_read(damaged, "d.machine", &params, &error))
				continue;
			assert_int_equal(memcmp(error.text, "d.machine:", 10), 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_everything_that_there_is),
		cmocka_unit_test(a_bad_line_is_named_with_file_line_and_value),
		cmocka_unit_test(a_bad_line_of_a_core_is_refused),
		cmocka_unit_test(a_file_that_ends_too_early_is_refused),
		cmocka_unit_test(features_must_be_those_of_cpuid),
		cmocka_unit_test(a_core_needs_a_first_level_of_both_sides),
		cmocka_unit_test(an_erratum_of_an_option_is_named_without_a_line),
		cmocka_unit_test(no_damage_to_a_file_does_harm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
