/* machine.csv: every key once, every value as it was found, read by Python. */
#include "lib/machine/machine.h"

#include "tests/unit/support/python.h"
#include "tests/unit/support/record_stream.h"

/* Fails on a row that is no pair, or on a key that comes twice; prints key=value. */
#define PYTHON_PAIRS                                                                   \
	"import csv,sys\n"                                                             \
	"rows=list(csv.reader(open(sys.argv[1],newline=\"\"),strict=True))\n"          \
	"assert rows[0]==[\"key\",\"value\"],rows[0]\n"                                \
	"assert all(len(r)==2 for r in rows)\n"                                        \
	"keys=[k for k,v in rows]\n"                                                   \
	"assert len(keys)==len(set(keys)),keys\n"                                      \
	"for k,v in rows: print(k+\"=\"+v)\n"

static struct machine machine;
static struct config config;
static struct record *record;
static char *pairs;

static int begin(void **state)
{
	(void)state;
	record = stream_record();
	record_run(record, "id-1");
	config = config_default();
	machine = (struct machine){
		.run_id = "id-1",
		.vendor = "GenuineIntel",
		.brand = "A brand, with a comma and a \"quote\"",
		.family = 6,
		.model = 207,
		.invlpgb_pages = 8,
		.features = FEATURE_PGE | FEATURE_NX | FEATURE_LFENCE_WAITS,
		.quantum = 2,
	};
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(pairs);
	pairs = NULL;
	return 0;
}

/* The rows of machine.csv, as Python read them, between newlines. */
static void read_pairs(void)
{
	struct temporary file = temporary_open();
	char *read;

	stream_read();
	fputs(heard.files[FILE_MACHINE].text, file.file);
	read = python(&file, PYTHON_PAIRS);
	pairs = malloc(strlen(read) + 2);
	strcpy(pairs, "\n");
	strcat(pairs, read);
	free(read);
}

static void record_machine(void)
{
	machine_record(&machine, &config, record);
	machine_record_timing(&machine, record);
	machine_record_files(record);
	read_pairs();
}

static void assert_has(const char *pair)
{
	char line[512];

	snprintf(line, sizeof line, "\n%s\n", pair);
	if (strstr(pairs, line) == NULL)
		fail_msg("no row %s", pair);
}

TEST(every_key_comes_once_and_values_survive_quoting)
{
	record_machine();
	assert_has("run_id=id-1");
	assert_has("vendor=GenuineIntel");
	assert_has("brand=A brand, with a comma and a \"quote\"");
	assert_has("model=207");
	assert_has("invlpgb_pages=8");
	assert_has("quantum_ticks=2");
	assert_has("env=unknown");
	assert_has("timing_valid=0");
	assert_has("profile=default");
	assert_has("pages=64");
	assert_has("allow_internal=0");
	assert_has("core_types=all");
	assert_has("verify_on=types");
	assert_has("bad_options=0");
}

TEST(features_are_named_in_a_list)
{
	record_machine();
	assert_has("features=pge nx lfence_waits");
}

TEST(what_is_not_known_is_empty_or_says_so)
{
	record_machine();
	assert_has("microcode=not readable");
	assert_has("rdcl_no=no such MSR");
	assert_has("rar=no such MSR");
	assert_has("hpet_address=");
	assert_has("x2apic_opt_out=0");
	assert_has("watchdog=");
	assert_has("shim=");
	assert_has("x2apic_remapping=0");
	assert_has("madt=");
	assert_has("volumes=");
	assert_has("efer_tce=");
	assert_has("la57=");
	assert_has("tsc_adjust=");
	assert_has("tsc_hz=");
	assert_has("tsc_hz_source=none");
}

TEST(one_bit_of_arch_capabilities_says_whether_isolation_is_needed)
{
	machine.arch_capabilities_known = true;
	machine.arch_capabilities = 0x6a; /* others */
	record_machine();
	assert_has("rdcl_no=0");
	machine.arch_capabilities_known = false;
}

TEST(one_bit_of_core_capabilities_says_whether_there_is_rar)
{
	machine.core_capabilities_known = true;
	machine.core_capabilities = 0x2d; /* others */
	record_machine();
	assert_has("rar=0");
	machine.core_capabilities_known = false;
}

