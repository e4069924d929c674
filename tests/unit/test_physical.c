/* Bits of a physical address, and keys of RAM, by CPUID and registers as they are. */
#include "lib/machine/physical.h"

#include "tests/unit/support/unit.h"

#define BIT(n) (UINT64_C(1) << (n))
#define TME_ON (BIT(0) | BIT(1))
#define SME_ON BIT(23)

static uint64_t limit(struct physical physical)
{
	return physical_limit(&physical);
}

static bool key_is_new(struct physical physical)
{
	return physical_key_is_new(&physical);
}

TEST(the_limit_is_what_cpuid_says)
{
	assert_int_equal(limit((struct physical){ .bits = 39 }), BIT(39));
	assert_int_equal(limit((struct physical){ .bits = 40 }), BIT(40));
	assert_int_equal(limit((struct physical){ .bits = 52 }), BIT(52));
}

TEST(without_the_leaf_there_are_36_bits)
{
	assert_int_equal(limit((struct physical){ 0 }), BIT(36));
}

TEST(what_no_processor_has_is_not_believed)
{
	assert_int_equal(limit((struct physical){ .bits = 255 }), BIT(52));
	assert_int_equal(limit((struct physical){ .bits = 12 }), BIT(36));
	assert_int_equal(limit((struct physical){ .bits = 48,
	                                          .has_sme = true,
	                                          .sme_bits = 40,
	                                          .syscfg = SME_ON }),
	                 BIT(48));
}

TEST(key_bits_of_tme_are_no_address_bits)
{
	struct physical physical = {
		.bits = 46,
		.has_tme = true,
		.tme_activate = TME_ON | UINT64_C(6) << 32,
	};

	assert_int_equal(limit(physical), BIT(40));
	/* TDX has its share of them (39:36): it is not counted twice. */
	physical.tme_activate |= UINT64_C(3) << 36;
	assert_int_equal(limit(physical), BIT(40));
	physical.tme_activate &= ~BIT(1);
	assert_int_equal(limit(physical), BIT(46));
	physical.tme_activate = BIT(1) | UINT64_C(6) << 32;
	assert_int_equal(limit(physical), BIT(46));
	physical.tme_activate = TME_ON | UINT64_C(6) << 32;
	physical.has_tme = false;
	assert_int_equal(limit(physical), BIT(46));
}

TEST(sme_takes_bits_while_it_is_on)
{
	struct physical physical = {
		.bits = 48,
		.has_sme = true,
		.sme_bits = 5,
		.syscfg = SME_ON,
	};

	assert_int_equal(limit(physical), BIT(43));
	physical.syscfg = ~SME_ON;
	assert_int_equal(limit(physical), BIT(48));
	physical.syscfg = SME_ON;
	physical.has_sme = false;
	assert_int_equal(limit(physical), BIT(48));
}

TEST(a_key_that_is_not_restored_is_new_at_each_reset)
{
	assert_true(key_is_new(
		(struct physical){ .has_tme = true, .tme_activate = TME_ON }));
	assert_true(key_is_new(
		(struct physical){ .has_tme = true, .tme_activate = TME_ON | BIT(3) }));
	assert_false(key_is_new(
		(struct physical){ .has_tme = true, .tme_activate = TME_ON | BIT(2) }));
}

TEST(ram_without_encryption_has_no_key)
{
	assert_false(key_is_new((struct physical){ 0 }));
	assert_false(key_is_new((struct physical){ .tme_activate = TME_ON }));
	assert_false(key_is_new(
		(struct physical){ .has_tme = true, .tme_activate = BIT(0) }));
	assert_false(key_is_new((struct physical){ .has_tme = true,
	                                           .tme_activate = TME_ON | BIT(31) }));
	/* Pages get AMD's key by a bit that this program sets nowhere. */
	assert_false(key_is_new(
		(struct physical){ .bits = 48, .has_sme = true, .syscfg = SME_ON }));
}

TEST(a_processor_with_sme_may_encrypt_without_saying_so)
{
	assert_true(physical_may_be_encrypted(&(struct physical){ .has_sme = true }));
	assert_false(physical_may_be_encrypted(&(struct physical){ .has_tme = true }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_what_cpuid_says),
		cmocka_unit_test(without_the_leaf_there_are_36_bits),
		cmocka_unit_test(what_no_processor_has_is_not_believed),
		cmocka_unit_test(key_bits_of_tme_are_no_address_bits),
		cmocka_unit_test(sme_takes_bits_while_it_is_on),
		cmocka_unit_test(a_key_that_is_not_restored_is_new_at_each_reset),
		cmocka_unit_test(ram_without_encryption_has_no_key),
		cmocka_unit_test(a_processor_with_sme_may_encrypt_without_saying_so),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
