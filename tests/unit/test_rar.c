/*
 * Payloads of Remote Action Request, bit by bit as the patches for Linux lay them out,
 * and what is asked of targets.
 */
#include "paging/rar.h"
#include "paging/tlb_op.h"
#include "tests/unit/support/unit.h"

static const struct rar_action *action_of(enum rar_type type, enum rar_subtype subtype)
{
	for (unsigned i = 0; i < rar_action_count; i++)
		if (rar_actions[i].type == type && rar_actions[i].subtype == subtype)
			return &rar_actions[i];
	return NULL;
}

static uint64_t bits(uint64_t word, unsigned high, unsigned low)
{
	return word >> low & ((UINT64_C(2) << (high - low)) - 1);
}

#define CR3 UINT64_C(0x12345007)
#define VA UINT64_C(0xffff900000042000)

TEST(a_payload_has_type_subtype_and_pages_where_they_are_read)
{
	const struct rar_payload payload =
		rar_payload_of(action_of(RAR_INVPCID, RAR_ADDRESS), CR3, 5, VA, 63);
	const uint64_t word = payload.word[0];

	assert_int_equal(sizeof payload, 64);
	assert_int_equal(bits(word, 7, 0), 0);
	assert_int_equal(bits(word, 15, 8), 2);
	assert_int_equal(bits(word, 31, 16), 0);
	assert_int_equal(bits(word, 34, 32), 0);
	assert_int_equal(bits(word, 36, 35), 0);
	assert_int_equal(bits(word, 42, 37), 63);
	assert_int_equal(bits(word, 63, 43), 0);
	assert_int_equal(payload.word[1], 0);
	assert_int_equal(payload.word[2], 5);
	assert_int_equal(payload.word[3], VA);
	for (unsigned i = 4; i < 8; i++)
		assert_int_equal(payload.word[i], 0);
}

TEST(invlpg_names_the_cr3_of_who_asks)
{
	const struct rar_payload match = rar_payload_of(
		action_of(RAR_INVLPG_OF_CR3, RAR_ADDRESS), CR3, 5, VA, 1);
	const struct rar_payload any =
		rar_payload_of(action_of(RAR_INVLPG, RAR_ADDRESS), CR3, 5, VA, 1);

	assert_int_equal(bits(match.word[0], 15, 8), 0);
	assert_int_equal(bits(any.word[0], 15, 8), 1);
	assert_int_equal(match.word[2], CR3);
	assert_int_equal(any.word[2], CR3);
}

TEST(what_drops_all_names_no_page)
{
	static const enum rar_subtype all[] = { RAR_ALL, RAR_ALL_NON_GLOBAL };

	for (unsigned type = 0; type <= RAR_INVPCID; type++)
		for (unsigned i = 0; i < COUNT_OF(all); i++) {
			const struct rar_payload payload = rar_payload_of(
				action_of((enum rar_type)type, all[i]), CR3, 0, VA, 8);

			assert_int_equal(bits(payload.word[0], 34, 32), 2 + i);
			assert_int_equal(bits(payload.word[0], 42, 35), 0);
			assert_int_equal(payload.word[3], 0);
		}
}

TEST(more_than_63_pages_are_two_payloads)
{
	const struct rar_action *const pages = action_of(RAR_INVLPG, RAR_ADDRESS);

	assert_int_equal(rar_payloads(pages, 1), 1);
	assert_int_equal(rar_payloads(pages, 63), 1);
	assert_int_equal(rar_payloads(pages, 64), 2);
	assert_int_equal(rar_payloads(pages, 126), 2);
	assert_int_equal(rar_payloads(pages, 127), 3);
	assert_int_equal(rar_payloads(action_of(RAR_INVLPG, RAR_ALL), 512), 1);
}

TEST(each_lawful_type_and_subtype_is_asked_once)
{
	assert_int_equal(rar_action_count, 10);
	for (unsigned type = 0; type <= RAR_INVPCID; type++)
		for (unsigned subtype = 0; subtype <= RAR_ALL_NON_GLOBAL; subtype++) {
			const struct rar_action *const action = action_of(
				(enum rar_type)type, (enum rar_subtype)subtype);

			if (subtype == RAR_PCID && type != RAR_INVPCID) {
				assert_null(action);
				continue;
			}
			assert_non_null(action);
			assert_string_equal(action->name,
			                    ((const char *const[]){ "match", "any",
			                                            "invpcid" })[type]);
		}
}

TEST(the_own_processor_does_the_same_by_an_operation)
{
	static const char *const of[] = { "invlpg", "invpcid_context",
		                          "invpcid_all_global",
		                          "invpcid_all_non_global" };

	for (unsigned i = 0; i < rar_action_count; i++) {
		assert_string_equal(rar_actions[i].op, of[rar_actions[i].subtype]);
		assert_non_null(tlb_op_named(rar_actions[i].op));
		assert_int_equal(rar_actions[i].pcide,
		                 rar_actions[i].type == RAR_INVPCID &&
		                         rar_actions[i].subtype <= RAR_PCID);
	}
}

TEST(only_what_the_text_says_must_be_gone)
{
	for (unsigned i = 0; i < rar_action_count; i++) {
		const enum rar_subtype subtype = rar_actions[i].subtype;

		assert_int_equal(rar_drops_globals(&rar_actions[i]),
		                 subtype == RAR_ALL);
		assert_int_equal(rar_drops_uppers(&rar_actions[i]),
		                 subtype != RAR_ADDRESS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_payload_has_type_subtype_and_pages_where_they_are_read),
		cmocka_unit_test(invlpg_names_the_cr3_of_who_asks),
		cmocka_unit_test(what_drops_all_names_no_page),
		cmocka_unit_test(more_than_63_pages_are_two_payloads),
		cmocka_unit_test(each_lawful_type_and_subtype_is_asked_once),
		cmocka_unit_test(the_own_processor_does_the_same_by_an_operation),
		cmocka_unit_test(only_what_the_text_says_must_be_gone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
