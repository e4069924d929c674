/* Requests in a queue: in what order they are taken, and whose interrupt is due. */
#include "bench/harness/remote/call_queue.h"

#include "tests/unit/support/unit.h"

#include <pthread.h>

#define SENDERS 4u
#define ROUNDS 20000u

static struct call_queue queue;
static struct call_csd csds[SENDERS];

static void begin(void)
{
	memset(&queue, 0, sizeof queue);
	memset(csds, 0, sizeof csds);
}

TEST(only_the_first_in_an_empty_queue_is_to_interrupt)
{
	static const char asked[] = "what is asked";

	begin();
	assert_true(call_queue_add(&queue, &csds[0], asked));
	assert_false(call_queue_add(&queue, &csds[1], asked));
	assert_non_null(call_queue_take(&queue));
	assert_true(call_queue_add(&queue, &csds[2], asked));
	assert_ptr_equal(csds[2].info, asked);
}

TEST(all_are_taken_at_once_oldest_first)
{
	const struct call_csd *at;

	begin();
	assert_null(call_queue_take(&queue));
	for (unsigned i = 0; i < SENDERS; i++)
		(void)call_queue_add(&queue, &csds[i], NULL);
	at = call_queue_take(&queue);
	for (unsigned i = 0; i < SENDERS; i++, at = at->next)
		assert_ptr_equal(at, &csds[i]);
	assert_null(at);
	assert_null(call_queue_take(&queue));
}

TEST(each_is_locked_until_its_target_unlocks_it)
{
	begin();
	(void)call_queue_add(&queue, &csds[0], NULL);
	assert_true(call_csd_is_locked(&csds[0]));
	(void)call_queue_take(&queue);
	assert_true(call_csd_is_locked(&csds[0]));
	call_csd_unlock(&csds[0]);
	assert_false(call_csd_is_locked(&csds[0]));
}

/* Every one is served once, and as many interrupts are due as find the queue empty. */
static _Atomic unsigned due;

static void *send(void *csd)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (call_queue_add(&queue, csd, csd))
			atomic_fetch_add(&due, 1);
		while (call_csd_is_locked(csd))
			sched_yield();
	}
	return NULL;
}

TEST(none_is_lost_or_served_without_an_interrupt_where_several_add)
{
	pthread_t senders[SENDERS];
	unsigned served = 0;

	begin();
	atomic_store(&due, 0);
	for (unsigned i = 0; i < SENDERS; i++)
		assert_int_equal(pthread_create(&senders[i], NULL, send, &csds[i]), 0);
	while (served < SENDERS * ROUNDS) {
		struct call_csd *csd;

		/* The interrupt. */
		while (atomic_load(&due) == 0)
			sched_yield();
		atomic_fetch_sub(&due, 1);
		csd = call_queue_take(&queue);
		while (csd != NULL) {
			struct call_csd *const behind = csd->next;

			assert_ptr_equal(csd->info, csd);
			served++;
			call_csd_unlock(csd);
			csd = behind;
		}
	}
	for (unsigned i = 0; i < SENDERS; i++)
		assert_int_equal(pthread_join(senders[i], NULL), 0);
	assert_null(call_queue_take(&queue));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_first_in_an_empty_queue_is_to_interrupt),
		cmocka_unit_test(all_are_taken_at_once_oldest_first),
		cmocka_unit_test(each_is_locked_until_its_target_unlocks_it),
		cmocka_unit_test(
			none_is_lost_or_served_without_an_interrupt_where_several_add),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
