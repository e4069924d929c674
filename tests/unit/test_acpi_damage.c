/* ACPI tables as they should not be: refused, and never read outside of. */
#include "lib/machine/acpi_remapping.h"
#include "tests/unit/support/acpi_world.h"
#include "tests/unit/support/random.h"

static const uint8_t two[] = { LOCAL_APIC(0, 1), LOCAL_X2APIC(1, 1) };
static struct processors processors;

/* All that is ever asked of the tables; the status is that of the processors. */
static uint64_t read_all_ones(uint64_t address)
{
	(void)address;
	return UINT64_MAX;
}

static enum err read_all(void)
{
	struct acpi_table table;
	struct acpi_pm_timer timer;
	uint64_t address;
	bool opts_out;

	if (acpi_find(&world.memory, RSDP, "HPET", &table) == ERR_NONE)
		(void)!acpi_hpet_address(&table, &address);
	if (acpi_find(&world.memory, RSDP, "FACP", &table) == ERR_NONE)
		(void)!acpi_pm_timer_of(&table, &timer);

	if (acpi_find(&world.memory, RSDP, "DMAR", &table) == ERR_NONE) {
		(void)!acpi_x2apic_opt_out(&table, &opts_out);
		(void)acpi_dmar_remaps(&table, read_all_ones);
	}

	const enum err err = acpi_find(&world.memory, RSDP, "APIC", &table);

	return err != ERR_NONE ? err : acpi_processors(&table, &processors);
}

static int build(void **state)
{
	(void)state;
	build_world(two, sizeof two);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_free();
	return 0;
}

static void cut(uint64_t address, size_t length)
{
	struct block *const block = world_block(address);
	uint8_t *const shorter = malloc(length + (length == 0));

	memcpy(shorter, block->bytes, length);
	free(block->bytes);
	block->bytes = shorter;
	block->length = length;
}

TEST(undamaged_tables_are_read)
{
	assert_int_equal(read_all(), ERR_NONE);
	assert_int_equal(processors.count, 2);
}

TEST(an_rsdp_that_is_nowhere_is_damaged)
{
	struct acpi_table table;

	assert_int_equal(acpi_find(&world.memory, 0, "APIC", &table), ERR_DAMAGED);
	assert_int_equal(acpi_find(&world.memory, UINT64_MAX, "APIC", &table),
	                 ERR_DAMAGED);
}

TEST(an_rsdp_with_another_signature_is_damaged)
{
	bytes_at(RSDP)[7] = 'x';
	set_checksum(bytes_at(RSDP), 20, 8);
	set_checksum(bytes_at(RSDP), 36, 32);
	assert_int_equal(read_all(), ERR_DAMAGED);
}

TEST(both_sums_of_the_rsdp_count)
{
	bytes_at(RSDP)[9]++;
	set_checksum(bytes_at(RSDP), 36, 32);
	assert_int_equal(read_all(), ERR_DAMAGED);
	build(NULL);
	/* The second covers what ACPI 1.0 does not have: that does without. */
	bytes_at(RSDP)[33]++;
	assert_int_equal(read_all(), ERR_ABSENT);
}

/* Damage to the XSDT, or what leads to it, leaves the RSDT, which has no MADT. */
static bool leads_to_the_rsdt(uint64_t table, size_t at)
{
	return table == XSDT || (table == RSDP && at >= 20);
}

TEST(every_byte_of_every_table_is_under_its_sum)
{
	static const uint64_t tables[] = { RSDP, XSDT, MADT };

	for (unsigned i = 0; i < COUNT_OF(tables); i++)
		for (size_t at = 0; at < world_block(tables[i])->length; at++) {
			uint8_t *const byte = &bytes_at(tables[i])[at];
			const uint8_t good = *byte;

			*byte = (uint8_t)(good + 1);
			/* Under another name the table is not there at all. */
			assert_int_equal(read_all(),
			                 (tables[i] == MADT &&
			                  at < 4) || leads_to_the_rsdt(tables[i], at)
			                         ? ERR_ABSENT
			                         : ERR_DAMAGED);
			*byte = good;
		}
}

TEST(a_length_that_is_not_that_of_the_table_is_damaged)
{
	static const uint64_t tables[] = { XSDT, MADT };
	static const uint32_t lengths[] = { 0,           1,          35,
		                            1u << 20,    0x100001u,  0x7fffffff,
		                            0x80000000u, 0xffffffffu };

	for (unsigned i = 0; i < COUNT_OF(tables); i++)
		for (unsigned k = 0; k < COUNT_OF(lengths); k++) {
			build(NULL);
			set(bytes_at(tables[i]) + 4, lengths[k], 4);
			log_header_table(tables[i]);
			assert_int_equal(read_all(),
			                 tables[i] == XSDT ? ERR_ABSENT : ERR_DAMAGED);
		}
}

TEST(a_length_one_byte_beyond_memory_is_damaged)
{
	set(bytes_at(MADT) + 4, world_block(MADT)->length + 1, 4);
	log_header_table(MADT);
	assert_int_equal(read_all(), ERR_DAMAGED);
}

TEST(tables_that_are_cut_are_never_read_behind_their_end)
{
	static const uint64_t tables[] = { RSDP, XSDT, MADT, HPET, FADT };

	for (unsigned i = 0; i < COUNT_OF(tables); i++)
		for (size_t length = 0;; length++) {
			build(NULL);
			if (length == world_block(tables[i])->length)
				break;
			cut(tables[i], length);

			const enum err err = read_all();

			if (tables[i] == HPET || tables[i] == FADT)
				assert_int_equal(err, ERR_NONE);
			else if ((tables[i] == MADT && length < 36) ||
			         leads_to_the_rsdt(tables[i], length))
				assert_int_equal(err, ERR_ABSENT);
			else
				assert_int_equal(err, ERR_DAMAGED);
		}
}