TEST(what_is_known_is_there)
{
	machine.microcode = 0x2b000603;
	machine.arch_capabilities_known = true;
	machine.arch_capabilities = 0x6b; /* bit 0 among others */
	machine.core_capabilities_known = true;
	machine.core_capabilities = 0x2f; /* bit 1 among others */
	machine.hpet_address = 0xfed00000;
	machine.x2apic_opt_out = true;
	machine.watchdog.name = "iTCO";
	machine.shim = "verified";
	machine.x2apic_remapping = true;
	machine.madt = "damaged";
	strcpy(machine.volumes, "TLBMARK (internal disk, not written to)");
	machine.features |= FEATURE_TCE;
	machine.used.efer = 1 << 15;
	machine.tsc_adjust_known = true;
	machine.env = ENV_TCG_ICOUNT;
	record_machine();
	assert_has("microcode=0x2b000603");
	assert_has("rdcl_no=1");
	assert_has("rar=1");
	assert_has("hpet_address=0xfed00000");
	assert_has("x2apic_opt_out=1");
	assert_has("watchdog=iTCO");
	assert_has("shim=verified");
	assert_has("x2apic_remapping=1");
	assert_has("madt=damaged");
	assert_has("volumes=TLBMARK (internal disk, not written to)");
	assert_has("efer_tce=1");
	assert_has("tsc_adjust=0x0");
	assert_has("env=tcg_icount");
}

TEST(the_words_of_the_firmware_are_its_own)
{
	strcpy(machine.board, "Board B");
	strcpy(machine.firmware, "Firmware F");
	strcpy(machine.load_options, "only=ipi");
	machine.firmware_revision = 0x10;
	machine.uefi_revision = 0x20046;
	record_machine();
	assert_has("board=Board B");
	assert_has("firmware=Firmware F");
	assert_has("load_options=only=ipi");
	assert_has("firmware_revision=0x10");
	assert_has("uefi_revision=0x20046");
}

/* What follows the last of them in memory is none. */
TEST(registers_of_power_are_recorded_up_to_the_last_there_is_room_for)
{
	for (uint32_t i = 0; i < POWER_MSRS; i++)
		machine.power[i] = (struct power_msr){ .msr = 0x600 + i,
			                               .value = i,
			                               .known = true };
	machine.pinned.msr[0].msr = 0x1a0;
	machine.pinned.count = 0;
	record_machine();
	assert_has("power_msr_600=0x0");
	assert_has("power_msr_607=0x7");
	assert_null(strstr(pairs, "msr_1a0"));
}

/* Three of five: one never came, one was not asked. */
static void list_processors(void)
{
	for (uint32_t i = 0; i < 5; i++) {
		processors_add(&machine.processors, 2 * i, i, LISTED_BY_MADT);
		machine.processors.list[i].topology =
			(struct topology){ .apic_id = 2 * i, .core = i, .cluster = i };
		machine.processors.list[i].state = PROCESSOR_STARTED;
	}
	processors_put_first(&machine.processors, 0);
	machine.processors.list[2].state = PROCESSOR_SILENT;
	machine.processors.list[4].state = PROCESSOR_NOT_ASKED;
	machine.not_asked_why = "the option cpus";
}

TEST(processors_are_counted_and_those_that_failed_are_named)
{
	list_processors();
	record_machine();
	assert_has("cpus_found=5");
	assert_has("cpus_source=MADT");
	assert_has("boot_cpu_listed=1");
	assert_has("cpus_started=3");
	assert_has("cpus_not_asked=1");
	assert_has("cpus_not_asked_why=the option cpus");
	assert_has("cpus_failed=1");
	assert_has("cpu_failed_2=apic=4: did not come though asked twice");
}

TEST(a_processor_that_fell_or_is_unfit_says_how)
{
	list_processors();
	machine.processors.list[2].state = PROCESSOR_FAULTED;
	machine.processors.list[2].fault =
		(struct processor_fault){ 13, 0x1a, 0x7ff01234, 0xdead };
	machine.processors.list[3].state = PROCESSOR_UNFIT;
	record_machine();
	assert_has("cpus_failed=2");
	assert_has("cpu_failed_2=apic=4: took an exception while it got ready "
	           "vector=13 error=0x1a rip=0x7ff01234 cr2=0xdead");
	assert_has("cpu_failed_3=apic=6: no NX bit or one that stays disabled");
}

TEST(each_started_processor_has_a_line)
{
	list_processors();
	machine.processors.list[1].topology.core_type = CORE_EFFICIENT;
	machine.processors.list[1].tsc_adjust_known = true;
	machine.processors.list[1].tsc_adjust = 0x1f;
	machine.processors.list[3].differences = DIFFERS_PAT | DIFFERS_MTRRS;
	record_machine();
	assert_has("cpu_0=apic=0 uid=0 package=0 die=0 cache=0 cluster=0 core=0 "
	           "thread=0 distance=self");
	assert_has("cpu_1=apic=2 uid=1 package=0 die=0 cache=0 cluster=1 core=1 "
	           "thread=0 type=efficient distance=cache tsc_adjust=0x1f");
	assert_has("cpu_3=apic=6 uid=3 package=0 die=0 cache=0 cluster=3 core=3 "
	           "thread=0 distance=cache differs=pat+mtrrs");
	assert_null(strstr(pairs, "\ncpu_2="));
	assert_null(strstr(pairs, "\ncpu_4="));
}

