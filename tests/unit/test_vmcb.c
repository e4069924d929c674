/* The VMCB's layout, and what VMRUN wants of a guest, each held against the manual. */
#include "lib/processor/vmcb.h"

#include "tests/unit/support/unit.h"

static struct vmcb vmcb;

static const struct vmcb_setting setting = {
	.cr0 = 0x80010033,
	.cr3 = 0x1000,
	.cr4 = 0x6e0,
	.efer = 0x1d00,
	.pat = UINT64_C(0x0007040600070406),
	.gdt = UINT64_C(0xffff900000001000),
	.idt = UINT64_C(0xffff900000002000),
	.gdt_limit = 63,
	.idt_limit = 4095,
	.code = 8,
	.data = 16,
	.asid = 1,
	.nested_cr3 = 0x2000,
};

static int fill(void **state)
{
	(void)state;
	memset(&vmcb, 0xff, sizeof vmcb);
	vmcb_fill(&vmcb, &setting);
	return 0;
}

static uint64_t at(size_t offset, unsigned bytes)
{
	uint64_t value = 0;

	memcpy(&value, (const uint8_t *)&vmcb + offset, bytes);
	return value;
}

/* APM 2, table "VMCB Layout, Control Area". */
TEST(the_control_area_is_where_the_manual_has_it)
{
#define CONTROL(offset, field) assert_int_equal(offsetof(struct vmcb, field), offset)
	CONTROL(0x002, cr_writes);
	CONTROL(0x008, exceptions);
	CONTROL(0x00c, intercepts);
	CONTROL(0x03c, pause_threshold);
	CONTROL(0x03e, pause_count);
	CONTROL(0x040, io_permissions);
	CONTROL(0x048, msr_permissions);
	CONTROL(0x050, tsc_offset);
	CONTROL(0x058, asid);
	CONTROL(0x05c, tlb_control);
	CONTROL(0x060, virtual_interrupt);
	CONTROL(0x068, interrupt_shadow);
	CONTROL(0x070, exit_code);
	CONTROL(0x078, exit_info);
	CONTROL(0x088, exit_interrupt);
	CONTROL(0x090, nested_paging);
	CONTROL(0x0a8, injected_event);
	CONTROL(0x0b0, nested_cr3);
	CONTROL(0x0c0, clean);
	CONTROL(0x0c8, next_rip);
}

/* APM 2, table "VMCB Layout, State Save Area": these offsets are from 400H. */
TEST(the_state_save_area_is_where_the_manual_has_it)
{
#define STATE(offset, field) CONTROL(0x400 + (offset), field)
	STATE(0x000, es);
	STATE(0x010, cs);
	STATE(0x020, ss);
	STATE(0x030, ds);
	STATE(0x040, fs);
	STATE(0x050, gs);
	STATE(0x060, gdtr);
	STATE(0x070, ldtr);
	STATE(0x080, idtr);
	STATE(0x090, tr);
	STATE(0x0cb, cpl);
	STATE(0x0d0, efer);
	STATE(0x148, cr4);
	STATE(0x150, cr3);
	STATE(0x158, cr0);
	STATE(0x160, dr7);
	STATE(0x168, dr6);
	STATE(0x170, rflags);
	STATE(0x178, rip);
	STATE(0x1d8, rsp);
	STATE(0x1f8, rax);
	STATE(0x240, cr2);
	STATE(0x268, pat);
	assert_int_equal(offsetof(struct vmcb_segment, attributes), 2);
	assert_int_equal(offsetof(struct vmcb_segment, limit), 4);
	assert_int_equal(offsetof(struct vmcb_segment, base), 8);
}

/* APM 2 15.5.1 "Basic Operation": what makes VMRUN fail with VMEXIT_INVALID. */
TEST(vmrun_has_nothing_to_refuse)
{
	assert_int_equal(at(0x4d0, 8) & 0x1000, 0x1000); /* EFER.SVME */
	assert_int_equal(at(0x558, 8) & 0x60000000, 0);  /* not CR0.NW without CD */
	assert_int_equal(at(0x558, 8) >> 32, 0);         /* CR0[63:32] */
	assert_int_equal(at(0x560, 8) >> 32, 0);         /* DR7[63:32] */
	assert_int_equal(at(0x568, 8) >> 32, 0);         /* DR6[63:32] */
	assert_int_equal(at(0x412, 2) & 0x600, 0x200);   /* CS.L and not CS.D */
	assert_int_equal(at(0x010, 4) & 1, 1);           /* VMRUN is intercepted */
	assert_int_equal(at(0x058, 4), 1);               /* no ASID 0 */
	assert_int_equal(at(0x05c, 1), 0);               /* no reserved TLB_CONTROL */
}