TEST(a_shorter_length_with_a_good_sum_is_read_to_there_only)
{
	for (uint32_t length = 36; length < 44 + sizeof two; length++) {
		struct acpi_table madt;

		build(NULL);
		cut(MADT, length);
		set(bytes_at(MADT) + 4, length, 4);
		log_header_table(MADT);
		assert_int_equal(acpi_find(&world.memory, RSDP, "APIC", &madt),
		                 ERR_NONE);

		const enum err err = acpi_processors(&madt, &processors);

		if (length < 46)
			assert_int_equal(err, ERR_ABSENT);
		else if (length != 52 && length != 53)
			assert_int_equal(err, ERR_DAMAGED);
		else
			assert_int_equal(processors.count, 1);
	}
}

TEST(an_entry_of_length_0_or_1_ends_in_an_error_not_in_a_loop)
{
	for (uint8_t length = 0; length < 2; length++) {
		const uint8_t entries[] = { LOCAL_APIC(0, 1), 0, length, 0, 0, 0, 0 };

		build_world(entries, sizeof entries);
		assert_int_equal(read_all(), ERR_DAMAGED);
	}
}

TEST(an_entry_that_goes_beyond_the_madt_is_damaged)
{
	const uint8_t entries[] = { LOCAL_APIC(0, 1), 0, 9, 0, 1, 1, 0, 0, 0 };

	build_world(entries, sizeof entries);
	assert_int_equal(read_all(), ERR_DAMAGED);
}

TEST(an_entry_too_short_for_its_type_is_no_processor)
{
	const uint8_t entries[] = { 0,
		                    7,
		                    0,
		                    1,
		                    1,
		                    0,
		                    0,
		                    9,
		                    15,
		                    0,
		                    0,
		                    2,
		                    0,
		                    0,
		                    0,
		                    1,
		                    0,
		                    0,
		                    0,
		                    0,
		                    0,
		                    0,
		                    LOCAL_APIC(7, 1) };

	build_world(entries, sizeof entries);
	assert_int_equal(read_all(), ERR_NONE);
	assert_int_equal(processors.count, 1);
	assert_int_equal(processors.list[0].apic_id, 7);
}

TEST(a_damaged_table_that_nobody_asked_for_does_not_matter)
{
	bytes_at(FADT)[50]++;
	assert_int_equal(read_all(), ERR_NONE);
	set(bytes_at(XSDT) + 36, 0xdead0000, 8);
	log_header_table(XSDT);
	assert_int_equal(read_all(), ERR_NONE);
}

TEST(an_xsdt_whose_last_entry_is_cut_ignores_it)
{
	const uint64_t entries[] = { MADT, HPET };
	struct acpi_table table;

	cut(XSDT, 36 + 15);
	memcpy(bytes_at(XSDT) + 36, entries, 15);
	set(bytes_at(XSDT) + 4, 36 + 15, 4);
	log_header_table(XSDT);
	assert_int_equal(acpi_find(&world.memory, RSDP, "APIC", &table), ERR_NONE);
	assert_int_equal(acpi_find(&world.memory, RSDP, "HPET", &table), ERR_ABSENT);
}

TEST(random_damage_under_good_sums_is_survived)
{
	static const uint64_t tables[] = { RSDP, XSDT, RSDT, MADT, HPET, FADT };
	struct random random = { 14 };
	unsigned intact = 0;

	for (unsigned i = 0; i < 30000; i++) {
		build(NULL);
		for (uint64_t hits = 1 + random_below_u64(&random, 4); hits != 0;
		     hits--) {
			const uint64_t table =
				tables[random_below_u64(&random, COUNT_OF(tables))];
			const struct block *const block = world_block(table);

			block->bytes[random_below_u64(&random, block->length)] =
				(uint8_t)random_next(&random);
			if (table != RSDP) {
				log_header_table(table);
			} else {
				set_checksum(block->bytes, 20, 8);
				set_checksum(block->bytes, 36, 32);
			}
		}
		intact += read_all() == ERR_NONE;
		assert_in_range(processors.count, 0, 3);
	}
	assert_in_range(intact, 1, 29999);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, build, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(undamaged_tables_are_read),
		CASE(an_rsdp_that_is_nowhere_is_damaged),
		CASE(an_rsdp_with_another_signature_is_damaged),
		CASE(both_sums_of_the_rsdp_count),
		CASE(every_byte_of_every_table_is_under_its_sum),
		CASE(a_length_that_is_not_that_of_the_table_is_damaged),
		CASE(a_length_one_byte_beyond_memory_is_damaged),
		CASE(tables_that_are_cut_are_never_read_behind_their_end),
		CASE(a_shorter_length_with_a_good_sum_is_read_to_there_only),
		CASE(an_entry_of_length_0_or_1_ends_in_an_error_not_in_a_loop),
		CASE(an_entry_that_goes_beyond_the_madt_is_damaged),
		CASE(an_entry_too_short_for_its_type_is_no_processor),
		CASE(a_damaged_table_that_nobody_asked_for_does_not_matter),
		CASE(an_xsdt_whose_last_entry_is_cut_ignores_it),
		CASE(random_damage_under_good_sums_is_survived),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