TEST(a_rate_in_conflict_is_not_given)
{
	machine.tsc_rate.hz[RATE_CPUID] = 1000000000;
	machine.tsc_rate.hz[RATE_HPET] = 1001000000;
	rate_vote(&machine.tsc_rate);
	record_machine();
	assert_has("tsc_hz=");
	assert_has("tsc_hz_source=conflict");
	assert_has("tsc_hz_cpuid=1000000000");
	assert_has("tsc_hz_hpet=1001000000");
	assert_has("tsc_hz_disagreement_ppm=1000");
}

TEST(bad_options_are_listed_with_their_place)
{
	const char text[] = "pages=1\na,\"b\nc\nd\ne\nf\ng\nh\ni\nj";

	config_read_file(&config, "tlbmark.cfg", text, strlen(text));
	record_machine();
	assert_has("bad_options=9");
	assert_has("bad_option_1=tlbmark.cfg:2: a,\"b: not key = value");
	assert_has("bad_option_8=tlbmark.cfg:9: i: not key = value");
	assert_null(strstr(pairs, "bad_option_9"));
}

TEST(texts_of_full_length_stay_pairs)
{
	memset(machine.brand, '"', sizeof machine.brand - 1);
	memset(machine.firmware, ',', sizeof machine.firmware - 1);
	memset(machine.load_options, '"', sizeof machine.load_options - 1);
	memset(config.only, ',', sizeof config.only - 1);
	record_machine();
}

static void put_rows(enum file file, unsigned rows)
{
	struct line line;

	record_begin(record, file);
	for (unsigned i = 0; i < rows; i++) {
		line_clear(&line);
		line_put_u64(&line, i);
		record_line(record, &line);
	}
	record_end(record);
}

TEST(other_files_are_vouched_for_with_rows_and_crc)
{
	put_rows(FILE_RESULTS, 3);
	put_rows(FILE_RESULTS, 2);
	put_rows(FILE_SUMMARY, 4);
	record_machine();
	assert_has("file_results.csv_rows=5");
	assert_has("file_summary.txt_rows=4");
	/* Of "0\n1\n2\n3\n", by zlib. */
	assert_has("file_summary.txt_crc32=82022621");
	assert_null(strstr(pairs, "file_machine.csv"));
	assert_null(strstr(pairs, "file_verify.csv"));
}

TEST(environments_have_the_names_of_the_interface)
{
	assert_string_equal(environment_name(ENV_UNKNOWN), "unknown");
	assert_string_equal(environment_name(ENV_HW), "hw");
	assert_string_equal(environment_name(ENV_VM), "vm");
	assert_string_equal(environment_name(ENV_TCG), "tcg");
	assert_string_equal(environment_name(ENV_TCG_ICOUNT), "tcg_icount");
	assert_string_equal(environment_name(ENV_BOCHS), "bochs");
	assert_string_equal(environment_name(ENV_MODEL), "model");
}

TEST(every_feature_has_its_name)
{
	static const struct {
		enum feature feature;
		const char *name;
	} known[] = {
		{ FEATURE_RDTSCP, "rdtscp" },
		{ FEATURE_INVARIANT_TSC, "invariant_tsc" },
		{ FEATURE_PGE, "pge" },
		{ FEATURE_PCID, "pcid" },
		{ FEATURE_INVPCID, "invpcid" },
		{ FEATURE_NX, "nx" },
		{ FEATURE_1G_PAGES, "1g" },
		{ FEATURE_X2APIC, "x2apic" },
		{ FEATURE_LA57, "la57" },
		{ FEATURE_SMEP, "smep" },
		{ FEATURE_SMAP, "smap" },
		{ FEATURE_HYPERVISOR, "hypervisor" },
		{ FEATURE_INVLPGB, "invlpgb" },
		{ FEATURE_TCE, "tce" },
		{ FEATURE_LFENCE_WAITS, "lfence_waits" },
		{ FEATURE_RAR, "rar" },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++)
		assert_string_equal(feature_name(known[i].feature), known[i].name);
	assert_string_equal(feature_name((enum feature)0), "?");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_key_comes_once_and_values_survive_quoting),
		CASE(features_are_named_in_a_list),
		CASE(what_is_not_known_is_empty_or_says_so),
		CASE(one_bit_of_arch_capabilities_says_whether_isolation_is_needed),
		CASE(one_bit_of_core_capabilities_says_whether_there_is_rar),
		CASE(what_is_known_is_there),
		CASE(the_words_of_the_firmware_are_its_own),
		CASE(registers_of_power_are_recorded_up_to_the_last_there_is_room_for),
		CASE(processors_are_counted_and_those_that_failed_are_named),
		CASE(a_processor_that_fell_or_is_unfit_says_how),
		CASE(each_started_processor_has_a_line),
		CASE(a_rate_in_conflict_is_not_given),
		CASE(bad_options_are_listed_with_their_place),
		CASE(texts_of_full_length_stay_pairs),
		CASE(other_files_are_vouched_for_with_rows_and_crc),
		CASE(environments_have_the_names_of_the_interface),
		CASE(every_feature_has_its_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
