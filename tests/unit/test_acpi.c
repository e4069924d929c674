/* ACPI tables as they should be: found by their names, processors counted. */
#include "tests/unit/support/acpi_world.h"

static struct processors processors;

static enum err find(const char *signature, struct acpi_table *table)
{
	return acpi_find(&world.memory, RSDP, signature, table);
}

/* Reads a MADT of these entries. */
static enum err read_madt(const uint8_t *entries, size_t bytes)
{
	struct acpi_table madt;

	build_world(entries, bytes);
	assert_int_equal(find("APIC", &madt), ERR_NONE);
	return acpi_processors(&madt, &processors);
}

#define READ(...)                                                                      \
	read_madt((const uint8_t[]){ __VA_ARGS__ },                                    \
	          sizeof(const uint8_t[]){ __VA_ARGS__ })

TEST(the_xsdt_leads_to_every_table)
{
	struct acpi_table table;

	build_world("", 0);
	assert_int_equal(find("APIC", &table), ERR_NONE);
	assert_ptr_equal(table.bytes, bytes_at(MADT));
	assert_int_equal(table.length, 44);
	assert_int_equal(find("HPET", &table), ERR_NONE);
	assert_ptr_equal(table.bytes, bytes_at(HPET));
	assert_int_equal(find("FACP", &table), ERR_NONE);
	assert_int_equal(find("SRAT", &table), ERR_ABSENT);
}

TEST(the_rsdt_is_used_where_acpi_1_is_all_there_is)
{
	struct acpi_table table;

	build_world("", 0);
	free(world.blocks[0].bytes);
	world.blocks[0].address = 0;
	world.blocks[0].bytes = malloc(0);
	world.blocks[0].length = 0;
	add_rsdp(0);
	assert_int_equal(find("HPET", &table), ERR_NONE);
	assert_int_equal(find("APIC", &table), ERR_ABSENT);
}

TEST(local_apics_that_are_enabled_are_processors)
{
	assert_int_equal(READ(LOCAL_APIC(0, 1), LOCAL_APIC(2, 1)), ERR_NONE);
	assert_int_equal(processors.count, 2);
	assert_true(processors.list[0].acpi_uid_known);
	assert_int_equal(processors.list[0].acpi_uid, 0x55);
	assert_int_equal(processors.list[0].apic_id, 0);
	assert_int_equal(processors.list[1].apic_id, 2);
}

TEST(local_x2apics_that_are_enabled_are_processors)
{
	assert_int_equal(READ(LOCAL_X2APIC(0x12345678, 1), LOCAL_X2APIC(256, 1)),
	                 ERR_NONE);
	assert_int_equal(processors.count, 2);
	assert_int_equal(processors.list[0].apic_id, 0x12345678);
	assert_int_equal(processors.list[0].acpi_uid, 7);
	assert_int_equal(processors.list[1].apic_id, 256);
}

TEST(disabled_and_online_capable_processors_are_left_out)
{
	assert_int_equal(READ(LOCAL_APIC(0, 1), LOCAL_APIC(1, 0), LOCAL_APIC(2, 2),
	                      LOCAL_X2APIC(300, 0), LOCAL_X2APIC(301, 2)),
	                 ERR_NONE);
	assert_int_equal(processors.count, 1);
}

TEST(broadcast_ids_are_no_processors)
{
	assert_int_equal(READ(LOCAL_APIC(0xff, 1), LOCAL_X2APIC(0xffffffffu, 1)),
	                 ERR_ABSENT);
	assert_int_equal(processors.count, 0);
}

TEST(id_255_is_a_processor_as_an_x2apic)
{
	assert_int_equal(READ(LOCAL_X2APIC(0xff, 1)), ERR_NONE);
	assert_int_equal(processors.list[0].apic_id, 0xff);
}

TEST(an_id_that_comes_twice_is_one_processor)
{
	assert_int_equal(READ(LOCAL_APIC(3, 1), LOCAL_X2APIC(3, 1), LOCAL_APIC(3, 1),
	                      LOCAL_X2APIC(4, 1), LOCAL_X2APIC(4, 1)),
	                 ERR_NONE);
	assert_int_equal(processors.count, 2);
}

TEST(entries_of_other_types_are_passed_over)
{
	assert_int_equal(READ(1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0, /* I/O APIC */
	                      LOCAL_APIC(1, 1), 4, 6, 0xff, 0, 0, 1, 200, 2,
	                      LOCAL_X2APIC(9, 1)),
	                 ERR_NONE);
	assert_int_equal(processors.count, 2);
	assert_int_equal(processors.list[1].apic_id, 9);
}

TEST(a_madt_without_a_processor_has_none)
{
	assert_int_equal(READ(LOCAL_APIC(0, 0)), ERR_ABSENT);
	assert_int_equal(read_madt((const uint8_t *)"", 0), ERR_ABSENT);
	assert_int_equal(processors.count, 0);
}

TEST(more_processors_than_there_is_room_for_are_counted_all_the_same)
{
	static uint8_t entries[(PROCESSORS + 10) * 16];

	for (unsigned i = 0; i < PROCESSORS + 10; i++) {
		const uint8_t one[] = { LOCAL_X2APIC(i, 1) };

		memcpy(entries + 16 * i, one, sizeof one);
	}
	assert_int_equal(read_madt(entries, sizeof entries), ERR_NONE);
	assert_int_equal(processors.count, 1024);
	assert_int_equal(processors.left_out, 10);
	assert_int_equal(processors.list[0].apic_id, 0);
	assert_int_equal(processors.list[1023].apic_id, 1023);
}