TEST(the_guest_has_the_registers_it_is_given)
{
	assert_int_equal(at(0x4d0, 8), setting.efer);
	assert_int_equal(at(0x548, 8), setting.cr4);
	assert_int_equal(at(0x550, 8), setting.cr3);
	assert_int_equal(at(0x558, 8), setting.cr0);
	assert_int_equal(at(0x668, 8), setting.pat);
	assert_int_equal(at(0x0b0, 8), setting.nested_cr3);
	assert_int_equal(at(0x090, 8), 1);
	assert_int_equal(at(0x468, 8), setting.gdt);
	assert_int_equal(at(0x464, 4), setting.gdt_limit);
	assert_int_equal(at(0x488, 8), setting.idt);
	assert_int_equal(at(0x484, 4), setting.idt_limit);
	assert_int_equal(at(0x410, 2), setting.code);
	assert_int_equal(at(0x420, 2), setting.data);
	assert_int_equal(at(0x412, 2), 0xa9b);
	assert_int_equal(at(0x422, 2), 0xc93);
	assert_int_equal(at(0x570, 8), 2); /* interrupts are off */
	assert_int_equal(at(0x4cb, 1), 0);
	assert_int_equal(at(0x0c0, 8), 0); /* nothing is said to be unchanged */
}

/* Whatever goes wrong in it ends it: nothing of that reaches the host's handlers. */
TEST(all_that_may_end_a_guest_is_intercepted)
{
	/* exceptions; NMI is none, and a machine check is the handler's */
	assert_int_equal(at(0x008, 4), UINT32_MAX & ~0x40004u);
	assert_int_equal(at(0x00c, 4), 0x8000000b); /* shutdown, INIT, NMI, INTR */
	assert_int_equal(at(0x010, 4), 3);          /* VMRUN, VMMCALL */
	assert_int_equal(at(0x000, 8), 0);          /* no register */
	assert_int_equal(at(0x014, 4), 0);
}

TEST(an_intercept_is_set_and_taken_back_alone)
{
	vmcb_intercept(&vmcb, INTERCEPT_INVLPG, true);
	assert_int_equal(at(0x00c, 4), 0x8200000b);
	vmcb_intercept(&vmcb, INTERCEPT_CR3_WRITE, true);
	assert_int_equal(at(0x000, 4), 0x00080000);
	vmcb_intercept(&vmcb, INTERCEPT_INVLPG, false);
	assert_int_equal(at(0x00c, 4), 0x8000000b);
	assert_int_equal(at(0x000, 4), 0x00080000);
	vmcb_intercept(&vmcb, INTERCEPT_CR3_WRITE, false);
	assert_int_equal(at(0x000, 4), 0);
}

TEST(exits_that_were_not_asked_for_have_names)
{
	static const struct {
		uint64_t code;
		const char *text;
	} exits[] = {
		{ UINT64_MAX, "VMRUN refused the guest (VMEXIT_INVALID)" },
		{ 0x400, "the guest raised a nested page fault (VMEXIT_NPF)" },
		{ 0x7f, "the guest shut down (VMEXIT_SHUTDOWN)" },
		{ 0x4e, "the guest raised a page fault" },
		{ 0x40, "the guest raised an exception" },
		{ 0x5f, "the guest raised an exception" },
		{ 0x3f, "the guest ended with an exit that was not asked for" },
		{ 0x60, "the guest ended with an exit that was not asked for" },
	};

	for (unsigned i = 0; i < sizeof exits / sizeof exits[0]; i++)
		assert_string_equal(vmcb_exit_text(exits[i].code), exits[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_control_area_is_where_the_manual_has_it),
		cmocka_unit_test(the_state_save_area_is_where_the_manual_has_it),
		cmocka_unit_test_setup(vmrun_has_nothing_to_refuse, fill),
		cmocka_unit_test_setup(the_guest_has_the_registers_it_is_given, fill),
		cmocka_unit_test_setup(all_that_may_end_a_guest_is_intercepted, fill),
		cmocka_unit_test_setup(an_intercept_is_set_and_taken_back_alone, fill),
		cmocka_unit_test(exits_that_were_not_asked_for_have_names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
