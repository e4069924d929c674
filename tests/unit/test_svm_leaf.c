/* Whether CPUID speaks for a guest, and what is missing where it does not. */
#include "lib/processor/svm_leaf.h"

#include "tests/unit/support/recorded_leaves.h"
#include "tests/unit/support/unit.h"

#define BASIC 0
#define EXTENDED 1
#define SVM 2

/* As QEMU's TCG answers for `max`, and what is taken away from it. */
static struct cpuid_regs answers[3];

static struct cpuid_regs answer(const struct cpuid_source *source, uint32_t leaf,
                                uint32_t subleaf)
{
	(void)source;
	(void)subleaf;
	if (leaf == 1)
		return answers[BASIC];
	if (leaf == 0x80000001)
		return answers[EXTENDED];
	return leaf == 0x8000000a ? answers[SVM] : (struct cpuid_regs){ 0 };
}

static struct svm_leaf asked(void)
{
	return svm_leaf_of(&(struct cpuid_source){ .leaf = answer });
}

static int begin(void **state)
{
	(void)state;
	answers[BASIC] = (struct cpuid_regs){ .ecx = UINT32_C(1) << 31 };
	answers[EXTENDED] = (struct cpuid_regs){ .ecx = 1 << 2, .edx = 1 << 26 };
	answers[SVM] = (struct cpuid_regs){ .eax = 1, .ebx = 16, .edx = 0x10011 };
	return 0;
}

static void assert_lacks(const char *what)
{
	const struct svm_leaf leaf = asked();
	const char *const lacks = svm_leaf_lacks(&leaf);

	if (what == NULL)
		assert_null(lacks);
	else
		assert_string_equal(lacks, what);
}

TEST(nested_paging_with_asids_is_enough)
{
	assert_lacks(NULL);
	assert_int_equal(asked().asids, 16);
	assert_false(asked().flushes_by_asid);
	answers[SVM].edx |= 1 << 6;
	assert_true(asked().flushes_by_asid);
}

TEST(without_svm_it_matters_who_says_so)
{
	answers[EXTENDED].ecx = 0;
	assert_lacks("the hypervisor offers no SVM");
	answers[BASIC].ecx = 0;
	assert_lacks("the processor has no SVM");
	assert_int_equal(asked().asids, 0);
}

TEST(vmx_is_named_as_what_is_not_measured)
{
	answers[EXTENDED].ecx = 0;
	answers[BASIC].ecx = 1 << 5;
	assert_lacks("guests of VMX are not measured yet");
}

TEST(each_part_is_needed)
{
	answers[SVM].edx &= ~1u;
	assert_lacks("SVM without nested paging");
	(void)begin(NULL);
	answers[SVM].ebx = 2;
	assert_lacks("SVM with too few ASIDs");
	answers[SVM].ebx = 3;
	assert_lacks(NULL);
	answers[EXTENDED].edx = 0;
	assert_lacks("no pages of 1 GiB");
}

/* Leaves of AMD's processors say SVM; of Intel's that are recorded here, VMX or none.
 */
TEST(recorded_processors_have_what_their_maker_has)
{
	for (unsigned i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
		const bool amd = strcmp(recorded[i].vendor, "AuthenticAMD") == 0;

		memset(answers, 0, sizeof answers);
		for (unsigned k = 0; k < LEAVES_OF_ONE; k++) {
			const struct recorded_leaf *const leaf = &recorded[i].leaves[k];

			if (leaf->leaf == 1)
				answers[BASIC] = leaf->regs;
			if (leaf->leaf == 0x80000001)
				answers[EXTENDED] = leaf->regs;
		}
		if (amd)
			assert_lacks("SVM without nested paging");
		else
			assert_false(asked().has_svm);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nested_paging_with_asids_is_enough, begin),
		cmocka_unit_test_setup(without_svm_it_matters_who_says_so, begin),
		cmocka_unit_test_setup(vmx_is_named_as_what_is_not_measured, begin),
		cmocka_unit_test_setup(each_part_is_needed, begin),
		cmocka_unit_test(recorded_processors_have_what_their_maker_has),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
