/* What hypervisors are taken for, by the leaves that they answer with, as they
 * document. */
#include "lib/processor/hypervisor.h"

#include "tests/unit/support/record_stream.h"

#define LEAVES 12u

struct doctored {
	uint32_t leaf;
	struct cpuid_regs regs;
};

struct doctored_source {
	struct cpuid_source source; /* first */
	struct doctored leaves[LEAVES];
	struct cpuid_regs otherwise; /* a real processor's last leaf, for one */
	unsigned count;
};

static struct cpuid_regs answer(const struct cpuid_source *source, uint32_t leaf,
                                uint32_t subleaf)
{
	const struct doctored_source *const from =
		(const struct doctored_source *)source;

	assert_int_equal(subleaf, 0);
	for (unsigned i = 0; i < from->count; i++)
		if (from->leaves[i].leaf == leaf)
			return from->leaves[i].regs;
	return from->otherwise;
}

static struct doctored_source from;

static int empty(void **state)
{
	(void)state;
	from = (struct doctored_source){ .source = { answer } };
	return 0;
}

static void add(uint32_t leaf, struct cpuid_regs regs)
{
	assert_true(from.count < LEAVES);
	from.leaves[from.count++] = (struct doctored){ leaf, regs };
}

/* As a hypervisor signs: EBX, ECX, EDX; shorter texts end with zeros. */
static struct cpuid_regs named(uint32_t last, const char *signature)
{
	struct cpuid_regs regs = { .eax = last };
	char padded[13] = { 0 };

	strncpy(padded, signature, sizeof padded - 1);
	memcpy(&regs.ebx, padded, 4);
	memcpy(&regs.ecx, padded + 4, 4);
	memcpy(&regs.edx, padded + 8, 4);
	return regs;
}

static struct hypervisor read_it(bool bit)
{
	return hypervisor_read(&from.source, bit);
}

static void assert_named(const char *signature, const char *name, bool is_emulator)
{
	for (unsigned bit = 0; bit < 2; bit++) {
		(void)empty(NULL);
		add(0x40000000, named(0x40000001, signature));

		const struct hypervisor found = read_it(bit != 0);

		assert_int_equal(found.count, 1);
		assert_int_equal(found.leaf[0], 0x40000000);
		assert_string_equal(found.signature[0], signature);
		assert_non_null(found.name);
		assert_string_equal(found.name, name);
		assert_int_equal(found.is_emulator, is_emulator);
	}
}

TEST(each_signature_has_its_name_even_if_the_bit_is_hidden)
{
	assert_named("KVMKVMKVM", "KVM", false);
	assert_named("Microsoft Hv", "Hyper-V", false);
	assert_named("VMwareVMware", "VMware", false);
	assert_named("XenVMMXenVMM", "Xen", false);
	assert_named("VBoxVBoxVBox", "VirtualBox", false);
	assert_named("bhyve bhyve ", "bhyve", false);
	assert_named("ACRNACRNACRN", "ACRN", false);
	assert_named("prl hyperv  ", "Parallels", false);
	assert_named(" lrpepyh  vr", "Parallels", false);
	assert_named("Linux KVM Hv", "KVM", false);
	assert_named("OpenBSDVMM58", "OpenBSD vmm", false);
	assert_named("___ NVMM ___", "NVMM", false);
	assert_named("HAXMHAXMHAXM", "HAXM", false);
	assert_named("Jailhouse", "Jailhouse", false);
	assert_named("TCGTCGTCGTCG", "QEMU TCG", true);
	assert_named("tlbmarkmodel", "a modelled machine", true);
}

TEST(kvm_that_plays_hyper_v_has_hyper_v_s_clocks)
{
	add(0x40000000, named(0x40000010, "Linux KVM Hv"));
	add(0x40000001, (struct cpuid_regs){ .eax = 0x31237648 });
	add(0x40000003,
	    (struct cpuid_regs){ .eax = 1 << 1 | 1 << 9 | 1 << 11, .edx = 1 << 8 });
	add(0x40000010, (struct cpuid_regs){ .eax = 2000000 });

	const struct hypervisor found = read_it(true);

	assert_string_equal(found.name, "KVM");
	assert_int_equal(found.clocks,
	                 CLOCK_HV_COUNTER | CLOCK_HV_TSC | CLOCK_HV_FREQUENCY);
	assert_int_equal(found.stolen, STOLEN_NOT_SAID);
	assert_int_equal(found.tsc_hz, 0);
}

