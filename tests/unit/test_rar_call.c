/*
 * What who asks by Remote Action Request writes, to whom it signals, and what it makes
 * of each answer; on processors that are nothing but their bytes.
 */
#include "bench/harness/remote/shootdown.h"
#include "bench/harness/work/rar_target.h"
#include "lib/base/text.h"
#include "paging/address_space.h"
#include "tests/unit/support/unit.h"

#define TARGETS 3u

static struct remote_group group;
static struct remote_context remote;
static struct remote_spec spec;
static struct smp_cpu members[TARGETS + 1];
static uint8_t actions[(TARGETS + 1) * RAR_VECTOR_STRIDE];
static uint64_t table[RAR_SLOTS * RAR_PAYLOAD_BYTES / 8];
static uint32_t signalled[8];
static unsigned signals;
static uint64_t limit_seen;

void group_give_up(struct remote_context *of, enum row_status status,
                   const char *reason)
{
	of->gave_up = true;
	of->status = status;
	text_copy(of->reason, sizeof of->reason, reason);
}

bool group_run(struct remote_context *of, smp_work *job, void *argument)
{
	(void)of;
	(void)job;
	(void)argument;
	return true;
}

bool group_timed_out(uint64_t limit, uint64_t from, uint32_t *looks)
{
	(void)from;
	limit_seen = limit;
	return ++*looks == 2;
}

bool smp_run_on(struct smp *smp, struct smp_cpu *cpu, smp_work *job, void *argument)
{
	(void)smp;
	job(cpu, argument);
	return true;
}

bool smp_wait(struct smp *smp, struct smp_cpu *cpu, uint64_t timeout)
{
	(void)smp;
	(void)cpu;
	(void)timeout;
	return true;
}

static unsigned faulting = ~0u;
static uint64_t vectors[TARGETS + 1], table_seen;

bool rar_enable(const struct apic *apic, uint64_t action_vector, uint64_t payload_table)
{
	for (unsigned i = 0; i <= TARGETS; i++)
		if (apic == &members[i].apic) {
			vectors[i] = action_vector;
			table_seen = payload_table;
			return i != faulting;
		}
	return false;
}

void rar_disable(const struct apic *apic)
{
	(void)apic;
}

uint32_t rar_slots(void)
{
	return 1;
}

bool apic_send_rar(const struct apic *apic, uint32_t destination)
{
	assert_ptr_equal(apic, &members[0].apic);
	signalled[signals++] = destination;
	return destination != 99;
}

static bool takes_signal = true;

bool apic_takes_rar(const struct apic *apic)
{
	assert_ptr_equal(apic, &members[0].apic);
	return takes_signal;
}

static void begin(unsigned action, uint32_t pages)
{
	memset(actions, 0, sizeof actions);
	memset(table, 0, sizeof table);
	signals = 0;
	faulting = ~0u;
	for (unsigned i = 0; i <= TARGETS; i++) {
		members[i].number = i;
		members[i].apic_id = 10 * i;
		group.members[i] = &members[i];
	}
	group.count = TARGETS;
	group.timeout = 1000;
	group.setup.root = 0x5000;
	group.rar = (struct group_rar){
		.actions = actions,
		.table = table,
		.actions_at = 0x100000,
		.table_at = 0x200000,
	};
	spec = (struct remote_spec){
		.mode = REMOTE_RAR,
		.first = 1,
		.pages = pages,
		.rar = &rar_actions[action],
	};
	remote = (struct remote_context){
		.group = &group,
		.spec = &spec,
		.targets = TARGETS,
	};
}

static uint8_t *action_of(unsigned processor, unsigned slot)
{
	return &actions[processor * RAR_VECTOR_STRIDE + slot];
}

TEST(each_target_is_pending_in_a_slot_and_nobody_else_is)
{
	begin(0, 8);
	rar_fill(&remote, 0x7000);
	for (unsigned i = 0; i <= TARGETS; i++) {
		assert_int_equal(*action_of(i, 0), i == 0 ? RAR_DONE : RAR_PENDING);
		assert_int_equal(*action_of(i, 1), RAR_DONE);
	}
	assert_int_equal(table[0] >> 37 & 63, 8);
	assert_int_equal(table[2], 0x5000);
	assert_int_equal(table[3], 0x7000);
	assert_int_equal(table[8], 0);
}

TEST(sixty_four_pages_are_two_slots_that_follow_each_other)
{
	begin(0, 64);
	rar_fill(&remote, 0x100000);
	assert_int_equal(table[0] >> 37 & 63, 63);
	assert_int_equal(table[8] >> 37 & 63, 1);
	assert_int_equal(table[8 + 3], 0x100000 + 63 * 0x1000);
	assert_int_equal(*action_of(2, 0), RAR_PENDING);
	assert_int_equal(*action_of(2, 1), RAR_PENDING);
	*action_of(1, 0) = *action_of(1, 1) = RAR_DONE;
	*action_of(2, 0) = RAR_DONE;
	*action_of(3, 0) = *action_of(3, 1) = RAR_DONE;
	assert_false(rar_wait(&remote));
	assert_string_equal(remote.reason, "processor 2 unresponsive: RAR says 01");
}

