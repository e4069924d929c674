/* Buckets: without gaps, fine enough, alike on both sides of 0, and nothing is lost. */
#include "lib/stats/histogram.h"
#include "lib/stats/stats.h"

#include "tests/unit/support/random.h"
#include "tests/unit/support/unit.h"

#define VALUES 4000u

TEST(values_below_32_have_a_bucket_each)
{
	for (int64_t value = -31; value < 32; value++) {
		const struct bucket bucket = bucket_of(value);

		assert_int_equal(bucket.lo, value);
		assert_int_equal(bucket.hi, value + 1);
	}
}

TEST(a_doubling_has_16_buckets)
{
	static const struct {
		int64_t value, lo, hi;
	} known[] = {
		{ 32, 32, 34 },         { 33, 32, 34 },      { 34, 34, 36 },
		{ 63, 62, 64 },         { 64, 64, 68 },      { 127, 124, 128 },
		{ 128, 128, 136 },      { 1000, 992, 1024 }, { 1024, 1024, 1088 },
		{ -32, -33, -31 },      { -33, -33, -31 },   { -34, -35, -33 },
		{ -1000, -1023, -991 },
	};

	for (unsigned i = 0; i < COUNT_OF(known); i++) {
		assert_int_equal(bucket_of(known[i].value).lo, known[i].lo);
		assert_int_equal(bucket_of(known[i].value).hi, known[i].hi);
	}
}

static void assert_good(int64_t value)
{
	const struct bucket bucket = bucket_of(value);
	const struct bucket mirror = bucket_of(-value);
	const int64_t wide = bucket.hi - bucket.lo;

	assert_true(bucket.lo <= value && value < bucket.hi);
	/* At most a sixteenth of the value that is nearest to 0. */
	assert_true(wide == 1 ||
	            wide * 16 <= magnitude(value < 0 ? bucket.hi - 1 : bucket.lo));
	assert_int_equal(mirror.lo, 1 - bucket.hi);
	assert_int_equal(mirror.hi, 1 - bucket.lo);
}

TEST(a_bucket_holds_its_value_is_narrow_and_has_its_mirror)
{
	struct random random = { 11 };

	for (int64_t value = 0; value < 5000; value++)
		assert_good(value);
	for (unsigned bit = 5; bit < 61; bit++)
		for (int64_t off = -3; off <= 3; off++)
			assert_good((INT64_C(1) << bit) + off);
	for (unsigned i = 0; i < 100000; i++)
		assert_good((int64_t)(random_next(&random) >>
		                      (3 + random_below(&random, 60))));
}

TEST(where_a_bucket_ends_the_next_begins)
{
	int64_t at = -100000;

	at = bucket_of(at).lo;
	while (at < 100000) {
		const struct bucket bucket = bucket_of(at);

		assert_int_equal(bucket.lo, at);
		at = bucket.hi;
	}
	for (at = 1; at < INT64_C(1) << 61; at = bucket_of(at).hi)
		assert_int_equal(bucket_of(bucket_of(at).hi).lo, bucket_of(at).hi);
}

static struct bucket buckets[VALUES];
static uint32_t counts[VALUES];
static unsigned bucket_count;

static void gather(void *context, struct bucket bucket, uint32_t count)
{
	assert_ptr_equal(context, &bucket_count);
	assert_in_range(bucket_count, 0, VALUES - 1);
	buckets[bucket_count] = bucket;
	counts[bucket_count++] = count;
}

static uint32_t count_between(const int64_t *values, uint32_t n, struct bucket bucket)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < n; i++)
		count += values[i] >= bucket.lo && values[i] < bucket.hi;
	return count;
}

/* Against counting each bucket's values one by one. */
static void assert_histogram(int64_t *values, uint32_t n)
{
	uint32_t sum = 0;

	sort_ticks(values, n);
	bucket_count = 0;
	histogram(values, n, gather, &bucket_count);
	for (unsigned i = 0; i < bucket_count; i++) {
		assert_int_not_equal(counts[i], 0);
		assert_int_equal(counts[i], count_between(values, n, buckets[i]));
		assert_int_equal(buckets[i].lo, bucket_of(buckets[i].lo).lo);
		if (i != 0)
			assert_true(buckets[i - 1].hi <= buckets[i].lo);
		sum += counts[i];
	}
	assert_int_equal(sum, n);
}

TEST(a_histogram_counts_every_value_once_in_ascending_order)
{
	struct random random = { 12 };
	static int64_t values[VALUES];

	for (unsigned round = 0; round < 200; round++) {
		const uint32_t n = random_below(&random, round < 190 ? 100 : VALUES);
		const unsigned shift = 3 + random_below(&random, 60);

		for (uint32_t i = 0; i < n; i++) {
			values[i] = (int64_t)(random_next(&random) >> shift);
			if (random_below(&random, 2) == 0)
				values[i] = -values[i];
		}
		assert_histogram(values, n);
	}
}

TEST(equal_values_are_one_bucket)
{
	int64_t values[] = { -5, -5, -5, 1000, 1000, 1001 };

	assert_histogram(values, 6);
	assert_int_equal(bucket_count, 2);
	assert_int_equal(counts[0], 3);
	assert_int_equal(counts[1], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_below_32_have_a_bucket_each),
		cmocka_unit_test(a_doubling_has_16_buckets),
		cmocka_unit_test(a_bucket_holds_its_value_is_narrow_and_has_its_mirror),
		cmocka_unit_test(where_a_bucket_ends_the_next_begins),
		cmocka_unit_test(
			a_histogram_counts_every_value_once_in_ascending_order),
		cmocka_unit_test(equal_values_are_one_bucket),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