TEST(the_hpets_address_is_read)
{
	struct acpi_table hpet;
	uint64_t address = 0;

	build_world("", 0);
	assert_int_equal(find("HPET", &hpet), ERR_NONE);
	assert_int_equal(acpi_hpet_address(&hpet, &address), ERR_NONE);
	assert_int_equal(address, 0xfed00000);
}

TEST(firmware_opts_out_of_x2apic_only_where_interrupts_are_remapped)
{
	uint8_t bytes[48] = { 0 };
	const struct acpi_table dmar = { .bytes = bytes, .length = sizeof bytes };

	for (unsigned flags = 0; flags < 256; flags++) {
		bool opts_out = false;

		bytes[37] = (uint8_t)flags;
		assert_int_equal(acpi_x2apic_opt_out(&dmar, &opts_out), ERR_NONE);
		assert_int_equal(opts_out, (flags & 3) == 3);
	}
}

TEST(a_dmar_that_ends_in_its_header_is_refused)
{
	uint8_t *const bytes = calloc(1, 47);
	const struct acpi_table dmar = { .bytes = bytes, .length = 47 };
	bool opts_out = false;

	assert_int_equal(acpi_x2apic_opt_out(&dmar, &opts_out), ERR_DAMAGED);
	free(bytes);
}

TEST(an_hpet_elsewhere_than_in_memory_is_refused)
{
	struct acpi_table hpet;
	uint64_t address = 77;

	build_world("", 0);
	bytes_at(HPET)[40] = 1;
	log_header_table(HPET);
	assert_int_equal(find("HPET", &hpet), ERR_NONE);
	assert_int_equal(acpi_hpet_address(&hpet, &address), ERR_DAMAGED);
	bytes_at(HPET)[40] = 0;
	set(bytes_at(HPET) + 44, 0, 8);
	assert_int_equal(acpi_hpet_address(&hpet, &address), ERR_DAMAGED);
	hpet.length = 55;
	assert_int_equal(acpi_hpet_address(&hpet, &address), ERR_DAMAGED);
	assert_int_equal(address, 77);
}

static enum err pm_timer(struct acpi_pm_timer *timer)
{
	struct acpi_table fadt;

	log_header_table(FADT);
	assert_int_equal(find("FACP", &fadt), ERR_NONE);
	return acpi_pm_timer_of(&fadt, timer);
}

TEST(the_pm_timer_is_read_with_its_width)
{
	struct acpi_pm_timer timer;

	build_world("", 0);
	assert_int_equal(pm_timer(&timer), ERR_NONE);
	assert_int_equal(timer.port, 0x608);
	assert_true(timer.is_32_bits);
	set(bytes_at(FADT) + 112, ~(UINT32_C(1) << 8), 4);
	assert_int_equal(pm_timer(&timer), ERR_NONE);
	assert_false(timer.is_32_bits);
}

TEST(a_pm_timer_that_is_not_at_a_port_is_absent)
{
	struct acpi_pm_timer timer;

	build_world("", 0);
	set(bytes_at(FADT) + 76, 0x10000, 4);
	assert_int_equal(pm_timer(&timer), ERR_ABSENT);
	set(bytes_at(FADT) + 76, 0, 4);
	assert_int_equal(pm_timer(&timer), ERR_ABSENT);
	set(bytes_at(FADT) + 76, 0x608, 4);
	bytes_at(FADT)[91] = 0;
	assert_int_equal(pm_timer(&timer), ERR_ABSENT);
}

TEST(a_fadt_that_ends_before_its_flags_is_damaged)
{
	struct acpi_table fadt;
	struct acpi_pm_timer timer;

	build_world("", 0);
	assert_int_equal(find("FACP", &fadt), ERR_NONE);
	fadt.length = 115;
	assert_int_equal(acpi_pm_timer_of(&fadt, &timer), ERR_DAMAGED);
	fadt.length = 116;
	assert_int_equal(acpi_pm_timer_of(&fadt, &timer), ERR_NONE);
}

static int teardown(void **state)
{
	(void)state;
	world_free();
	return 0;
}

#define CASE(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_xsdt_leads_to_every_table),
		CASE(the_rsdt_is_used_where_acpi_1_is_all_there_is),
		CASE(local_apics_that_are_enabled_are_processors),
		CASE(local_x2apics_that_are_enabled_are_processors),
		CASE(disabled_and_online_capable_processors_are_left_out),
		CASE(broadcast_ids_are_no_processors),
		CASE(id_255_is_a_processor_as_an_x2apic),
		CASE(an_id_that_comes_twice_is_one_processor),
		CASE(entries_of_other_types_are_passed_over),
		CASE(a_madt_without_a_processor_has_none),
		CASE(more_processors_than_there_is_room_for_are_counted_all_the_same),
		CASE(the_hpets_address_is_read),
		CASE(firmware_opts_out_of_x2apic_only_where_interrupts_are_remapped),
		CASE(a_dmar_that_ends_in_its_header_is_refused),
		CASE(an_hpet_elsewhere_than_in_memory_is_refused),
		CASE(the_pm_timer_is_read_with_its_width),
		CASE(a_pm_timer_that_is_not_at_a_port_is_absent),
		CASE(a_fadt_that_ends_before_its_flags_is_damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
