/* The frequency probe before every chunk, and their file. */
#include "bench/harness/sample/frequency_probe.h"

#include "tests/unit/support/record_stream.h"
#include "tests/unit/support/synthetic.h"

static struct frequency_probe probe;
static struct sampler sampler;

static void begin(void)
{
	probe = (struct frequency_probe){ 0 };
	sampler = synthetic_sampler();
	assert_int_equal(frequency_probe_open(&probe, &synthetic.source), ERR_NONE);
}

TEST(a_probe_is_256_multiplications)
{
	begin();
	synthetic.slopes[CALIBRATION_IMUL] = 2000;
	synthetic.noise = 0;
	assert_int_equal(frequency_probe_take(&probe, &sampler, 1), 512);
	synthetic.slopes[CALIBRATION_IMUL] = 4000;
	assert_int_equal(frequency_probe_take(&probe, &sampler, 2), 1024);
}

TEST(a_core_that_slows_down_shows)
{
	begin();
	synthetic.noise = 0;
	synthetic.slower_at = 1;
	synthetic.slower_by = 100;
	assert_in_range(frequency_probe_take(&probe, &sampler, 1), 585, 600);
}

TEST(without_room_for_both_windows_there_is_no_probe)
{
	for (unsigned room = 0; room < 2; room++) {
		(void)synthetic_reset(NULL);
		synthetic.room = room;
		assert_int_equal(frequency_probe_open(&probe, &synthetic.source),
		                 ERR_NO_MEMORY);
	}
}

static const char *sent(void)
{
	stream_read();
	return heard.files[FILE_CANARY].text;
}

TEST(every_probe_is_sent_once_under_the_number_of_its_chunk)
{
	struct record *const record = stream_record();

	begin();
	synthetic.slopes[CALIBRATION_IMUL] = 2000;
	synthetic.noise = 0;
	record_run(record, "id-1");
	(void)frequency_probe_take(&probe, &sampler, 7);
	(void)frequency_probe_take(&probe, &sampler, 8);
	frequency_probe_record(&probe, NULL, record);
	(void)frequency_probe_take(&probe, &sampler, 9);
	frequency_probe_record(&probe, NULL, record);
	assert_string_equal(sent(), "order,ticks,core_type\n7,512,\n8,512,\n9,512,\n");
}

TEST(more_canaries_than_are_kept_are_taken_but_not_sent)
{
	struct record *const record = stream_record();
	unsigned lines = 0;

	begin();
	record_run(record, "id-1");
	for (uint32_t chunk = 1; chunk <= CANARY_KEPT + 5; chunk++)
		assert_int_not_equal(frequency_probe_take(&probe, &sampler, chunk), 0);
	frequency_probe_record(&probe, NULL, record);
	(void)frequency_probe_take(&probe, &sampler, 1);
	frequency_probe_record(&probe, NULL, record);
	for (const char *at = sent(); *at != '\0'; at++)
		lines += *at == '\n';
	/* The next benchmark's have room again. */
	assert_int_equal(lines, 1 + CANARY_KEPT + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SYNTHETIC_CASE(a_probe_is_256_multiplications),
		SYNTHETIC_CASE(a_core_that_slows_down_shows),
		SYNTHETIC_CASE(without_room_for_both_windows_there_is_no_probe),
		SYNTHETIC_CASE(every_probe_is_sent_once_under_the_number_of_its_chunk),
		SYNTHETIC_CASE(more_canaries_than_are_kept_are_taken_but_not_sent),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
