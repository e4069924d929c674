/* Which cards are tried, in which order, of servers with many ports. */
#include "lib/boot/network_card.h"
#include "tests/unit/support/unit.h"

#define CARDS 8u

static const struct network_card cable = { 0 };
static const struct network_card none = { .no_media = true };
static const struct network_card own = { .is_own = true };
static const struct network_card own_none = { .is_own = true, .no_media = true };
static const struct network_card worked = { .has_worked = true };

/* "210": card 2 first, then 1, then 0. */
static const char *order_of(const struct network_card *const cards[], unsigned count)
{
	static char text[CARDS + 1];
	struct network_card *const exact = malloc(count * sizeof *exact + 1);
	unsigned *const order = malloc(count * sizeof *order + 1);
	unsigned used = 0;

	assert_non_null(exact);
	assert_non_null(order);
	for (unsigned i = 0; i < count; i++)
		exact[i] = *cards[i];
	used = network_card_order(exact, count, order);
	assert_true(used <= count);
	for (unsigned i = 0; i < used; i++)
		text[i] = (char)('0' + order[i]);
	text[used] = '\0';
	free(exact);
	free(order);
	return text;
}

#define ORDER(...)                                                                     \
	order_of((const struct network_card *const[]){ __VA_ARGS__ },                  \
	         sizeof((const struct network_card *const[]){ __VA_ARGS__ }) /         \
	                 sizeof(const struct network_card *))

TEST(cards_with_a_cable_are_tried_in_their_order)
{
	assert_string_equal(ORDER(&cable), "0");
	assert_string_equal(ORDER(&cable, &cable, &cable), "012");
	assert_string_equal(order_of(NULL, 0), "");
}

TEST(the_card_that_worked_is_first_and_then_the_one_the_program_came_over)
{
	assert_string_equal(ORDER(&cable, &cable, &own), "201");
	assert_string_equal(ORDER(&cable, &own, &worked, &cable), "2103");
}

TEST(a_card_without_a_cable_costs_nothing_where_another_has_one)
{
	assert_string_equal(
		ORDER(&none, &none, &none, &cable, &none, &none, &none, &none), "3");
	assert_string_equal(ORDER(&none, &own, &none), "1");
	assert_string_equal(ORDER(&none, &worked), "1");
}

/* A driver may not know, or the link be about to come up. */
TEST(where_no_card_has_a_cable_all_are_tried_and_the_own_one_anyway)
{
	assert_string_equal(ORDER(&none, &none), "01");
	assert_string_equal(ORDER(&cable, &own_none), "10");
}

TEST(what_came_further_says_more)
{
	assert_true(NETWORK_UNUSABLE < NETWORK_NO_ADDRESS);
	assert_true(NETWORK_NO_ADDRESS < NETWORK_SILENT);
	assert_true(NETWORK_SILENT < NETWORK_REFUSED);
	assert_string_equal(network_end_text(NETWORK_UNUSABLE),
	                    "the network cannot be used");
	assert_string_equal(network_end_text(NETWORK_NO_ADDRESS),
	                    "no address by DHCP within 30 s: plug in a cable, or set "
	                    "ip = ADDRESS/BITS");
	assert_string_equal(network_end_text(NETWORK_SILENT),
	                    "the server does not answer");
	assert_string_equal(network_end_text(NETWORK_REFUSED),
	                    "the server refuses the connection");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cards_with_a_cable_are_tried_in_their_order),
		cmocka_unit_test(
			the_card_that_worked_is_first_and_then_the_one_the_program_came_over),
		cmocka_unit_test(
			a_card_without_a_cable_costs_nothing_where_another_has_one),
		cmocka_unit_test(
			where_no_card_has_a_cable_all_are_tried_and_the_own_one_anyway),
		cmocka_unit_test(what_came_further_says_more),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