TEST(a_signature_that_nobody_knows_counts_only_with_the_bit_and_has_no_name)
{
	add(0x40000000, named(0x40000001, "SomebodyElse"));
	assert_int_equal(read_it(false).count, 0);
	assert_string_equal(read_it(false).signature[0], "");

	const struct hypervisor found = read_it(true);

	assert_int_equal(found.count, 1);
	assert_string_equal(found.signature[0], "SomebodyElse");
	assert_null(found.name);
}

/* As Intel's do beyond the last leaf: leaf 16H or so comes back everywhere. */
TEST(a_processor_that_answers_with_its_last_leaf_is_no_hypervisor)
{
	from.otherwise = (struct cpuid_regs){ 0x0834, 0x12c0, 100, 0 };
	assert_int_equal(read_it(false).count, 0);
	assert_null(read_it(false).name);
	assert_int_equal(read_it(false).tsc_hz, 0);
	assert_int_equal(read_it(true).count, 1); /* the bit says that something is */
}

/* KVM with Hyper-V's interface in front, and Xen with it. */
TEST(one_that_plays_another_is_named_by_its_last_signature)
{
	add(0x40000000, named(0x40000005, "Microsoft Hv"));
	add(0x40000100, named(0x40000101, "KVMKVMKVM"));

	struct hypervisor found = read_it(true);

	assert_int_equal(found.count, 2);
	assert_string_equal(found.name, "KVM");
	assert_string_equal(found.signature[0], "Microsoft Hv");
	assert_string_equal(found.signature[1], "KVMKVMKVM");
	assert_int_equal(found.leaf[1], 0x40000100);
	(void)empty(NULL);
	add(0x40000000, named(0x40000005, "Microsoft Hv"));
	add(0x40000200, named(0x40000203, "XenVMMXenVMM"));
	found = read_it(true);
	assert_string_equal(found.name, "Xen");
	assert_int_equal(found.leaf[1], 0x40000200);
}

TEST(an_emulator_stays_one_behind_another_signature)
{
	add(0x40000000, named(0x40000001, "TCGTCGTCGTCG"));
	add(0x40000100, named(0x40000101, "KVMKVMKVM"));
	assert_true(read_it(true).is_emulator);
}

TEST(more_signatures_than_there_is_room_for_are_left_out)
{
	for (uint32_t i = 0; i < 6; i++)
		add(0x40000000 + 0x100 * i, named(0, "KVMKVMKVM"));
	assert_int_equal(read_it(true).count, HYPERVISOR_SIGNATURES);
}

TEST(kvm_says_which_clocks_it_has_and_whether_time_is_stolen)
{
	add(0x40000000, named(0x40000001, "KVMKVMKVM"));
	add(0x40000001, (struct cpuid_regs){ .eax = 0x01000029 });
	assert_int_equal(read_it(true).clocks,
	                 CLOCK_KVM | CLOCK_KVM_NEW | CLOCK_KVM_STABLE);
	assert_int_equal(read_it(true).stolen, STOLEN_BY_MSR);
	from.leaves[1].regs.eax = 0x00000008;
	assert_int_equal(read_it(true).clocks, CLOCK_KVM_NEW);
	assert_int_equal(read_it(true).stolen, STOLEN_NO);
	from.leaves[1].regs.eax = ~(uint32_t)0x01000029;
	assert_int_equal(read_it(true).clocks, 0);
}

/* Behind Hyper-V's interface its leaves are 100H further. */
TEST(the_leaves_of_kvm_are_found_where_its_signature_is)
{
	add(0x40000000, named(0x40000005, "Microsoft Hv"));
	add(0x40000003, (struct cpuid_regs){ .eax = 1u << 9 });
	add(0x40000100, named(0x40000101, "KVMKVMKVM"));
	add(0x40000101, (struct cpuid_regs){ .eax = 1u << 5 | 1u << 3 });
	assert_int_equal(read_it(true).clocks, CLOCK_KVM_NEW | CLOCK_HV_TSC);
	assert_int_equal(read_it(true).stolen, STOLEN_BY_MSR);
}