TEST(the_own_processor_is_asked_and_waited_for_where_the_row_says_so)
{
	begin(0, 1);
	assert_true(rar_send(&remote));
	assert_int_equal(signals, 3);
	begin(0, 1);
	spec.to_self = true;
	rar_fill(&remote, 0x7000);
	assert_int_equal(*action_of(0, 0), RAR_PENDING);
	assert_true(rar_send(&remote));
	assert_int_equal(signals, 4);
	assert_int_equal(signalled[0], 10);
	assert_int_equal(signalled[3], 0);
	for (unsigned i = 1; i <= TARGETS; i++)
		*action_of(i, 0) = RAR_DONE;
	assert_false(rar_wait(&remote));
	assert_int_equal(remote.status, ROW_TIMEOUT);
	assert_string_equal(remote.reason, "processor 0 unresponsive: RAR says 01");
}

TEST(all_done_is_well)
{
	begin(0, 1);
	assert_true(rar_wait(&remote));
	assert_false(remote.gave_up);
}

TEST(a_target_that_never_answers_is_waited_for_as_long_as_others)
{
	begin(0, 1);
	*action_of(3, 0) = RAR_PENDING;
	assert_false(rar_wait(&remote));
	assert_int_equal(limit_seen, 1000);
	assert_int_equal(remote.status, ROW_TIMEOUT);
	assert_string_equal(remote.reason, "processor 3 unresponsive: RAR says 01");

	begin(0, 1);
	*action_of(3, 0) = 0x02; /* at work, as some code has it */
	assert_false(rar_wait(&remote));
	assert_int_equal(remote.status, ROW_TIMEOUT);
	assert_string_equal(remote.reason, "processor 3 unresponsive: RAR says 02");
}

TEST(an_answer_with_bit_7_is_a_failure_with_its_number)
{
	static const struct {
		uint8_t status;
		const char *reason;
	} answers[] = {
		{ RAR_FAILED, "processor 2: RAR says 80" },
		{ 0x81, "processor 2: RAR says 81" },
		{ 0xff, "processor 2: RAR says ff" },
	};

	for (unsigned i = 0; i < COUNT_OF(answers); i++) {
		begin(0, 1);
		*action_of(2, 0) = answers[i].status;
		assert_false(rar_wait(&remote));
		assert_int_equal(remote.status, ROW_FAILED);
		assert_string_equal(remote.reason, answers[i].reason);
	}
}

TEST(an_apic_that_does_not_send_is_noticed_and_the_others_are_sent_to)
{
	begin(0, 1);
	members[2].apic_id = 99;
	assert_false(rar_send(&remote));
	assert_int_equal(signals, 3);
}

TEST(each_serves_from_its_own_vector_and_what_was_left_there_is_cleared)
{
	begin(0, 1);
	memset(actions, RAR_PENDING, sizeof actions);
	rar_begin(&remote);
	for (unsigned i = 0; i <= TARGETS; i++) {
		assert_int_equal(vectors[i], 0x100000 + i * RAR_VECTOR_STRIDE);
		for (unsigned slot = 0; slot < RAR_SLOTS; slot++)
			assert_int_equal(*action_of(i, slot), RAR_DONE);
	}
	assert_int_equal(table_seen, 0x200000);
	assert_false(remote.gave_up);
}

TEST(a_signal_that_faults_fails_the_row)
{
	begin(0, 1);
	takes_signal = false;
	rar_begin(&remote);
	takes_signal = true;
	assert_int_equal(remote.status, ROW_FAILED);
	assert_string_equal(remote.reason, "RAR's signal faults");
}

TEST(registers_that_fault_fail_the_row)
{
	begin(0, 1);
	faulting = 2;
	rar_begin(&remote);
	assert_int_equal(remote.status, ROW_FAILED);
	assert_string_equal(remote.reason, "RAR's registers fault on processor 2");
}

TEST(a_processor_with_one_slot_is_not_asked_for_two_payloads)
{
	begin(0, 64);
	assert_string_equal(rar_equip(NULL, &remote), "payloads of RAR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_target_is_pending_in_a_slot_and_nobody_else_is),
		cmocka_unit_test(sixty_four_pages_are_two_slots_that_follow_each_other),
		cmocka_unit_test(
			the_own_processor_is_asked_and_waited_for_where_the_row_says_so),
		cmocka_unit_test(all_done_is_well),
		cmocka_unit_test(
			a_target_that_never_answers_is_waited_for_as_long_as_others),
		cmocka_unit_test(an_answer_with_bit_7_is_a_failure_with_its_number),
		cmocka_unit_test(
			an_apic_that_does_not_send_is_noticed_and_the_others_are_sent_to),
		cmocka_unit_test(
			each_serves_from_its_own_vector_and_what_was_left_there_is_cleared),
		cmocka_unit_test(a_signal_that_faults_fails_the_row),
		cmocka_unit_test(registers_that_fault_fail_the_row),
		cmocka_unit_test(
			a_processor_with_one_slot_is_not_asked_for_two_payloads),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
