/* The list of processors: each once, the boot processor first. */
#include "lib/base/text.h"
#include "lib/machine/processors.h"
#include "tests/unit/support/unit.h"

static struct processors list;

static int begin(void **state)
{
	(void)state;
	list = (struct processors){ 0 };
	return 0;
}

static void madt(uint32_t apic_id)
{
	processors_add(&list, apic_id, 100 + apic_id, LISTED_BY_MADT);
}

TEST(one_that_both_list_is_one_processor)
{
	madt(4);
	processors_add(&list, 4, UID_UNKNOWN, LISTED_BY_MP_SERVICES);
	processors_add(&list, 6, UID_UNKNOWN, LISTED_BY_MP_SERVICES);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.list[0].sources, LISTED_BY_MADT | LISTED_BY_MP_SERVICES);
	assert_int_equal(list.list[0].acpi_uid, 104);
	assert_int_equal(list.list[1].sources, LISTED_BY_MP_SERVICES);
	assert_false(list.list[1].acpi_uid_known);
	assert_string_equal(processors_source(&list), "MADT and MP services");
}

TEST(a_uid_is_taken_from_the_first_who_knows_it)
{
	processors_add(&list, 4, UID_UNKNOWN, LISTED_BY_MP_SERVICES);
	processors_add(&list, 4, 9, LISTED_BY_MADT);
	processors_add(&list, 4, 8, LISTED_BY_MADT);
	assert_true(list.list[0].acpi_uid_known);
	assert_int_equal(list.list[0].acpi_uid, 9);
}

TEST(what_firmware_writes_for_none_is_none)
{
	processors_add(&list, UINT32_MAX, 1, LISTED_BY_MP_SERVICES);
	assert_int_equal(list.count, 0);
	assert_string_equal(processors_source(&list), "neither MADT nor MP services");
}

TEST(the_boot_processor_comes_first_and_the_others_keep_their_order)
{
	for (uint32_t id = 0; id < 4; id++)
		madt(id);
	processors_put_first(&list, 2);
	assert_true(list.boot_processor_listed);
	assert_int_equal(list.count, 4);
	assert_int_equal(list.list[0].apic_id, 2);
	assert_int_equal(list.list[0].acpi_uid, 102);
	assert_int_equal(list.list[1].apic_id, 0);
	assert_int_equal(list.list[2].apic_id, 1);
	assert_int_equal(list.list[3].apic_id, 3);
}

TEST(a_boot_processor_of_which_nobody_spoke_is_there)
{
	processors_put_first(&list, 7);
	assert_false(list.boot_processor_listed);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.list[0].apic_id, 7);
	assert_string_equal(processors_source(&list), "neither MADT nor MP services");
}

TEST(a_full_list_keeps_the_boot_processor)
{
	for (uint32_t id = 0; id < PROCESSORS + 3; id++)
		madt(id);
	assert_int_equal(list.left_out, 3);
	processors_put_first(&list, 5000);
	assert_int_equal(list.count, PROCESSORS);
	assert_int_equal(list.left_out, 4);
	assert_int_equal(list.list[0].apic_id, 5000);
	assert_int_equal(list.list[1].apic_id, 0);
	assert_int_equal(list.list[PROCESSORS - 1].apic_id, PROCESSORS - 2);
}

TEST(states_are_counted_and_have_reasons)
{
	for (uint32_t id = 0; id < 4; id++)
		madt(id);
	list.list[1].state = PROCESSOR_STARTED;
	list.list[2].state = PROCESSOR_STARTED;
	list.list[3].state = PROCESSOR_SILENT;
	assert_int_equal(processors_count(&list, PROCESSOR_STARTED), 2);
	assert_int_equal(processors_count(&list, PROCESSOR_SILENT), 1);
	assert_int_equal(processors_count(&list, PROCESSOR_NOT_ASKED), 1);
	assert_string_equal(processor_reason(PROCESSOR_STARTED), "");
	assert_string_not_equal(processor_reason(PROCESSOR_STRANGE), "");
}

#define CASE(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(one_that_both_list_is_one_processor),
		CASE(a_uid_is_taken_from_the_first_who_knows_it),
		CASE(what_firmware_writes_for_none_is_none),
		CASE(the_boot_processor_comes_first_and_the_others_keep_their_order),
		CASE(a_boot_processor_of_which_nobody_spoke_is_there),
		CASE(a_full_list_keeps_the_boot_processor),
		CASE(states_are_counted_and_have_reasons),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
