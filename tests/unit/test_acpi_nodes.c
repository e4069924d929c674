/* The SRAT: on which node memory and processors are. */
#include "lib/machine/acpi_nodes.h"
#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

static struct processors processors;
static struct nodes nodes;
static uint8_t revision = 3;

/* A table whose header does not matter, in a block of exactly its size. */
static enum err read_srat(const uint8_t *entries, size_t length)
{
	uint8_t *const bytes = calloc(1, 48 + length);
	const struct acpi_table srat = { .bytes = bytes,
		                         .length = (uint32_t)(48 + length) };

	if (length != 0)
		memcpy(bytes + 48, entries, length);
	bytes[8] = revision;
	processors = (struct processors){ 0 };
	for (uint32_t id = 0; id < 4; id++)
		processors_add(&processors, id == 3 ? 0x123 : id, UID_UNKNOWN,
		               LISTED_BY_MADT);

	const enum err err = acpi_nodes(&srat, &processors, &nodes);

	free(bytes);
	return err;
}

#define READ(...)                                                                      \
	read_srat((const uint8_t[]){ __VA_ARGS__ },                                    \
	          sizeof(const uint8_t[]){ __VA_ARGS__ })

#define APIC(id, low, flags, high)                                                     \
	0, 16, low, id, flags, 0, 0, 0, 0, high, 0, 0, 0, 0, 0, 0
#define X2APIC(low, high, node, flags)                                                 \
	2, 24, 0, 0, node, 0, 0, 0, low, high, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
		0, 0
/* From and length in units of 16 MiB. */
#define MEMORY(node, from, count, flags)                                               \
	1, 40, node, 0, 0, 0, 0, 0, 0, 0, 0, from, 0, 0, 0, 0, 0, 0, 0, count, 0, 0,   \
		0, 0, 0, 0, 0, 0, flags, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

TEST(processors_and_memory_are_on_the_nodes_that_the_table_says)
{
	assert_int_equal(READ(APIC(0, 0, 1, 0), APIC(1, 2, 1, 1), APIC(2, 5, 0, 0),
	                      X2APIC(0x23, 1, 9, 1), APIC(77, 5, 1, 0),
	                      MEMORY(0, 0, 0x10, 1), MEMORY(1, 0x10, 0x20, 1),
	                      MEMORY(7, 0x30, 1, 0)),
	                 ERR_NONE);
	assert_true(processors.list[0].srat_node_known);
	assert_int_equal(processors.list[0].srat_node, 0);
	assert_int_equal(processors.list[1].srat_node, 0x102);
	assert_false(processors.list[2].srat_node_known);
	assert_int_equal(processors.list[3].srat_node, 9);
	assert_int_equal(nodes.count, 2);
	assert_int_equal(node_of(&nodes, 0), 0);
	assert_int_equal(node_of(&nodes, 0x0fffffff), 0);
	assert_int_equal(node_of(&nodes, 0x10000000), 1);
	assert_int_equal(node_of(&nodes, 0x2fffffff), 1);
	assert_int_equal(node_of(&nodes, 0x30000000), NODE_UNKNOWN);
	assert_int_equal(node_of(&nodes, UINT64_MAX), NODE_UNKNOWN);
}

/* Firmware of then has whatever it likes in what was reserved. */
TEST(in_revision_1_a_node_has_8_bits)
{
	revision = 1;
	assert_int_equal(READ(APIC(1, 2, 1, 1), MEMORY(1, 0x10, 0x20, 1)), ERR_NONE);
	assert_int_equal(processors.list[1].srat_node, 2);
	assert_int_equal(READ(1, 40, 1, 9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	                      1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	                      0, 0),
	                 ERR_NONE);
	assert_int_equal(node_of(&nodes, 0), 1);
	revision = 3;
}

TEST(lengths_that_contradict_leave_nothing)
{
	assert_int_equal(READ(APIC(1, 2, 1, 1), 9, 0), ERR_DAMAGED);
	assert_false(processors.list[1].srat_node_known);
	assert_int_equal(READ(MEMORY(0, 0, 1, 1), 9, 0), ERR_DAMAGED);
	assert_int_equal(nodes.count, 0);
	assert_int_equal(READ(MEMORY(0, 0, 1, 1), 9, 3), ERR_DAMAGED);
	assert_int_equal(READ(MEMORY(0, 0, 1, 1), 9), ERR_DAMAGED);
	assert_int_equal(node_of(&nodes, 0), NODE_UNKNOWN);
	/* An entry too short for its type says nothing. */
	assert_int_equal(READ(1, 8, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0), ERR_NONE);
	assert_int_equal(nodes.count, 0);
	assert_int_equal(read_srat(NULL, 0), ERR_NONE);
}

TEST(a_structure_of_two_bytes_may_end_the_table)
{
	assert_int_equal(READ(MEMORY(1, 0x10, 0x20, 1), 77, 2), ERR_NONE);
	assert_int_equal(nodes.count, 1);
	assert_int_equal(READ(MEMORY(1, 0x10, 0x20, 1), 77), ERR_DAMAGED);
}

TEST(more_ranges_than_there_is_room_for_are_counted)
{
	static const uint8_t one[] = { MEMORY(1, 0, 1, 1) };
	uint8_t many[(NODE_RANGES + 3) * sizeof one];

	for (unsigned i = 0; i < NODE_RANGES + 3; i++)
		memcpy(many + i * sizeof one, one, sizeof one);
	assert_int_equal(read_srat(many, sizeof many), ERR_NONE);
	assert_int_equal(nodes.count, NODE_RANGES);
	assert_int_equal(nodes.left_out, 3);
}

/* The sanitizer looks on. */
TEST(whatever_is_in_the_table_nothing_behind_it_is_read)
{
	struct random random = { 29 };
	uint8_t bytes[200];

	for (unsigned turn = 0; turn < 20000; turn++) {
		const size_t length = random_below_u64(&random, sizeof bytes);

		for (size_t i = 0; i < length; i++)
			bytes[i] = (uint8_t)random_below_u64(&random, 42);
		(void)read_srat(bytes, length);
		assert_true(nodes.count <= NODE_RANGES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			processors_and_memory_are_on_the_nodes_that_the_table_says),
		cmocka_unit_test(in_revision_1_a_node_has_8_bits),
		cmocka_unit_test(lengths_that_contradict_leave_nothing),
		cmocka_unit_test(a_structure_of_two_bytes_may_end_the_table),
		cmocka_unit_test(more_ranges_than_there_is_room_for_are_counted),
		cmocka_unit_test(whatever_is_in_the_table_nothing_behind_it_is_read),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