TEST(hyper_v_says_which_clocks_may_be_read)
{
	add(0x40000000, named(0x4000000b, "Microsoft Hv"));
	add(0x40000003,
	    (struct cpuid_regs){ .eax = 1u << 1 | 1u << 9 | 1u << 11 | 1u << 15,
	                         .edx = 1u << 8 });
	assert_int_equal(read_it(true).clocks, CLOCK_HV_COUNTER | CLOCK_HV_TSC |
	                                               CLOCK_HV_FREQUENCY |
	                                               CLOCK_HV_INVARIANT);
	assert_int_equal(read_it(true).stolen, STOLEN_NOT_SAID);
	from.leaves[1].regs.edx = 0; /* may be read, and are not there */
	assert_int_equal(read_it(true).clocks & CLOCK_HV_FREQUENCY, 0);
	from.leaves[1].regs = (struct cpuid_regs){ .edx = 1u << 8 };
	assert_int_equal(read_it(true).clocks, 0);
}

TEST(xen_says_the_rate_and_whether_it_answers_rdtsc)
{
	add(0x40000000, named(0x40000005, "XenVMMXenVMM"));
	add(0x40000003, (struct cpuid_regs){ .eax = 1, .ecx = 2400000 });
	assert_int_equal(read_it(true).clocks, CLOCK_XEN_EMULATED);
	assert_int_equal(read_it(true).tsc_hz, 2400000000);
	assert_int_equal(read_it(true).stolen, STOLEN_BY_HYPERCALL);
	from.leaves[1].regs.eax = 2; /* the host's TSC is reliable */
	assert_int_equal(read_it(true).clocks, 0);
	from.leaves[0].regs.eax = 0x40000002;
	assert_int_equal(read_it(true).tsc_hz, 0);
}

TEST(the_timing_leaf_says_the_rate_where_it_is_below_the_last)
{
	add(0x40000000, named(0x40000010, "VMwareVMware"));
	add(0x40000010, (struct cpuid_regs){ .eax = 4300000, .ebx = 66000 });
	assert_int_equal(read_it(true).tsc_hz, UINT64_C(4300000000));
	assert_int_equal(read_it(true).stolen, STOLEN_BY_HYPERCALL);
	from.leaves[0].regs = named(0x4000000f, "VMwareVMware");
	assert_int_equal(read_it(true).tsc_hz, 0);
	from.leaves[0].regs = named(0x40000010, "KVMKVMKVM");
	assert_int_equal(read_it(true).tsc_hz, UINT64_C(4300000000));
	from.leaves[0].regs = named(0x40000010, "SomebodyElse");
	assert_int_equal(read_it(true).tsc_hz, UINT64_C(4300000000));
	assert_int_equal(read_it(false).tsc_hz, 0);
}

TEST(hyper_v_means_another_thing_by_the_timing_leaf)
{
	add(0x40000000, named(0x40000082, "Microsoft Hv"));
	add(0x40000010, (struct cpuid_regs){ .eax = 4300000 });
	assert_int_equal(read_it(true).tsc_hz, 0);
}

static const char *recorded(void)
{
	struct record *const record = stream_record();
	const struct hypervisor found = read_it(true);

	record_run(record, "id-1");
	record_begin(record, FILE_MACHINE);
	hypervisor_record(&found, record);
	record_end(record);
	stream_read();
	return heard.files[FILE_MACHINE].text;
}

static void assert_recorded(const char *line)
{
	if (strstr(recorded(), line) == NULL)
		fail_msg("no %s in %s", line, heard.files[FILE_MACHINE].text);
}

TEST(what_a_hypervisor_says_is_recorded)
{
	add(0x40000000, named(0x40000005, "Microsoft Hv"));
	add(0x40000003,
	    (struct cpuid_regs){ .eax = 1u << 9 | 1u << 11, .edx = 1u << 8 });
	add(0x40000100, named(0x40000101, "KVMKVMKVM"));
	add(0x40000101, (struct cpuid_regs){ .eax = 1u << 5 | 1u << 24 });
	assert_recorded("\nhypervisor_name,KVM\n");
	assert_recorded("\nhypervisor_signatures,\"40000000=Microsoft Hv, "
	                "40000100=KVMKVMKVM\"\n");
	assert_recorded("\nhypervisor_clocks,"
	                "kvm_clock_stable hv_tsc_page hv_frequency_msrs\n");
	assert_recorded("\nhypervisor_stolen_time,msr\n");
}

