/* The list of tables: the XSDT, the RSDT in its place, and a table whose sum is wrong.
 */
#include "tests/unit/support/acpi_world.h"

static int build(void **state)
{
	(void)state;
	build_world("", 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_free();
	return 0;
}

/* The RSDT of this world leads to FADT and HPET alone. */
static void the_rsdt_is_used(void)
{
	struct acpi_table table;

	assert_int_equal(acpi_root(&world.memory, RSDP, &table), ACPI_RSDT_INSTEAD);
	assert_ptr_equal(table.bytes, bytes_at(RSDT));
	assert_int_equal(acpi_find(&world.memory, RSDP, "HPET", &table), ERR_NONE);
	assert_ptr_equal(table.bytes, bytes_at(HPET));
	assert_int_equal(acpi_find(&world.memory, RSDP, "APIC", &table), ERR_ABSENT);
}

static void point_to_xsdt(uint64_t address)
{
	set(bytes_at(RSDP) + 24, address, 8);
	set_checksum(bytes_at(RSDP), 36, 32);
}

TEST(without_an_xsdt_the_rsdt_is_used)
{
	point_to_xsdt(0);
	the_rsdt_is_used();
	point_to_xsdt(0xdead0000);
	the_rsdt_is_used();
	point_to_xsdt(MADT);
	the_rsdt_is_used();
}

TEST(an_xsdt_whose_sum_is_wrong_is_not_used)
{
	bytes_at(XSDT)[40]++;
	the_rsdt_is_used();
}

TEST(without_either_there_are_no_tables)
{
	struct acpi_table table;

	point_to_xsdt(0);
	bytes_at(RSDT)[40]++;
	assert_int_equal(acpi_root(&world.memory, RSDP, &table), ACPI_NO_ROOT);
	assert_int_equal(acpi_find(&world.memory, RSDP, "HPET", &table), ERR_DAMAGED);
	(void)build(NULL);
	point_to_xsdt(0);
	set(bytes_at(RSDP) + 16, 0, 4);
	set_checksum(bytes_at(RSDP), 20, 8);
	set_checksum(bytes_at(RSDP), 36, 32);
	assert_int_equal(acpi_find(&world.memory, RSDP, "HPET", &table), ERR_DAMAGED);
}

TEST(an_xsdt_that_is_whole_is_used_whatever_the_rsdt_is)
{
	struct acpi_table table;

	bytes_at(RSDT)[40]++;
	assert_int_equal(acpi_root(&world.memory, RSDP, &table), ACPI_XSDT);
	assert_int_equal(acpi_find(&world.memory, RSDP, "APIC", &table), ERR_NONE);
}

TEST(who_asks_for_any_gets_a_table_whose_sum_is_wrong_and_is_told)
{
	struct acpi_table table;
	struct acpi_pm_timer timer;

	assert_int_equal(acpi_find_any(&world.memory, RSDP, "FACP", &table), ERR_NONE);
	assert_false(table.sum_is_wrong);
	bytes_at(FADT)[9]++;
	assert_int_equal(acpi_find(&world.memory, RSDP, "FACP", &table), ERR_DAMAGED);
	assert_int_equal(acpi_find_any(&world.memory, RSDP, "FACP", &table), ERR_NONE);
	assert_true(table.sum_is_wrong);
	assert_int_equal(acpi_pm_timer_of(&table, &timer), ERR_NONE);
	assert_int_equal(timer.port, 0x608);
	set(bytes_at(FADT) + 4, 0x7fffffff, 4);
	assert_int_equal(acpi_find_any(&world.memory, RSDP, "FACP", &table),
	                 ERR_DAMAGED);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(without_an_xsdt_the_rsdt_is_used),
		CASE(an_xsdt_whose_sum_is_wrong_is_not_used),
		CASE(without_either_there_are_no_tables),
		CASE(an_xsdt_that_is_whole_is_used_whatever_the_rsdt_is),
		CASE(who_asks_for_any_gets_a_table_whose_sum_is_wrong_and_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