TEST(a_hypervisor_without_a_known_name_leaves_the_name_empty)
{
	add(0x40000000, named(0x40000001, "SomebodyElse"));
	assert_recorded("\nhypervisor_name,\n");
	assert_recorded("\nhypervisor_signatures,40000000=SomebodyElse\n");
	assert_recorded("\nhypervisor_clocks,\n");
	assert_recorded("\nhypervisor_stolen_time,\n");
}

TEST(of_no_hypervisor_nothing_is_recorded)
{
	struct record *const record = stream_record();

	record_run(record, "id-1");
	record_begin(record, FILE_MACHINE);
	hypervisor_record(&(struct hypervisor){ 0 }, record);
	record_fact(record, "last", "1");
	record_end(record);
	stream_read();
	assert_null(strstr(heard.files[FILE_MACHINE].text, "hypervisor"));
}

static void make_guest(bool sev)
{
	add(1, (struct cpuid_regs){ .ecx = 1u << 31 });
	add(0x8000001f, (struct cpuid_regs){ .eax = sev ? 2 : 1 });
}

TEST(tdx_is_known_by_its_leaf_whoever_else_signs)
{
	struct cpuid_regs tdx = named(0, "Inte    lTDX"); /* EBX, EDX, ECX */

	add(0x40000000, named(0x40000001, "KVMKVMKVM"));
	assert_null(hypervisor_encryption(&from.source, 0));
	add(0x21, tdx);
	assert_string_equal(hypervisor_encryption(&from.source, 0), "TDX");
}

TEST(each_kind_of_sev_is_known_by_its_status)
{
	make_guest(true);
	assert_true(hypervisor_has_sev_status(&from.source));
	assert_null(hypervisor_encryption(&from.source, 0));
	assert_string_equal(hypervisor_encryption(&from.source, 1), "SEV");
	assert_string_equal(hypervisor_encryption(&from.source, 3), "SEV-ES");
	assert_string_equal(hypervisor_encryption(&from.source, 7), "SEV-SNP");
	assert_null(hypervisor_encryption(&from.source, 6));
}

TEST(the_status_of_sev_is_asked_of_guests_that_have_it_alone)
{
	make_guest(false);
	assert_false(hypervisor_has_sev_status(&from.source));
	assert_null(hypervisor_encryption(&from.source, 7));
	(void)empty(NULL);
	add(0x8000001f, (struct cpuid_regs){ .eax = 2 }); /* a host */
	assert_false(hypervisor_has_sev_status(&from.source));
}

#define CASE(name) cmocka_unit_test_setup(name, empty)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_signature_has_its_name_even_if_the_bit_is_hidden),
		CASE(kvm_that_plays_hyper_v_has_hyper_v_s_clocks),
		CASE(a_signature_that_nobody_knows_counts_only_with_the_bit_and_has_no_name),
		CASE(a_processor_that_answers_with_its_last_leaf_is_no_hypervisor),
		CASE(one_that_plays_another_is_named_by_its_last_signature),
		CASE(an_emulator_stays_one_behind_another_signature),
		CASE(more_signatures_than_there_is_room_for_are_left_out),
		CASE(kvm_says_which_clocks_it_has_and_whether_time_is_stolen),
		CASE(the_leaves_of_kvm_are_found_where_its_signature_is),
		CASE(hyper_v_says_which_clocks_may_be_read),
		CASE(xen_says_the_rate_and_whether_it_answers_rdtsc),
		CASE(the_timing_leaf_says_the_rate_where_it_is_below_the_last),
		CASE(hyper_v_means_another_thing_by_the_timing_leaf),
		CASE(what_a_hypervisor_says_is_recorded),
		CASE(a_hypervisor_without_a_known_name_leaves_the_name_empty),
		CASE(of_no_hypervisor_nothing_is_recorded),
		CASE(tdx_is_known_by_its_leaf_whoever_else_signs),
		CASE(each_kind_of_sev_is_known_by_its_status),
		CASE(the_status_of_sev_is_asked_of_guests_that_have_it_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
